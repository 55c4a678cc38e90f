#include "capture/session/stream_map.h"

#include <algorithm>
#include <new>
#include <span>

namespace framescope {

const ExtentBlock* ExtentBlock::make(const Staged& extents, std::size_t, IndexRoom& room) {
    ColumnValues<StreamOffset> streamOffsets;
    ColumnValues<std::uint64_t> fileOffsets;
    ColumnValues<std::uint32_t> lengths;
    ColumnValues<PacketNumber> packets;
    for (std::size_t i = 0; i < kBlockValues; ++i) {
        const Extent& extent = extents[i];
        streamOffsets[i] = extent.streamOffset;
        fileOffsets[i] = extent.fileOffset;
        lengths[i] = extent.length;
        packets[i] = extent.packet;
    }
    const auto eachColumn = [&](const auto& use) {
        use(kStreamOffset, std::span<const StreamOffset>(streamOffsets));
        use(kFileOffset, std::span<const std::uint64_t>(fileOffsets));
        use(kLength, std::span<const std::uint32_t>(lengths));
        use(kPacket, std::span<const PacketNumber>(packets));
    };
    Columns columns;
    eachColumn([&](Column column, auto values) { columns.fit(column, values); });
    void* const place = room.take(sizeof(ExtentBlock) + columns.bytes());
    auto* const block = new (place) ExtentBlock(columns);
    auto* const bytes = reinterpret_cast<std::uint8_t*>(block + 1);
    eachColumn([&](Column column, auto values) { columns.write(column, values, bytes); });
    return block;
}

/// The position of the first extent that begins behind `offset`.
std::size_t StreamMap::firstBehind(StreamOffset offset) const {
    std::size_t first = 0;
    for (std::size_t count = size(); count > 0;) {
        const std::size_t half = count / 2;
        if ((*this)[first + half].streamOffset <= offset) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

std::vector<Extent> StreamMap::find(ByteRange range) const {
    std::vector<Extent> found;
    std::size_t index = firstBehind(range.begin);
    if (index != 0) --index;
    for (; index < size(); ++index) {
        const Extent extent = (*this)[index];
        if (extent.streamOffset >= range.end) break;
        const StreamOffset begin = std::max(extent.streamOffset, range.begin);
        const StreamOffset end = std::min(extent.streamOffset + extent.length, range.end);
        if (begin >= end) continue;
        found.push_back({begin, extent.fileOffset + (begin - extent.streamOffset),
                         static_cast<std::uint32_t>(end - begin), extent.packet});
    }
    return found;
}

std::optional<Extent> StreamMap::holding(StreamOffset offset, std::size_t& hint) const {
    constexpr std::size_t kNear = 4;
    const auto holds = [offset](const Extent& extent) {
        return offset - extent.streamOffset < extent.length;
    };
    for (std::size_t i = hint; i < std::min(hint + kNear, size()); ++i) {
        const Extent extent = (*this)[i];
        if (!holds(extent)) continue;
        hint = i;
        return extent;
    }
    const std::size_t behind = firstBehind(offset);
    if (behind == 0) return std::nullopt;
    const Extent extent = (*this)[behind - 1];
    if (!holds(extent)) return std::nullopt;
    hint = behind - 1;
    return extent;
}

StreamOffset StreamMap::end() const {
    if (m_extents.empty()) return 0;
    const Extent last = (*this)[size() - 1];
    return last.streamOffset + last.length;
}

}  // namespace framescope
