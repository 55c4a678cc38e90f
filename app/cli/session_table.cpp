#include "app/cli/session_table.h"

#include "app/cli/field_text.h"
#include "app/cli/text_table.h"
#include "dissector/core/duration_text.h"

namespace framescope::cli {
namespace {

using engineio::SessionInfo;
using engineio::Transport;
using engineio::UpgradeState;

std::string transportsOf(const SessionInfo& info) {
    std::string text;
    for (const Transport transport : {Transport::Polling, Transport::WebSocket}) {
        if (!info.transports[static_cast<std::size_t>(transport)]) continue;
        if (!text.empty()) text += ", ";
        text += transportName(transport);
    }
    return text;
}

/// "upgraded after 141 ms", "refused", "opened on websocket".
std::string upgradeOf(const SessionInfo& info) {
    std::string text(upgradeStateName(info.upgrade));
    if (info.upgrade == UpgradeState::None && !info.upgrades.empty()) {
        text = info.lost[0] || info.lost[1] ? "not seen, was offered" : "never, was offered";
    }
    if (info.upgrade == UpgradeState::Upgraded) {
        text += " after " + durationText(info.upgradeTimeNs - info.firstTimeNs);
    }
    return text;
}

std::string connectionsOf(const SessionInfo& info) {
    constexpr std::size_t kShown = 6;
    std::string text;
    for (std::size_t i = 0; i < info.connections.size() && i < kShown; ++i) {
        if (i != 0) text += ",";
        text += std::to_string(info.connections[i]);
    }
    if (info.connectionCount > kShown)
        text += ",\u2026 (" + std::to_string(info.connectionCount) + ")";
    return text;
}

std::string rowOf(RecordId row) {
    return row == kNoRecord ? "" : std::to_string(std::uint64_t{row} + 1);
}

std::string heartbeatOf(const SessionInfo& info) {
    if (!info.pingIntervalMs || !info.pingTimeoutMs) return "";
    return std::to_string(*info.pingIntervalMs) + " / " + std::to_string(*info.pingTimeoutMs) +
           " ms";
}

std::string closedBy(const SessionInfo& info) {
    if (!info.closedBy) return "";
    return *info.closedBy == Direction::ClientToServer ? "client" : "server";
}

}  // namespace

std::string engineSessionText(const Session& session) {
    if (session.engineSessions().empty()) return "No session of Engine.IO was seen.\n";
    using enum TextTable::Align;
    TextTable table;
    for (const char* const name : {"Session", "Server"}) table.addColumn(name, Left);
    table.addColumn("EIO", Right);
    for (const char* const name : {"Transports", "Upgrade", "Connections"}) {
        table.addColumn(name, Left);
    }
    for (const char* const name :
         {"Open row", "Probe row", "Upgrade row", "Close row", "Sent", "Received", "Heartbeat",
          "Answered", "Slowest", "Missed", "Begins", "Lasts"}) {
        table.addColumn(name, Right);
    }
    table.addColumn("Closed by", Left);
    table.addColumn("Recovery id", Left);
    const bool timed = session.statistics().hasTimes();
    const std::int64_t firstTimeNs = session.statistics().firstTimeNs;
    for (const SessionInfo& info : session.engineSessions()) {
        table.addRow({info.sid.empty() ? "not captured" : printableLine(info.sid),
                      info.server.text(),
                      info.revision == 0 ? "" : std::to_string(info.revision),
                      transportsOf(info),
                      upgradeOf(info),
                      connectionsOf(info),
                      rowOf(info.openRow),
                      rowOf(info.probeRow),
                      rowOf(info.upgradeRow),
                      rowOf(info.closeRow),
                      std::to_string(info.packets[0]),
                      std::to_string(info.packets[1]),
                      heartbeatOf(info),
                      std::to_string(info.heartbeats),
                      info.heartbeats == 0 ? "" : durationText(info.longestHeartbeatNs),
                      std::to_string(info.missedHeartbeats),
                      timed ? secondsText(info.firstTimeNs - firstTimeNs, 6) : "",
                      timed ? durationText(info.lastTimeNs - info.firstTimeNs) : "",
                      closedBy(info),
                      printableLine(info.recoveryId)});
    }
    return table.text();
}

}  // namespace framescope::cli
