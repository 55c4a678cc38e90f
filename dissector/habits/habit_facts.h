// What is learnt of the habits of an application that builds on plain WebSocket messages, and of a
// client that comes back. Part of the facts of a connection: fixed size, replaced as more is seen.
#pragma once

#include <array>
#include <cstdint>

#include "dissector/record/record.h"

namespace framescope::habits {

inline constexpr ConnectionId kNoConnection = 0xffffffff;

/// A short message that one side sends at a steady interval.
struct HeartbeatFacts {
    NameId text = 0;               ///< the message when it was first taken for one
    std::uint32_t count = 0;       ///< 0: there is none
    std::uint32_t answered = 0;    ///< by a short message of the other side, always the same
    std::uint32_t unanswered = 0;  ///< where others were
    std::uint32_t skipped = 0;     ///< beats that did not come
    std::int64_t intervalNs = 0;   ///< mean
    std::int64_t roundTripNs = 0;  ///< mean, of those that were answered
};

/// Requests and responses that share an id.
struct RequestFacts {
    NameId kind = 0;  ///< "JSON-RPC 2.0", or the names of the members that pair them
    std::uint32_t requests = 0;
    std::uint32_t responses = 0;
    std::int64_t latencySumNs = 0;
    std::int64_t latencyMaxNs = 0;

    std::int64_t latencyMeanNs() const { return responses == 0 ? 0 : latencySumNs / responses; }
};

/// The connection that this one continues.
struct ReconnectFacts {
    ConnectionId previous = kNoConnection;
    std::uint32_t count = 0;   ///< connections before this one, each continuing the one before
    std::int64_t delayNs = 0;  ///< from the end of the one before to the new upgrade
};

struct HabitFacts {
    std::array<HeartbeatFacts, 2> heartbeats;  ///< by Direction of the sender
    RequestFacts requests;
    ReconnectFacts reconnect;

    bool any() const {
        return heartbeats[0].count != 0 || heartbeats[1].count != 0 || requests.requests != 0 ||
               reconnect.count != 0;
    }
};

}  // namespace framescope::habits
