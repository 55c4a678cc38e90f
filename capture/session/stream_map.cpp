#include "capture/session/stream_map.h"

#include <algorithm>

namespace framescope {

std::vector<Extent> StreamMap::find(ByteRange range) const {
    std::vector<Extent> found;
    if (!m_extents) return found;
    auto extent = std::ranges::upper_bound(*m_extents, range.begin, {}, &Extent::streamOffset);
    if (extent != m_extents->begin()) --extent;
    for (; extent != m_extents->end() && extent->streamOffset < range.end; ++extent) {
        const StreamOffset begin = std::max(extent->streamOffset, range.begin);
        const StreamOffset end = std::min(extent->streamOffset + extent->length, range.end);
        if (begin >= end) continue;
        found.push_back({begin, extent->fileOffset + (begin - extent->streamOffset),
                         static_cast<std::uint32_t>(end - begin), extent->packet});
    }
    return found;
}

StreamOffset StreamMap::end() const {
    return m_extents ? m_extents->back().streamOffset + m_extents->back().length : 0;
}

}  // namespace framescope
