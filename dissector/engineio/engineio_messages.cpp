// A connection speaks Engine.IO when its request said so (EIO in the query), or when the server's
// first text message is an open packet with the handshake. An Engine.IO message is Socket.IO when
// it reads as such; Engine.IO can also be used alone.
#include "dissector/engineio/engineio_messages.h"

#include <optional>

#include "dissector/engineio/packet.h"
#include "dissector/socketio/packet.h"

namespace framescope::engineio {
namespace {

/// The Socket.IO packet in a message packet, if it is one. A packet that was cut is taken by its
/// beginning.
std::optional<socketio::Packet> socketPacket(const Packet& packet, bool whole) {
    if (packet.type != PacketType::Message) return std::nullopt;
    if (whole && !socketio::recognise(packet.data)) return std::nullopt;
    auto parsed = socketio::parse(packet.data);
    if (parsed && !parsed->wellFormed) return std::nullopt;
    return parsed;
}

}  // namespace

std::uint8_t revisionFromTarget(std::string_view target) {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return 0;
    std::string_view query = target.substr(question + 1);
    while (!query.empty()) {
        const std::size_t ampersand = query.find('&');
        const std::string_view parameter = query.substr(0, ampersand);
        if (parameter.size() == 5 && parameter.starts_with("EIO=") && parameter[4] >= '1' &&
            parameter[4] <= '9') {
            return static_cast<std::uint8_t>(parameter[4] - '0');
        }
        if (ampersand == std::string_view::npos) break;
        query.remove_prefix(ampersand + 1);
    }
    return 0;
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
    const auto socket = socketPacket(*packet, message.whole);
    if (!socket) return;
    record.protocol = Protocol::SocketIo;
    record.socketType = static_cast<std::uint8_t>(socket->type);
    if (message.whole) socketio::check(*socket, issues);
    if (socket->hasEvent()) record.name = out.intern(socketio::eventName(*socket));
    if (socket->id) {
        record.flags |= kFlagHasAckId;
        record.detail = static_cast<std::uint32_t>(*socket->id);
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
    const auto socket = socketPacket(*packet, message.whole);
    if (!socket) return;
    const FieldIndex inner = socketio::describe(*socket, tree, place.at(1), engineVersion);
    protocols += ":socketio";
    IssueSink innerIssues;
    if (message.whole) socketio::check(*socket, innerIssues);
    tree.attach(innerIssues, inner);
}

std::string summariseMessage(const MessageView& message, const RowContext& row,
                             std::size_t maxChars) {
    const auto packet = parse(message.asText());
    if (!packet) return {};
    // The list shows the beginning of a message, so what was read of it may be cut: then only the
    // parts before the data decide.
    if (packet->type == PacketType::Message) {
        const auto socket = socketio::parse(packet->data);
        if (socket && socket->wellFormed) {
            return socketio::summary(*socket, maxChars, row.connection().facts.engineVersion);
        }
    }
    return summary(*packet, maxChars);
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::EngineIo, recogniseMessage, makeReader,
                                       describeMessage, summariseMessage};

}  // namespace framescope::engineio
