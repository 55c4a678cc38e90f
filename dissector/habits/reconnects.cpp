#include "dissector/habits/reconnects.h"

#include <algorithm>
#include <iterator>

#include "dissector/layer/layer.h"
#include "dissector/layer/pending_rows.h"

namespace framescope::habits {
namespace {

/// Ended connections of one client to one path that wait to be continued.
constexpr std::size_t kMaxOfOneKey = 64;

std::uint64_t keyOf(std::string_view target, const LayerOutput& out) {
    const std::string_view path = target.substr(0, target.find('?'));
    return KeyHash()
        .add(asText(out.client().address.view()))
        .add(asText(out.server().address.view()))
        .add(std::uint64_t{out.server().port})
        .add(path);
}

}  // namespace

void ReconnectTracker::opened(std::string_view target, RecordId request, LayerOutput& out) {
    const std::uint64_t key = keyOf(target, out);
    const std::int64_t now = out.arrival().timeNs;
    Open open{key, 0};
    if (const auto found = m_ended.find(key); found != m_ended.end()) {
        auto& ended = found->second;
        while (!ended.empty() && now - ended.front().timeNs > kLongestDelayNs) {
            ended.pop_front();
            --m_endedCount;
        }
        // The one that ended last, of those that had ended when this one began.
        const auto last = std::find_if(
            std::make_reverse_iterator(ended.end()), std::make_reverse_iterator(ended.begin()),
            [&](const Ended& before) { return out.connection() >= before.firstLater; });
        if (last != std::make_reverse_iterator(ended.begin())) {
            open.count = last->count + 1;
            out.facts().habits.reconnect = {last->connection, open.count, now - last->timeNs};
            if (request != kNoRecord) out.link({request, last->row, 0, LinkKind::ReconnectOf});
            ended.erase(std::next(last).base());
            --m_endedCount;
        }
        if (ended.empty()) m_ended.erase(found);
    }
    if (m_open.size() >= kMaxRemembered) {
        while (!m_openOrder.empty() && !m_open.contains(m_openOrder.front())) {
            m_openOrder.pop_front();
        }
        if (!m_openOrder.empty()) m_open.erase(m_openOrder.front());
    }
    if (m_openOrder.size() > 2 * kMaxRemembered) {
        std::erase_if(m_openOrder, [this](ConnectionId id) { return !m_open.contains(id); });
    }
    if (m_open.insert_or_assign(out.connection(), open).second) {
        m_openOrder.push_back(out.connection());
    }
}

void ReconnectTracker::ended(ConnectionId connection, RecordId row, std::int64_t timeNs,
                             ConnectionId firstLater) {
    const auto open = m_open.find(connection);
    if (open == m_open.end()) return;
    const auto [key, count] = open->second;
    m_open.erase(open);
    if (m_endedCount >= kMaxRemembered) {
        // Rather than keeping another order, forgets all that is too old, or everything.
        std::erase_if(m_ended, [&](const auto& entry) {
            return timeNs - entry.second.back().timeNs > kLongestDelayNs;
        });
        m_endedCount = 0;
        for (const auto& entry : m_ended) m_endedCount += entry.second.size();
        if (m_endedCount >= kMaxRemembered) {
            m_ended.clear();
            m_endedCount = 0;
        }
    }
    auto& ended = m_ended[key];
    ended.push_back({connection, firstLater, row, timeNs, count});
    ++m_endedCount;
    if (ended.size() > kMaxOfOneKey) {
        ended.pop_front();
        --m_endedCount;
    }
}

}  // namespace framescope::habits
