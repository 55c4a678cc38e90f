// A connection speaks Engine.IO when its request said so (EIO in the query), or when the server's
// first text message is an open packet with the handshake. An Engine.IO message is Socket.IO when
// it reads as such; Engine.IO can also be used alone.
#include "dissector/engineio/engineio_messages.h"

#include <optional>

#include "dissector/engineio/packet.h"
#include "dissector/layer/conversations.h"
#include "dissector/socketio/socketio_messages.h"

namespace framescope::engineio {
namespace {

/// The value of a parameter in a target's query; empty where it is not there.
std::string_view parameterOf(std::string_view target, std::string_view name) {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return {};
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const std::size_t ampersand = query.find('&');
        const std::string_view parameter = query.substr(0, ampersand);
        if (parameter.size() > name.size() && parameter.starts_with(name) &&
            parameter[name.size()] == '=') {
            return parameter.substr(name.size() + 1);
        }
        if (ampersand == std::string_view::npos) break;
        query.remove_prefix(ampersand + 1);
    }
    return {};
}

socketio::MessageData dataOf(const Packet& packet, const MessageView& message,
                             std::uint8_t revision) {
    return {asBytes(packet.data), true, message.whole, revision};
}

}  // namespace

std::uint8_t revisionFromTarget(std::string_view target) {
    const std::string_view value = parameterOf(target, "EIO");
    if (value.size() != 1 || value[0] < '1' || value[0] > '9') return 0;
    return static_cast<std::uint8_t>(value[0] - '0');
}

std::string_view sidFromTarget(std::string_view target) {
    return parameterOf(target, "sid");
}

namespace {

bool recogniseMessage(const MessageView& message, const ConnectionView& connection) {
    if (!message.text) return false;
    const ConnectionFacts& facts = connection.facts;
    const auto packet = parse(message.asText());
    if (!packet) return false;
    if (facts.engineVersion != 0 || facts.protocol >= Protocol::EngineIo) return true;
    if (message.direction != Direction::ServerToClient || packet->type != PacketType::Open) {
        return false;
    }
    const auto handshake = parseHandshake(packet->data);
    return handshake && handshake->sid && handshake->pingInterval;
}

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<EngineIoReader>();
}

}  // namespace

void EngineIoReader::read(const MessageView& message, Record& record, IssueSink& issues,
                          LayerOutput& out) {
    if (!message.text) return;
    const auto packet = parse(message.asText());
    if (!packet) return;
    record.protocol = Protocol::EngineIo;
    record.engineType = static_cast<std::uint8_t>(packet->type);
    if (message.whole) check(*packet, issues);
    // Revision 4 added maxPayload to the handshake; it tells the revisions apart where the request
    // was not captured.
    if (packet->type == PacketType::Open && out.facts().engineVersion == 0) {
        const auto handshake = parseHandshake(packet->data);
        if (handshake) out.facts().engineVersion = handshake->maxPayload ? 4 : 3;
    }
    if (packet->type != PacketType::Message) return;
    session(out).conversation().message(dataOf(*packet, message, out.facts().engineVersion),
                                        message.direction, out.nextRow(), record, issues, out);
}

Session& EngineIoReader::session(LayerOutput& out) {
    SessionTracker& tracker = out.conversations().engineSessions;
    if (m_session == kNoSession) m_session = out.facts().engineSession;
    if (m_session == kNoSession) m_session = tracker.create(out);
    out.facts().engineSession = m_session;
    return m_session == kNoSession ? m_unlisted : tracker.session(m_session);
}

void EngineIoReader::lost(Direction direction, LayerOutput& out) {
    session(out).conversation().lost(direction, out);
}

void EngineIoReader::end(Direction direction, EndReason, LayerOutput& out) {
    m_ended[indexOf(direction)] = true;
    if (!m_ended[0] || !m_ended[1]) return;
    if (m_session != kNoSession) {
        out.conversations().engineSessions.end(m_session, out);
    } else if (m_unlisted.socket != nullptr) {
        m_unlisted.socket->end(out);
    }
}

namespace {

void describeMessage(const MessageView& message, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols) {
    const auto packet = parse(message.asText());
    if (!packet) return;
    FieldTree& tree = dissection.fields;
    const std::uint8_t engineVersion = row.connection().facts.engineVersion;
    const FieldIndex layer = describe(*packet, tree, place);
    protocols += ":engineio";
    IssueSink issues;
    if (message.whole) check(*packet, issues);
    tree.attach(issues, layer);
    if (packet->type != PacketType::Message) return;
    socketio::describeMessage(dataOf(*packet, message, engineVersion), row, dissection, place.at(1),
                              protocols);
}

std::string summariseMessage(const MessageView& message, const RowContext& row,
                             std::size_t maxChars) {
    const auto packet = parse(message.asText());
    if (!packet) return {};
    if (packet->type == PacketType::Message) {
        const auto data = dataOf(*packet, message, row.connection().facts.engineVersion);
        std::string line = socketio::summariseMessage(data, row, maxChars);
        if (!line.empty()) return line;
    }
    return summary(*packet, maxChars);
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::EngineIo, recogniseMessage, makeReader,
                                       describeMessage, summariseMessage};

}  // namespace framescope::engineio
