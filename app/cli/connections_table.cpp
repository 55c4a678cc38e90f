#include "app/cli/connections_table.h"

#include <array>
#include <vector>

#include "app/cli/field_text.h"
#include "app/cli/text_table.h"
#include "dissector/core/duration_text.h"

namespace framescope::cli {
namespace {

/// Messages of a connection by Direction: WebSocket messages, packets and events in bodies.
using MessageCounts = std::array<std::uint64_t, 2>;

/// A message counts with the frame that ends it.
bool endsMessage(const Record& record) {
    constexpr std::uint8_t kFirstControl = 8;
    if (isInBody(record.kind)) return true;
    return record.kind == RowKind::WebSocketFrame && record.opcode < kFirstControl &&
           record.has(kFlagFin);
}

std::vector<MessageCounts> countMessages(const Session& session) {
    std::vector<MessageCounts> counts(session.connectionCount());
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (endsMessage(record)) ++counts[record.connection][indexOf(record.direction)];
    }
    return counts;
}

/// "10.0.0.1:40000", with the name that the capture file gives the address behind it.
std::string endpointText(const Session& session, const Endpoint& end) {
    const std::string_view name = session.hostName(end.address);
    return name.empty() ? end.text() : end.text() + " (" + printableLine(name) + ")";
}

std::string endText(const ConnectionInfo& connection) {
    const WebSocketClosing& closing = connection.facts.closing;
    std::string text = connectionStateName(connection.state);
    if (!closing.begun()) return text;
    text += closing.first == Direction::ClientToServer ? ", client" : ", server";
    text += " closed";
    if (closing.code != 0) text += " " + std::to_string(closing.code);
    return text;
}

std::string heartbeatText(const Session& session, const habits::HabitFacts& habits) {
    std::string text;
    for (const Direction sender : {Direction::ClientToServer, Direction::ServerToClient}) {
        const habits::HeartbeatFacts& beat = habits.heartbeats[indexOf(sender)];
        if (beat.count == 0) continue;
        if (!text.empty()) text += "; ";
        text += sender == Direction::ClientToServer ? "> " : "< ";
        text += printableLine(session.name(beat.text)) + " every " + durationText(beat.intervalNs);
        if (beat.answered != 0) text += ", answered in " + durationText(beat.roundTripNs);
        if (beat.unanswered != 0) text += ", " + std::to_string(beat.unanswered) + " unanswered";
        if (beat.skipped != 0) text += ", " + std::to_string(beat.skipped) + " skipped";
    }
    return text;
}

std::string requestsText(const Session& session, const habits::RequestFacts& requests) {
    if (requests.requests == 0) return {};
    std::string text = std::to_string(requests.responses) + " of " +
                       std::to_string(requests.requests) + " by " +
                       printableLine(session.name(requests.kind));
    if (requests.responses == 0) return text;
    return text + ", " + durationText(requests.latencyMeanNs()) + ", at most " +
           durationText(requests.latencyMaxNs);
}

std::string reconnectText(const habits::ReconnectFacts& reconnect) {
    if (reconnect.count == 0) return {};
    return "after " + std::to_string(reconnect.previous) + ", " + durationText(reconnect.delayNs) +
           ", number " + std::to_string(reconnect.count);
}

}  // namespace

std::string connectionsText(const Session& session) {
    if (session.connectionCount() == 0) return "There is no TCP connection.\n";
    using enum TextTable::Align;
    TextTable table;
    table.addColumn("Connection", Right);
    for (const char* const heading : {"Client", "Server", "Protocol", "Path"}) {
        table.addColumn(heading, Left);
    }
    table.addColumn(">", Right);
    table.addColumn("<", Right);
    for (const char* const heading : {"End", "Heartbeat", "Requests", "Reconnects"}) {
        table.addColumn(heading, Left);
    }
    const std::vector<MessageCounts> messages = countMessages(session);
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        const ConnectionInfo& connection = session.connection(id);
        const ConnectionFacts& facts = connection.facts;
        std::string protocol = protocolName(facts.protocol);
        if (facts.subprotocol != 0) {
            protocol += " (" + printableLine(session.name(facts.subprotocol)) + ")";
        }
        if (facts.inferred != 0) protocol += ", inferred";
        if (facts.readAsChosen) protocol += ", read as chosen";
        table.addRow({std::to_string(id), endpointText(session, connection.client),
                      endpointText(session, connection.server), std::move(protocol),
                      printableLine(session.name(facts.path)), std::to_string(messages[id][0]),
                      std::to_string(messages[id][1]), endText(connection),
                      heartbeatText(session, facts.habits),
                      requestsText(session, facts.habits.requests),
                      reconnectText(facts.habits.reconnect)});
    }
    return table.text();
}

}  // namespace framescope::cli
