#include "dissector/engineio/session_reader.h"

#include <algorithm>

#include "dissector/engineio/target.h"
#include "dissector/layer/conversations.h"
#include "dissector/socketio/packet.h"

namespace framescope::engineio {
namespace {

constexpr std::string_view kProbe = "probe";
/// Of the upgrades that a handshake offers so many characters are kept.
constexpr std::size_t kMaxUpgrades = 256;

void readOpen(Session& session, const ReceivedPacket& received, LayerOutput& out) {
    SessionInfo& info = session.info;
    info.openRow = out.nextRow();
    if (received.transport == Transport::WebSocket) info.upgrade = UpgradeState::Direct;
    session.heartbeats.opened(info.openRow, out.arrival().timeNs);
    const auto handshake = parseHandshake(received.packet.data);
    if (!handshake) return;
    if (handshake->pingInterval) info.pingIntervalMs = handshake->pingInterval->value;
    if (handshake->pingTimeout) info.pingTimeoutMs = handshake->pingTimeout->value;
    if (handshake->maxPayload) info.maxPayload = handshake->maxPayload->value;
    info.upgrades.clear();
    if (handshake->upgrades) {
        for (const std::string& upgrade : handshake->upgrades->value) {
            if (!info.upgrades.empty()) info.upgrades += ", ";
            info.upgrades += upgrade;
        }
        info.upgrades.resize(std::min(info.upgrades.size(), kMaxUpgrades));
    }
    // Where the request was not captured, maxPayload tells revision 4. Its first servers had none.
    if (info.revision == 0 && handshake->maxPayload) info.revision = 4;
}

/// The revision of a session whose open packet leaves it open, told by who speaks first of
/// Socket.IO: on revision 3 the server connects the default namespace by itself, on revision 4 the
/// client asks for each, and is answered with an id.
std::uint8_t revisionByFirstMessage(const ReceivedPacket& received) {
    const auto said = socketio::parse(received.packet.data);
    const bool connects = received.packet.isText() && received.whole && said &&
                          said->type == socketio::PacketType::Connect;
    const bool asks = received.direction == Direction::ClientToServer;
    return connects && (asks || !said->data.empty()) ? 4 : 3;
}

void readPing(Session& session, const ReceivedPacket& received, IssueSink& issues,
              LayerOutput& out) {
    SessionInfo& info = session.info;
    const bool byClient = received.direction == Direction::ClientToServer;
    if (received.packet.data == kProbe && byClient) {
        info.probeRow = out.nextRow();
        if (info.upgrade != UpgradeState::Upgraded) info.upgrade = UpgradeState::Probing;
        return;
    }
    // The side that pings tells the revision.
    if (info.revision == 0) info.revision = byClient ? 3 : 4;
    session.heartbeats.ping(info, session.claims, received.direction, out.nextRow(),
                            out.arrival().timeNs, issues, out);
}

void readPong(Session& session, const ReceivedPacket& received, LayerOutput& out) {
    SessionInfo& info = session.info;
    if (received.packet.data != kProbe) {
        // And so does the side that answers pings, where a capture begins with that.
        const bool byClient = received.direction == Direction::ClientToServer;
        if (info.revision == 0) info.revision = byClient ? 4 : 3;
        session.heartbeats.pong(info, received.direction, out.nextRow(), out.arrival().timeNs, out);
        return;
    }
    info.probeAnswerRow = out.nextRow();
    if (info.probeRow != kNoRecord) {
        out.link({info.probeAnswerRow, info.probeRow, 0, LinkKind::PongOf});
    }
    // The request and the `2probe` may be missing.
    const bool onTheWay = info.upgrade <= UpgradeState::Probing &&
                          info.upgrade != UpgradeState::Direct &&
                          info.upgrade != UpgradeState::Refused;
    if (onTheWay) info.upgrade = UpgradeState::Probed;
}

void readMessage(Session& session, const ReceivedPacket& received, Record& record,
                 IssueSink& issues, LayerOutput& out) {
    const Packet& packet = received.packet;
    if (session.info.revision == 0 && session.info.openRow != kNoRecord) {
        session.info.revision = revisionByFirstMessage(received);
    }
    socketio::MessageData data{asBytes(packet.data), packet.isText(), received.whole,
                               session.info.revision};
    data.fromStart = session.info.openRow != kNoRecord;
    data.socketIo = out.facts().socketIoPath;
    data.claims = &session.claims;
    Bytes decoded;
    if (packet.isBase64()) {
        auto bytes = decodedData(packet, received.whole);
        if (!bytes) {
            // What it stood for is not known, so it counts as lost.
            session.lost(received.direction, out);
            return;
        }
        decoded = std::move(*bytes);
        data.bytes = decoded;
    }
    socketio::Conversation& conversation = session.conversation();
    conversation.message(data, received.direction, out.nextRow(), record, issues, out);
    session.info.recoveryId = conversation.recoveryId();
}

/// Nothing but a probe comes over the WebSocket before the upgrade. So a message that does shows
/// that the client's `5` is among what is missing.
void noteUpgradeMissed(Session& session, const ReceivedPacket& received, LayerOutput& out) {
    SessionInfo& info = session.info;
    const bool onTheWay = info.upgrade >= UpgradeState::Asked &&
                          info.upgrade <= UpgradeState::Probed &&
                          info.upgrade != UpgradeState::Refused;
    if (received.transport != Transport::WebSocket || !onTheWay) return;
    if (!info.lost[indexOf(Direction::ClientToServer)]) return;
    info.upgrade = UpgradeState::Upgraded;
    info.upgradeTimeNs = out.arrival().timeNs;
}

}  // namespace

bool isProbe(const Packet& packet, Direction direction) {
    return packet.data == kProbe &&
           packet.type ==
               (direction == Direction::ClientToServer ? PacketType::Ping : PacketType::Pong);
}

void touch(Session& session, Transport transport, LayerOutput& out) {
    SessionInfo& info = session.info;
    info.lastTimeNs = std::max(info.lastTimeNs, out.arrival().timeNs);
    info.transports[static_cast<std::size_t>(transport)] = true;
    session.claims.setManyConnections(
        info.transports[static_cast<std::size_t>(Transport::Polling)]);
    const ConnectionId connection = out.connection();
    // One after the other is the rule, so what is sought is mostly the last one.
    if (!info.connections.empty() && session.lastConnection == connection) return;
    session.lastConnection = connection;
    if (session.listed) out.conversations().engineSessions.addPeer(session, out);
    if (std::ranges::find(info.connections, connection) != info.connections.end()) return;
    ++info.connectionCount;
    if (info.connections.size() < kMaxSessionConnections) info.connections.push_back(connection);
}

void readPacket(Session& session, const ReceivedPacket& received, Record& record, IssueSink& issues,
                LayerOutput& out) {
    const Packet& packet = received.packet;
    SessionInfo& info = session.info;
    touch(session, received.transport, out);
    session.noteLosses(out);
    session.tellDueClaims(out);
    if (info.revision == 0) info.revision = received.revision;
    ++info.packets[indexOf(received.direction)];
    record.protocol = Protocol::EngineIo;
    record.engineType = static_cast<std::uint8_t>(packet.type);
    if (received.whole) check(packet, issues);
    switch (packet.type) {
        case PacketType::Open:
            if (received.direction == Direction::ServerToClient) readOpen(session, received, out);
            break;
        case PacketType::Close:
            info.closeRow = out.nextRow();
            info.closedBy = received.direction;
            break;
        case PacketType::Ping:
            readPing(session, received, issues, out);
            break;
        case PacketType::Pong:
            readPong(session, received, out);
            break;
        case PacketType::Message:
            noteUpgradeMissed(session, received, out);
            readMessage(session, received, record, issues, out);
            break;
        case PacketType::Upgrade:
            info.upgradeRow = out.nextRow();
            info.upgradeTimeNs = out.arrival().timeNs;
            info.upgrade = UpgradeState::Upgraded;
            break;
        case PacketType::Noop:
            break;
    }
    if (!session.claims.empty()) out.conversations().engineSessions.noteClaims(session);
}

void webSocketRequested(std::string_view target, LayerOutput& out) {
    SessionTracker& tracker = out.conversations().engineSessions;
    SessionId& id = out.facts().engineSession;
    id = isEngineIoTarget(target) ? tracker.find(parameterOf(target, "sid"), out) : kNoSession;
    if (id == kNoSession) return;
    Session& session = tracker.session(id);
    touch(session, Transport::WebSocket, out);
    if (session.info.revision == 0) session.info.revision = revisionFromTarget(target);
    if (session.info.upgrade != UpgradeState::Upgraded) session.info.upgrade = UpgradeState::Asked;
}

void webSocketAnswered(bool accepted, LayerOutput& out) {
    const SessionId id = out.facts().engineSession;
    if (id >= kSeveralSessions) return;
    UpgradeState& state = out.conversations().engineSessions.session(id).info.upgrade;
    if (state == UpgradeState::Asked) {
        state = accepted ? UpgradeState::Accepted : UpgradeState::Refused;
    }
}

void webSocketEnded(Session& session, bool closed, bool whole, LayerOutput& out) {
    SessionInfo& info = session.info;
    const bool carried =
        info.upgrade == UpgradeState::Direct || info.upgrade == UpgradeState::Upgraded;
    if (!closed) return;
    if (carried) {
        session.heartbeats.ended(info, out.arrival().timeNs, out);
    } else if (whole &&
               (info.upgrade == UpgradeState::Accepted || info.upgrade == UpgradeState::Probing ||
                info.upgrade == UpgradeState::Probed)) {
        info.upgrade = UpgradeState::Failed;
    }
}

}  // namespace framescope::engineio
