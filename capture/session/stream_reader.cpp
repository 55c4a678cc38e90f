// Segments of one stream mostly lie one behind the other in the file, with headers in between, so
// those that lie close are fetched in one read: a long stretch takes a few reads and not one for
// every packet.
#include "capture/session/stream_reader.h"

#include <algorithm>

namespace framescope {
namespace {

/// Bytes between two extents that are read along rather than skipped, and the greatest read.
constexpr std::uint64_t kMaxBetween = 4U << 10;
constexpr std::uint64_t kMaxRead = 256U << 10;

/// How many of `extents`, from the first on, are fetched in one read.
std::size_t readTogether(std::span<const Extent> extents) {
    std::uint64_t end = extents.front().fileOffset + extents.front().length;
    std::size_t count = 1;
    for (; count < extents.size(); ++count) {
        const Extent& extent = extents[count];
        if (extent.fileOffset < end || extent.fileOffset - end > kMaxBetween) break;
        const std::uint64_t newEnd = extent.fileOffset + extent.length;
        if (newEnd - extents.front().fileOffset > kMaxRead) break;
        end = newEnd;
    }
    return count;
}

}  // namespace

StreamBytes StreamReader::read(StreamOffset begin, std::uint64_t length,
                               std::uint64_t limit) const {
    StreamBytes stream;
    length = std::min(length, limit);
    // A declared length may reach far beyond what was captured: only that is worth memory.
    if (begin >= m_map.end()) {
        length = 0;
    } else {
        length = std::min(length, m_map.end() - begin);
    }
    const std::vector<Extent> extents = m_map.find({begin, begin + length});
    if (m_file != nullptr && extents.size() == 1 && extents.front().length == length) {
        // In one segment, as most are.
        if (auto bytes = m_file->readBytes(extents.front().fileOffset, extents.front().length)) {
            stream.bytes = *std::move(bytes);
            return stream;
        }
    }
    stream.bytes.resize(length);
    std::uint64_t at = 0;
    for (std::span<const Extent> rest = extents; !rest.empty();) {
        // A read ends at a hole, so that holes come out in order.
        std::size_t count = readTogether(rest);
        for (std::size_t i = 1; i < count; ++i) {
            if (rest[i].streamOffset == rest[i - 1].streamOffset + rest[i - 1].length) continue;
            count = i;
        }
        const std::uint64_t from = rest.front().streamOffset - begin;
        if (at < from) stream.holes.push_back({at, from});
        readExtents(rest.first(count), begin, stream);
        at = rest[count - 1].streamOffset + rest[count - 1].length - begin;
        rest = rest.subspan(count);
    }
    if (at < length) stream.holes.push_back({at, length});
    return stream;
}

void StreamReader::readExtents(std::span<const Extent> extents, StreamOffset begin,
                               StreamBytes& stream) const {
    const std::uint64_t from = extents.front().streamOffset - begin;
    const std::uint64_t to = extents.back().streamOffset + extents.back().length - begin;
    if (m_file == nullptr) {
        stream.holes.push_back({from, to});
        return;
    }
    const std::uint64_t fileBegin = extents.front().fileOffset;
    const std::uint64_t fileEnd = extents.back().fileOffset + extents.back().length;
    const auto bytes =
        m_file->readBytes(fileBegin, static_cast<std::uint32_t>(fileEnd - fileBegin));
    if (!bytes && extents.size() > 1) {
        // A file that became shorter still has some of them.
        for (std::size_t i = 0; i < extents.size(); ++i) {
            readExtents(extents.subspan(i, 1), begin, stream);
        }
        return;
    }
    if (!bytes) {
        stream.error = bytes.error().sentence;
        stream.holes.push_back({from, to});
        return;
    }
    for (const Extent& extent : extents) {
        const auto source =
            bytes->begin() + static_cast<std::ptrdiff_t>(extent.fileOffset - fileBegin);
        std::copy_n(
            source, extent.length,
            stream.bytes.begin() + static_cast<std::ptrdiff_t>(extent.streamOffset - begin));
    }
}

}  // namespace framescope
