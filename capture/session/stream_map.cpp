#include "capture/session/stream_map.h"

#include <algorithm>

namespace framescope {
namespace {

/// Appends what of `extents` lies in `range`, cut to it.
template <typename Extents>
void findIn(const Extents& extents, ByteRange range, std::vector<Extent>& found) {
    auto extent = std::ranges::upper_bound(extents, range.begin, {}, &Extent::streamOffset);
    if (extent != extents.begin()) --extent;
    for (; extent != extents.end() && extent->streamOffset < range.end; ++extent) {
        const StreamOffset begin = std::max(extent->streamOffset, range.begin);
        const StreamOffset end = std::min(extent->streamOffset + extent->length, range.end);
        if (begin >= end) continue;
        found.push_back({begin, extent->fileOffset + (begin - extent->streamOffset),
                         static_cast<std::uint32_t>(end - begin), extent->packet});
    }
}

}  // namespace

std::vector<Extent> StreamMap::find(ByteRange range) const {
    std::vector<Extent> found;
    findIn(m_first, range, found);
    if (m_rest) findIn(*m_rest, range, found);
    return found;
}

const Extent* StreamMap::holding(StreamOffset offset, std::size_t& hint) const {
    constexpr std::size_t kNear = 4;
    const auto holds = [offset](const Extent& extent) {
        return offset - extent.streamOffset < extent.length;
    };
    for (std::size_t i = hint; i < std::min(hint + kNear, size()); ++i) {
        if (!holds(at(i))) continue;
        hint = i;
        return &at(i);
    }
    std::size_t first = 0;  // the first one that begins behind `offset` is not before it
    for (std::size_t count = size(); count > 0;) {
        const std::size_t half = count / 2;
        if (at(first + half).streamOffset <= offset) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    if (first == 0 || !holds(at(first - 1))) return nullptr;
    hint = first - 1;
    return &at(hint);
}

StreamOffset StreamMap::end() const {
    if (m_first.empty()) return 0;
    const Extent& last = m_rest ? m_rest->back() : m_first.back();
    return last.streamOffset + last.length;
}

}  // namespace framescope
