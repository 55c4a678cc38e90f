// A connection speaks Engine.IO when its request said so (EIO in the query), or when the server's
// first text message is an open packet with the handshake. Where the request was not captured, the
// probe of an upgrade says so as well, or a packet of Socket.IO. An Engine.IO message is Socket.IO
// when it reads as such; Engine.IO can also be used alone.
#include "dissector/engineio/engineio_messages.h"

#include <optional>

#include "dissector/engineio/evidence.h"
#include "dissector/engineio/packet_description.h"
#include "dissector/engineio/session_reader.h"
#include "dissector/engineio/target.h"
#include "dissector/layer/conversations.h"

namespace framescope::engineio {
namespace {

std::optional<Packet> packetIn(const MessageView& message, std::uint8_t revision) {
    return message.text ? parse(message.asText(), revision) : parseBinary(message.bytes, revision);
}

bool recogniseMessage(const MessageView& message, const ConnectionView& connection) {
    const ConnectionFacts& facts = connection.facts;
    const auto packet = packetIn(message, facts.engineVersion);
    if (!packet) return false;
    if (facts.engineVersion != 0 || facts.protocol == Protocol::EngineIo ||
        facts.protocol == Protocol::SocketIo) {
        return true;
    }
    // The 101 alone does not name the target, and of one that is damaged the revision may be.
    const bool requestMissing = (facts.inferred & kInferredWebSocket) != 0 ||
                                (facts.upgraded && connection.path.empty()) ||
                                mayBeEngineIoTarget(connection.path);
    if (!message.text) return false;
    if (requestMissing &&
        (isProbe(*packet, message.direction) || (message.whole && isSocketIo(*packet)))) {
        return true;
    }
    return message.direction == Direction::ServerToClient && isHandshake(*packet);
}

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<EngineIoReader>();
}

}  // namespace

void EngineIoReader::read(const MessageView& message, Record& record, IssueSink& issues,
                          LayerOutput& out) {
    ConnectionFacts& facts = out.facts();
    const auto packet = packetIn(message, facts.engineVersion);
    if (!packet) return;
    SessionId& known = facts.engineSession;
    if (m_session == kNoSession && known == kNoSession && isProbe(*packet, message.direction)) {
        // Its request named the session, and is missing.
        known = out.conversations().engineSessions.findUpgrading(out);
    }
    Session& session = this->session(out);
    if (packet->type == PacketType::Open && session.info.sid.empty() && m_session != kNoSession) {
        const auto handshake = parseHandshake(packet->data);
        if (handshake && handshake->sid) {
            out.conversations().engineSessions.name(m_session, handshake->sid->value, out);
        }
    }
    record.form = static_cast<std::uint8_t>(packet->form);
    // By another connection of the session.
    const bool named = session.info.revision != 0;
    const ReceivedPacket received{*packet, message.whole, message.direction, Transport::WebSocket,
                                  facts.engineVersion};
    readPacket(session, received, record, issues, out);
    if (facts.engineVersion == 0 && session.info.revision != 0) {
        facts.engineVersion = session.info.revision;
        if ((facts.inferred & kInferredWebSocket) != 0 && !named) {
            facts.inferred |= kInferredEngineVersion;
        }
    }
}

Session& EngineIoReader::session(LayerOutput& out) {
    SessionTracker& tracker = out.conversations().engineSessions;
    SessionId& known = out.facts().engineSession;
    if (m_session == kNoSession && known != kSeveralSessions) m_session = known;
    if (m_session == kNoSession) m_session = tracker.create(out);
    known = m_session;
    return m_session == kNoSession ? m_unlisted : tracker.session(m_session);
}

void EngineIoReader::lost(Direction direction, LayerOutput& out) {
    m_lost[indexOf(direction)] = true;
    session(out).lost(direction, out);
}

void EngineIoReader::end(Direction direction, EndReason reason, LayerOutput& out) {
    m_ended[indexOf(direction)] = true;
    m_closed = m_closed || reason == EndReason::Fin || reason == EndReason::Reset;
    if (!m_ended[0] || !m_ended[1]) return;
    Session& session = this->session(out);
    webSocketEnded(session, m_closed, !m_lost[indexOf(Direction::ClientToServer)], out);
    const bool carried = session.info.upgrade == UpgradeState::Direct ||
                         session.info.upgrade == UpgradeState::Upgraded || session.info.sid.empty();
    // A session whose upgrade failed goes on with polling.
    if (carried) SessionTracker::end(session, out);
}

namespace {

void describeMessage(const MessageView& message, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols) {
    const auto packet = parseAs(static_cast<PacketForm>(row.record().form), message.bytes);
    if (!packet) return;
    PacketOrigin origin;
    origin.transport = Transport::WebSocket;
    origin.revision = row.connection().facts.engineVersion;
    origin.sid = sidOf(row);
    describePacket(*packet, origin, message.whole, row, dissection, place, protocols);
}

std::string summariseMessage(const MessageView& message, const RowContext& row,
                             std::size_t maxChars) {
    const auto packet = parseAs(static_cast<PacketForm>(row.record().form), message.bytes);
    if (!packet) return {};
    return summarisePacket(*packet, row.connection().facts.engineVersion, message.whole, row,
                           maxChars);
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::EngineIo, recogniseMessage, makeReader,
                                       describeMessage, summariseMessage};

}  // namespace framescope::engineio
