#include "capture/session/stream_map.h"

#include <algorithm>

namespace framescope {

void ExtentRoom::grow() {
    m_memory.push_back(std::make_shared<LargeMemory>(
        kTogether * sizeof(Extent),
        m_memory.empty() ? LargeMemory::Begin::InSmallPages : LargeMemory::Begin::InLargePages));
    m_next = static_cast<Extent*>(m_memory.back()->data());
    m_left = kTogether;
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
        const Extent& extent = (*this)[index];
        if (extent.streamOffset >= range.end) break;
        const StreamOffset begin = std::max(extent.streamOffset, range.begin);
        const StreamOffset end = std::min(extent.streamOffset + extent.length, range.end);
        if (begin >= end) continue;
        found.push_back({begin, extent.fileOffset + (begin - extent.streamOffset),
                         static_cast<std::uint32_t>(end - begin), extent.packet});
    }
    return found;
}

const Extent* StreamMap::holding(StreamOffset offset, std::size_t& hint) const {
    constexpr std::size_t kNear = 4;
    const auto holds = [offset](const Extent& extent) {
        return offset - extent.streamOffset < extent.length;
    };
    for (std::size_t i = hint; i < std::min(hint + kNear, size()); ++i) {
        if (!holds((*this)[i])) continue;
        hint = i;
        return &(*this)[i];
    }
    const std::size_t behind = firstBehind(offset);
    if (behind == 0 || !holds((*this)[behind - 1])) return nullptr;
    hint = behind - 1;
    return &(*this)[hint];
}

StreamOffset StreamMap::end() const {
    if (m_size == 0) return 0;
    const Extent& last = (*this)[m_size - 1];
    return last.streamOffset + last.length;
}

}  // namespace framescope
