// Lays a received answer beside the recorded one. Text that is JSON on both sides is compared as
// values, in any order of members and with numbers by their value; other text and bytes by the
// first place that differs.
//
// What belongs to a connection, or changes whenever the same is asked twice, is not compared: the
// server's ids of sessions and of events, and of HTTP's headers those of kVolatileHeaders. Where a
// recorded text holds a recorded session's id, the new one is expected in its place.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/replay/answer.h"
#include "capture/replay/ignored_paths.h"
#include "capture/replay/replay_report.h"

namespace framescope::replay {

/// Headers of answers that are not compared.
inline constexpr std::array<std::string_view, 17> kVolatileHeaders = {
    "Age",     "Connection",   "Content-Encoding", "Content-Length",   "Date",
    "Expires", "Keep-Alive",   "Last-Modified",    "Proxy-Connection", "Sec-WebSocket-Accept",
    "Server",  "Set-Cookie",   "Traceparent",      "Trailer",          "Transfer-Encoding",
    "Via",     "X-Request-Id",
};

/// What tells which answers belong together, made once of each.
struct Signature {
    std::uint64_t family = 0;          ///< answers of two families are never the same
    std::optional<std::uint64_t> key;  ///< where both have one, it decides
    std::uint64_t label = 0;           ///< the event's name
    std::uint64_t shape = 0;           ///< names and kinds of what is in it
    std::uint64_t content = 0;         ///< all that is compared
};
/// 0 for two answers that cannot be counterparts, 1 for two that are the same.
double likeness(const Signature& recorded, const Signature& received);
/// From here on, two answers are counterparts beyond much doubt: the same event, or the same kind
/// of message.
inline constexpr double kLikely = 0.2;

class Comparison {
public:
    explicit Comparison(IgnoredPaths ignored) : m_ignored(std::move(ignored)) {}

    /// A text of the recording that is this one now: a session's id.
    void equate(std::string recorded, std::string received);

    /// What differs; empty where nothing does. At most 100 places.
    std::vector<Difference> compare(const Answer& recorded, const Answer& received) const;
    Signature signatureOf(const Answer& answer) const;

private:
    static constexpr std::size_t kMaxDifferences = 100;

    class Walk;

    /// The recorded text with the new ids in it.
    std::string expected(std::string_view recorded) const;

    IgnoredPaths m_ignored;
    std::vector<std::pair<std::string, std::string>> m_equal;
};

}  // namespace framescope::replay
