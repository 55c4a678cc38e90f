// Finds clients that come back: a WebSocket from the same address to the same server and path,
// opened after an earlier one ended, within ten minutes. Each ended connection is continued once,
// by the next one that fits; the query of the path does not count, since tokens and session ids
// stand there.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "dissector/core/queue.h"
#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"

namespace framescope {
class LayerOutput;
}

namespace framescope::habits {

class ReconnectTracker {
public:
    static constexpr std::int64_t kLongestDelayNs = 600'000'000'000;
    /// Connections, open and ended, that are remembered; the oldest are forgotten.
    static constexpr std::size_t kMaxRemembered = 16'384;

    /// The current connection became a WebSocket; its upgrade is in row `request`, or kNoRecord.
    void opened(std::string_view target, RecordId request, LayerOutput& out);
    /// A connection ended in row `row`. Connections from `firstLater` on began after that.
    void ended(ConnectionId connection, RecordId row, std::int64_t timeNs, ConnectionId firstLater);

private:
    struct Open {
        std::uint64_t key = 0;
        std::uint32_t count = 0;  ///< connections it continues
    };
    struct Ended {
        ConnectionId connection = 0;
        ConnectionId firstLater = 0;
        RecordId row = kNoRecord;
        std::int64_t timeNs = 0;
        std::uint32_t count = 0;
    };

    std::unordered_map<ConnectionId, Open> m_open;
    std::deque<ConnectionId> m_openOrder;
    /// In the order in which they ended, by key; each list is short and old ones leave it.
    std::unordered_map<std::uint64_t, Queue<Ended>> m_ended;
    std::size_t m_endedCount = 0;
};

}  // namespace framescope::habits
