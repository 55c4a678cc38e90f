// What is known of one Engine.IO session, for the list of sessions and for whoever looks at one of
// its rows. A value: it travels from the ingest to the owner of the capture's session.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"

namespace framescope::engineio {

/// Number of a session in the order in which they were first seen.
using SessionId = std::uint32_t;
inline constexpr SessionId kNoSession = 0xffffffff;
/// Of a connection that carries several, as those behind a proxy do.
inline constexpr SessionId kSeveralSessions = 0xfffffffe;

enum class Transport : std::uint8_t { Polling, WebSocket };
/// "polling", "websocket": as the query's `transport` names it.
std::string_view transportName(Transport transport);

/// How far a session that began with polling came on its way to a WebSocket.
enum class UpgradeState : std::uint8_t {
    None,      ///< no WebSocket was asked for
    Direct,    ///< the session was opened on a WebSocket; nothing to upgrade
    Asked,     ///< a WebSocket with its sid was asked for
    Refused,   ///< the server did not agree to it
    Accepted,  ///< the WebSocket is there, nothing was said on it yet
    Probing,   ///< the client sent `2probe`
    Probed,    ///< the server answered `3probe`
    Upgraded,  ///< the client sent `5`: the WebSocket carries the session
    Failed,    ///< the WebSocket ended before the upgrade was done
};
/// "none", "opened on websocket", "upgraded", ...
std::string_view upgradeStateName(UpgradeState state);

/// Connections that are listed of a session; more are counted only.
inline constexpr std::size_t kMaxSessionConnections = 32;

struct SessionInfo {
    std::string sid;  ///< empty where neither a request nor an open packet named it
    Endpoint server;
    std::uint8_t revision = 0;  ///< of the protocol (EIO=), 0 where it is not known

    // The handshake, where the open packet was captured; times in milliseconds.
    std::optional<std::uint64_t> pingIntervalMs;
    std::optional<std::uint64_t> pingTimeoutMs;
    std::optional<std::uint64_t> maxPayload;
    std::string upgrades;  ///< offered by the server, e.g. "websocket"

    std::array<bool, 2> transports{};        ///< seen, by Transport
    std::array<std::uint64_t, 2> packets{};  ///< by Direction
    std::array<bool, 2> lost{};              ///< messages may be missing, by Direction
    std::int64_t firstTimeNs = 0;
    std::int64_t lastTimeNs = 0;
    std::vector<ConnectionId> connections;  ///< the first kMaxSessionConnections
    std::uint64_t connectionCount = 0;

    RecordId openRow = kNoRecord;
    // The way to the WebSocket.
    UpgradeState upgrade = UpgradeState::None;
    RecordId probeRow = kNoRecord;        ///< `2probe`
    RecordId probeAnswerRow = kNoRecord;  ///< `3probe`
    RecordId upgradeRow = kNoRecord;      ///< `5`
    std::int64_t upgradeTimeNs = 0;       ///< of that row; where it is missing, of what shows it

    RecordId closeRow = kNoRecord;  ///< the close packet
    std::optional<Direction> closedBy;

    std::uint64_t heartbeats = 0;  ///< pings that were answered
    std::uint64_t missedHeartbeats = 0;
    std::int64_t longestHeartbeatNs = 0;  ///< from ping to pong

    std::string recoveryId;  ///< `pid` of Socket.IO's connection state recovery
};

}  // namespace framescope::engineio
