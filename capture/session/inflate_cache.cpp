#include "capture/session/inflate_cache.h"

#include <utility>

namespace framescope {

std::optional<InflateCursor> InflateCache::take(ConnectionId connection, Direction direction,
                                                StreamOffset from, StreamOffset to) {
    const std::lock_guard lock(m_mutex);
    auto best = m_cursors.end();
    for (auto it = m_cursors.begin(); it != m_cursors.end(); ++it) {
        const bool fits = it->connection == connection && it->direction == direction &&
                          it->next >= from && it->next <= to;
        if (fits && (best == m_cursors.end() || it->next > best->next)) best = it;
    }
    if (best == m_cursors.end()) return std::nullopt;
    InflateCursor cursor = std::move(*best);
    m_cursors.erase(best);
    return cursor;
}

void InflateCache::put(InflateCursor cursor) {
    const std::lock_guard lock(m_mutex);
    if (m_cursors.size() == kMaxCursors) m_cursors.erase(m_cursors.begin());
    m_cursors.push_back(std::move(cursor));
}

}  // namespace framescope
