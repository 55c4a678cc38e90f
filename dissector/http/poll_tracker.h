// The older ways to hear from a server, told from the timing and sizes of repeated requests to one
// path, with what they cost. What counts as evidence, over the last exchanges of one client with
// one path (times are those of the capture):
//
//   polling        requests at regular intervals (three of four within a quarter of their median),
//                  whose answers took less than a quarter of that
//   long polling   half of the answers or more were held back for 200 ms or longer, and nearly
//   every
//                  next request came right behind the answer before it
//   Engine.IO      the same by name: transport=polling beside EIO in the query
//   forever frame  one answer of text/html without a length, growing in pieces with 200 ms or more
//                  between them, for a second at the least, most of it spent waiting
//
// Only whole exchanges count, three at the least, of a forever frame one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dissector/core/recent_map.h"
#include "dissector/http/exchange_meter.h"
#include "dissector/ip/ip_address.h"
#include "dissector/layer/layer.h"

namespace framescope::http {

enum class PollKind : std::uint8_t { Polling, LongPolling, EngineIoPolling, ForeverFrame };
/// "polling", "long polling", "Engine.IO polling", "forever frame".
std::string_view pollKindName(PollKind kind);

/// One client hearing from one path by asking again and again. Bytes are those of the TCP stream.
struct PollSummary {
    PollKind kind = PollKind::Polling;
    std::string method;  ///< of the requests that wait
    std::string path;    ///< without its query
    IpAddress client;
    Endpoint server;
    std::uint64_t requests = 0;  ///< of which the answer was seen
    std::uint64_t requestHeaderBytes = 0;
    std::uint64_t responseHeaderBytes = 0;
    std::uint64_t payloadBytes = 0;  ///< of bodies, both ways, in their transfer coding
    std::uint32_t connections = 0;
    std::int64_t meanWaitNs = 0;  ///< from a request to the head of its answer
    std::int64_t maxWaitNs = 0;
    std::int64_t firstTimeNs = 0;  ///< first request
    std::int64_t lastTimeNs = 0;   ///< end of the last answer
};

/// All polls of a capture; what spans connections.
class PollTracker {
public:
    /// Paths of clients that are watched at once, and exchanges of each that are evidence.
    static constexpr std::size_t kMaxPaths = 4096;
    static constexpr std::size_t kMaxEvidence = 32;
    /// Polls that are told of, and characters of their path.
    static constexpr std::uint32_t kMaxPolls = 65'536;
    static constexpr std::size_t kMaxPath = 256;

    /// An exchange that is over, on the connection of `out`.
    void add(const MeasuredExchange& exchange, const LayerOutput& out);

    /// What is new or has changed since the last call, by its number.
    std::vector<std::pair<std::uint32_t, PollSummary>> takeChanged();

private:
    struct Times {
        std::int64_t request = 0;
        std::int64_t end = 0;
        std::int64_t held = 0;  ///< time in which the answer did not come on
    };
    struct Watched {
        PollSummary summary;
        std::optional<std::uint32_t> number;  ///< once it is known to be a poll
        std::deque<Times> evidence;
        std::uint64_t waits = 0;
        std::int64_t waitSumNs = 0;
        std::deque<ConnectionId> recentConnections;
    };

    static std::optional<PollKind> judge(const std::deque<Times>& evidence);
    static void count(Watched& watched, const MeasuredExchange& exchange, bool waits,
                      const LayerOutput& out);

    RecentMap<Watched> m_paths{kMaxPaths};
    std::map<std::uint32_t, PollSummary> m_changed;
    std::uint32_t m_next = 0;
};

}  // namespace framescope::http
