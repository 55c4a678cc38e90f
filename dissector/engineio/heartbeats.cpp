#include "dissector/engineio/heartbeats.h"

#include <algorithm>
#include <utility>

#include "dissector/core/duration_text.h"
#include "dissector/field/field_id.h"

namespace framescope::engineio {
namespace {

/// A timer may fire a little early, and the capture's clock is not the peer's.
constexpr std::int64_t kSlackNs = 20'000'000;
/// Times in handshakes that are believed; more would overflow and mean nothing (24 days, the most
/// that a JavaScript timer can wait).
constexpr std::uint64_t kMaxMs = 0x7fffffff;

std::optional<std::int64_t> nanoseconds(const std::optional<std::uint64_t>& milliseconds) {
    if (!milliseconds || *milliseconds > kMaxMs) return std::nullopt;
    return static_cast<std::int64_t>(*milliseconds) * 1'000'000;
}

/// The longest time between two heartbeats.
std::optional<std::int64_t> longestPause(const SessionInfo& info) {
    const auto interval = nanoseconds(info.pingIntervalMs);
    const auto timeout = nanoseconds(info.pingTimeoutMs);
    if (!interval || !timeout) return std::nullopt;
    return *interval + *timeout;
}

constexpr auto kPart = static_cast<std::uint16_t>(FieldId::EngineIoType);

}  // namespace

void Heartbeats::miss(SessionInfo& info, const Beat& beat, std::string detail, LayerOutput& out) {
    ++info.missedHeartbeats;
    remarkLate(beat.row, IssueCode::EngineIoHeartbeatMissed, out, kPart, detail);
}

void Heartbeats::ping(SessionInfo& info, WaitingClaims& claims, Direction by, RecordId row,
                      std::int64_t timeNs, IssueSink& issues, LayerOutput& out) {
    const auto timeout = nanoseconds(info.pingTimeoutMs);
    const auto claim = [&](RecordId about, IssueCode code, std::string detail, IssueSink* its) {
        if (claims.raise({about, code, kPart, std::move(detail)}, its, out))
            ++info.missedHeartbeats;
    };
    if (m_ping && timeout && timeNs - m_ping->timeNs > *timeout + kSlackNs) {
        claim(m_ping->row, IssueCode::EngineIoHeartbeatMissed,
              "no pong within " + durationText(*timeout), nullptr);
    }
    const auto pause = longestPause(info);
    if (m_last && pause && timeNs - m_last->timeNs > *pause + kSlackNs) {
        claim(row, IssueCode::EngineIoHeartbeatLate,
              durationText(timeNs - m_last->timeNs) + " after the one before, " +
                  durationText(*pause) + " are allowed",
              &issues);
    }
    m_ping = m_last = Beat{row, timeNs, by};
}

void Heartbeats::pong(SessionInfo& info, Direction by, RecordId row, std::int64_t timeNs,
                      LayerOutput& out) {
    if (m_ping && m_ping->by != by) {
        out.link({row, m_ping->row, 0, LinkKind::PongOf});
        const std::int64_t latency = timeNs - m_ping->timeNs;
        ++info.heartbeats;
        info.longestHeartbeatNs = std::max(info.longestHeartbeatNs, latency);
        const auto timeout = nanoseconds(info.pingTimeoutMs);
        if (timeout && latency > *timeout + kSlackNs) {
            miss(info, *m_ping,
                 "answered after " + durationText(latency) + ", " + durationText(*timeout) +
                     " are allowed",
                 out);
        }
        m_ping.reset();
    }
    m_last = Beat{row, timeNs, by};
}

void Heartbeats::ended(SessionInfo& info, std::int64_t timeNs, LayerOutput& out) {
    const auto timeout = nanoseconds(info.pingTimeoutMs);
    const auto pause = longestPause(info);
    if (m_ping && timeout && timeNs - m_ping->timeNs >= *timeout - kSlackNs) {
        miss(info, *m_ping,
             "no pong within " + durationText(*timeout) + ", then the connection ended", out);
    } else if (m_last && pause && timeNs - m_last->timeNs >= *pause - kSlackNs) {
        miss(info, *m_last,
             "none followed within " + durationText(*pause) + ", then the connection ended", out);
    }
    *this = {};
}

}  // namespace framescope::engineio
