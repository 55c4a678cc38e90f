// Follows engine.io-client: the probe is a ping with the data "probe" on the new WebSocket; when
// its pong came, polling is paused, an upgrade packet makes the server switch, and only then does
// anything else go by the WebSocket. Heartbeats are the server's pings from revision 4 on, and ours
// before.
#include "capture/client/engineio_conversation.h"

#include <algorithm>

#include "capture/client/engineio_target.h"
#include "dissector/payload/utf8.h"

namespace framescope::client {
namespace {

using engineio::PacketType;
using std::chrono::milliseconds;

/// Characters of a server's own words that are quoted.
constexpr std::size_t kQuoted = 200;
/// Heartbeats are no more than a day apart, whatever a server says.
constexpr std::uint64_t kLongestInterval = 86'400'000;
constexpr std::string_view kProbe = "probe";

milliseconds bounded(std::uint64_t value) {
    return milliseconds(std::min(value, kLongestInterval));
}

Bytes encoded(PacketType type, std::string_view data) {
    engineio::Packet packet;
    packet.type = type;
    packet.data = data;
    Bytes bytes;
    ByteWriter writer(bytes);
    engineio::encode(packet, writer);
    return bytes;
}

}  // namespace

EngineIoConversation::EngineIoConversation(const Surroundings& surroundings)
    : m_surroundings(surroundings),
      m_revision(surroundings.options.engineIo.revision),
      m_answersHeartbeats(surroundings.options.engineIo.answersHeartbeats),
      m_heartbeat(surroundings.reactor),
      m_probeTimer(surroundings.reactor) {
    const ClientOptions& options = m_surroundings.options;
    if (options.speaks == Speaks::SocketIo) m_socketIo.emplace(m_revision, options.socketIo);
}

void EngineIoConversation::start(std::weak_ptr<ConversationOwner> owner) {
    m_owner = std::move(owner);
    if (m_surroundings.options.engineIo.way == EngineIoOptions::Way::WebSocketOnly) {
        m_link = std::make_shared<WebSocketLink>(m_surroundings, target("websocket"));
        m_link->start(weak_from_this());
        return;
    }
    m_polling = std::make_shared<EngineIoPolling>(m_surroundings);
    m_polling->start(weak_from_this());
}

std::string EngineIoConversation::target(std::string_view transport) const {
    return engineIoTarget(m_surroundings.options, m_surroundings.target.url.target, transport,
                          m_sid);
}

template <typename Change>
void EngineIoConversation::change(const Change& change) {
    if (const auto owner = m_owner.lock()) owner->changed(change);
}

void EngineIoConversation::after(net::Reactor::Timer& timer, milliseconds delay,
                                 void (EngineIoConversation::*what)()) {
    timer.start(delay, [weak = weak_from_this(), what] {
        if (const auto self = weak.lock()) ((*self).*what)();
    });
}

// What the client asks for.

Readiness EngineIoConversation::readiness(const compose::Draft&) const {
    switch (m_phase) {
        case Phase::Polling:
            return m_closing ? Readiness::No : Readiness::Now;
        case Phase::Switching:
            return Readiness::Later;
        case Phase::WebSocket:
            return m_link->isOpen() ? Readiness::Now : Readiness::No;
        case Phase::Opening:
        case Phase::Ended:
            break;
    }
    return Readiness::No;
}

Result<bool> EngineIoConversation::send(const compose::Draft& draft,
                                        const compose::Prepared& prepared) {
    if (m_phase == Phase::WebSocket) {
        if (!m_link->isConnected()) return Error{"The connection has ended."};
        if (m_link->isClosedByServer()) return Error{"The server has closed the connection."};
        m_link->send(prepared);
    } else if (m_phase == Phase::Polling) {
        if (prepared.raw || std::holds_alternative<compose::FrameDraft>(draft)) {
            return Error{
                "The session polls at the moment, so there is no WebSocket that could carry this."};
        }
        for (const compose::Prepared::Piece& piece : prepared.pieces) {
            m_polling->send(piece.bytes, piece.binary);
        }
    } else {
        return Error{"The session is not open."};
    }
    const auto* const packet = std::get_if<compose::SocketIoDraft>(&draft);
    if (packet != nullptr && m_socketIo) {
        const std::size_t before = m_socketIo->namespaces().size();
        m_socketIo->sent(*packet, prepared.ackId);
        if (before != m_socketIo->namespaces().size()) {
            change([this](Status& status) { status.namespaces = m_socketIo->namespaces(); });
        }
    }
    return true;
}

std::size_t EngineIoConversation::waiting() const {
    return (m_polling ? m_polling->waiting() : 0) + (m_link ? m_link->waiting() : 0);
}

void EngineIoConversation::close(std::optional<std::uint16_t> code, const std::string& reason) {
    if (m_phase == Phase::Switching) {
        m_closeLater = Close{code, reason};
        return;
    }
    if (m_phase == Phase::Opening || m_phase == Phase::Ended) {
        finish({});
        return;
    }
    if (m_closing) return;
    const auto owner = m_owner.lock();
    if (m_socketIo && owner) {
        for (const compose::SocketIoDraft& draft : m_socketIo->disconnects()) {
            owner->transmit(draft);
        }
    }
    if (m_phase == Phase::Ended) return;
    m_closing = true;
    m_heartbeat.stop();
    if (m_phase == Phase::WebSocket) {
        m_link->close(code, reason);
        return;
    }
    if (m_link) m_link->abandon();
    m_link.reset();
    m_probeTimer.stop();
    sendPacket(PacketType::Close);
    if (owner) owner->closing(true);
}

void EngineIoConversation::giveUp(const std::string& sentence) {
    const bool byLink = m_link && (m_phase == Phase::WebSocket || m_phase == Phase::Opening);
    if (byLink) {
        m_link->giveUp(sentence);
    } else {
        finish({m_closing ? std::string() : sentence, false, {}, !m_closing});
    }
}

void EngineIoConversation::cut() {
    if (m_polling) m_polling->cut();
    if (m_link) m_link->cut();
    abandon();
}

void EngineIoConversation::abandon() {
    m_owner.reset();
    letGo();
}

void EngineIoConversation::letGo() {
    m_phase = Phase::Ended;
    m_heartbeat.stop();
    m_probeTimer.stop();
    if (m_polling) m_polling->abandon();
    if (m_link) m_link->abandon();
}

void EngineIoConversation::finish(Ending ending) {
    if (m_phase == Phase::Ended) return;
    if (!m_failure.empty()) {
        ending.sentence = m_failure;
        ending.lost = !m_serverClosed;
    }
    const auto owner = m_owner.lock();
    letGo();
    m_owner.reset();
    if (owner) owner->ended(ending);
}

void EngineIoConversation::setAnswersPings(bool answers) {
    m_surroundings.options.answersPings = answers;
    if (m_link) m_link->setAnswersPings(answers);
}

// Polling.

void EngineIoConversation::pollingEstablished(const net::Established& peer) {
    const auto owner = m_owner.lock();
    if (owner && !std::exchange(m_established, true)) owner->established(peer);
}

void EngineIoConversation::pollingPacket(const engineio::Packet& packet) {
    this->packet(packet, false);
}

void EngineIoConversation::pollingRemark(const std::string& sentence) {
    if (const auto owner = m_owner.lock()) owner->remark(sentence);
}

void EngineIoConversation::pollingFailed(const HttpAnswer& answer, const std::string& sentence) {
    const auto owner = m_owner.lock();
    if (owner && answer.head.status != 0) {
        owner->answered(answer.head,
                        std::string(asText(answer.body).substr(0, WebSocketLink::kMaxRefusal)));
    }
    // A server that was told that the session is over may forget it before it answers a poll.
    finish({m_closing ? std::string() : sentence, false, {}, !m_closing});
}

void EngineIoConversation::pollingDrained() {
    if (m_closing && m_phase == Phase::Polling) finish({});
}

void EngineIoConversation::pollingPaused() {
    if (m_phase != Phase::Switching || !m_link) return;
    m_probeTimer.stop();
    m_link->sendFrame(websocket::Opcode::Text, encoded(PacketType::Upgrade, {}));
    m_phase = Phase::WebSocket;
    m_polling->abandon();
    change([this](Status& status) {
        status.wire.polling = false;
        status.wire.compression = m_agreement.compression;
        status.wire.subprotocol = m_agreement.subprotocol;
        status.wire.upgraded = true;
        status.wire.path = target("websocket");
        status.subprotocol = m_agreement.subprotocol;
    });
    for (const auto& [type, data] : std::exchange(m_held, {})) sendPacket(type, data);
    if (const auto owner = m_owner.lock()) owner->readyAgain();
    if (m_closeLater && m_phase == Phase::WebSocket)
        close(m_closeLater->code, m_closeLater->reason);
}

// The WebSocket.

void EngineIoConversation::linkEstablished(const net::Established& peer) {
    const auto owner = m_owner.lock();
    if (!owner) return;
    if (!std::exchange(m_established, true)) {
        owner->established(peer);
    } else {
        change([&peer](Status& status) { status.peer = peer; });
    }
}

void EngineIoConversation::linkAnswered(const http::Head& response, const std::string& body) {
    if (const auto owner = m_owner.lock()) owner->answered(response, body);
}

void EngineIoConversation::linkOpened(const Agreement& agreement) {
    m_agreement = agreement;
    if (m_phase == Phase::Opening) {
        change([this, &agreement](Status& status) {
            status.wire.compression = agreement.compression;
            status.wire.subprotocol = agreement.subprotocol;
            status.wire.upgraded = true;
            status.wire.path = target("websocket");
            status.subprotocol = agreement.subprotocol;
        });
    } else if (m_phase == Phase::Polling) {
        m_link->sendFrame(websocket::Opcode::Text, encoded(PacketType::Ping, kProbe));
    }
}

void EngineIoConversation::linkMessage(bool text, Bytes bytes) {
    const auto read = text ? engineio::parse(asText(bytes), m_revision)
                           : engineio::parseBinary(bytes, m_revision);
    if (read) {
        packet(*read, m_phase == Phase::Polling || m_phase == Phase::Switching);
        return;
    }
    const auto owner = m_owner.lock();
    if (!owner) return;
    owner->remark("The server sent a message that is no Engine.IO packet: \"" +
                  printable(asText(bytes), kQuoted) + "\".");
    Incoming plain;
    plain.kind = text ? Incoming::Kind::Text : Incoming::Kind::Binary;
    plain.bytes = std::move(bytes);
    owner->incoming(std::move(plain));
}

void EngineIoConversation::linkControl(websocket::Opcode opcode, ByteView payload) {
    if (const auto owner = m_owner.lock()) owner->incoming(controlIncoming(opcode, payload));
}

void EngineIoConversation::linkRemark(const std::string& sentence) {
    if (const auto owner = m_owner.lock()) owner->remark(sentence);
}

void EngineIoConversation::linkViolated(const std::string& sentence, const std::string& header) {
    const auto owner = m_owner.lock();
    // A probe that fails leaves the session to polling.
    if (owner && (m_phase == Phase::WebSocket || m_phase == Phase::Opening)) {
        tellViolation(*owner, sentence, header);
    }
}

void EngineIoConversation::linkClosing(bool ours, const websocket::CloseBody& body) {
    const auto owner = m_owner.lock();
    // While it is only probed, its end is not that of the session.
    if (owner && (m_phase == Phase::WebSocket || m_phase == Phase::Opening)) {
        tellClosing(*owner, ours, body);
    }
}

void EngineIoConversation::linkEnded(const Ending& ending) {
    if (m_phase == Phase::WebSocket || m_phase == Phase::Opening) {
        finish(ending);
    } else {
        probeFailed(ending.sentence);
    }
}

void EngineIoConversation::beginProbe() {
    m_link = std::make_shared<WebSocketLink>(m_surroundings, target("websocket"));
    after(m_probeTimer, m_surroundings.options.handshakeTimeout,
          &EngineIoConversation::probeTimedOut);
    m_link->start(weak_from_this());
}

void EngineIoConversation::probeTimedOut() {
    if (m_phase == Phase::Polling || m_phase == Phase::Switching) {
        probeFailed("It was not over in time.");
    }
}

void EngineIoConversation::probeFailed(const std::string& why) {
    if (m_phase != Phase::Polling && m_phase != Phase::Switching) return;
    m_probeTimer.stop();
    if (m_link) m_link->abandon();
    m_link.reset();
    const auto owner = m_owner.lock();
    if (owner) owner->remark("The upgrade to WebSocket failed, polling goes on. " + why);
    if (m_phase != Phase::Switching) return;
    m_phase = Phase::Polling;
    m_polling->resume();
    for (const auto& [type, data] : std::exchange(m_held, {})) sendPacket(type, data);
    if (owner) owner->readyAgain();
    if (m_closeLater && m_phase == Phase::Polling) close(m_closeLater->code, m_closeLater->reason);
}

// Packets.

void EngineIoConversation::packet(const engineio::Packet& packet, bool onProbe) {
    const auto owner = m_owner.lock();
    if (!owner || m_phase == Phase::Ended) return;
    if (packet.type == PacketType::Message) {
        message(packet);
        return;
    }
    Incoming incoming;
    incoming.kind = Incoming::Kind::EngineIo;
    incoming.engineType = packet.type;
    const ByteView data = asBytes(packet.data);
    incoming.bytes.assign(data.begin(), data.end());
    owner->incoming(std::move(incoming));
    if (m_phase == Phase::Ended) return;
    switch (packet.type) {
        case PacketType::Open:
            openPacket(packet);
            break;
        case PacketType::Close:
            serverClosed();
            break;
        case PacketType::Ping:
            if (m_revision < 4 || onProbe) break;
            beginHeartbeat();
            if (m_answersHeartbeats && takesAnswers()) sendPacket(PacketType::Pong);
            break;
        case PacketType::Pong:
            if (onProbe && packet.data == kProbe && m_phase == Phase::Polling && !m_closing) {
                m_phase = Phase::Switching;
                m_polling->pause();
            } else if (m_revision < 4 && !onProbe) {
                beginHeartbeat();
            }
            break;
        case PacketType::Message:
        case PacketType::Upgrade:
        case PacketType::Noop:
            break;
    }
}

void EngineIoConversation::openPacket(const engineio::Packet& packet) {
    if (m_phase != Phase::Opening) return;
    const auto handshake = engineio::parseHandshake(packet.data);
    if (!handshake || !handshake->sid) {
        finish({"The server's open packet cannot be read: \"" + printable(packet.data, kQuoted) +
                    "\".",
                false});
        return;
    }
    m_sid = handshake->sid->value;
    if (handshake->pingInterval) m_pingInterval = bounded(handshake->pingInterval->value);
    if (handshake->pingTimeout) m_pingTimeout = bounded(handshake->pingTimeout->value);
    const bool polls = m_polling != nullptr;
    m_phase = polls ? Phase::Polling : Phase::WebSocket;
    if (polls)
        m_polling->setSession(m_sid, handshake->maxPayload ? handshake->maxPayload->value : 0);
    change([this, polls](Status& status) {
        status.sid = m_sid;
        if (polls) status.wire.path = target("polling");
    });
    if (m_phase == Phase::Ended) return;
    beginHeartbeat();
    openSocketIo();
    const auto offersUpgrade = [&handshake] {
        if (!handshake->upgrades) return false;
        const std::vector<std::string>& upgrades = handshake->upgrades->value;
        return std::ranges::count(upgrades, "websocket") != 0;
    };
    const bool wants =
        m_surroundings.options.engineIo.way == EngineIoOptions::Way::PollingThenUpgrade;
    if (m_phase == Phase::Polling && wants && !m_closing && offersUpgrade()) beginProbe();
}

void EngineIoConversation::openSocketIo() {
    const auto owner = m_owner.lock();
    if (!owner) return;
    if (!m_socketIo || m_socketIo->isOpenAtOnce()) {
        m_told = true;
        owner->opened();
    }
    if (!m_socketIo) return;
    for (const compose::SocketIoDraft& draft : m_socketIo->connects()) {
        if (m_phase != Phase::Ended) owner->transmit(draft);
    }
}

void EngineIoConversation::message(const engineio::Packet& packet) {
    Bytes bytes;
    if (packet.isBase64()) {
        auto decoded = engineio::decodedData(packet, true);
        if (!decoded) {
            pollingRemark("The server sent binary data that is not base64.");
            return;
        }
        bytes = std::move(*decoded);
    } else {
        const ByteView data = asBytes(packet.data);
        bytes.assign(data.begin(), data.end());
    }
    if (m_socketIo) {
        take(packet.isText() ? m_socketIo->text(std::move(bytes))
                             : m_socketIo->binary(std::move(bytes)));
        return;
    }
    const auto owner = m_owner.lock();
    if (!owner) return;
    Incoming incoming;
    incoming.kind = packet.isText() ? Incoming::Kind::Text : Incoming::Kind::Binary;
    incoming.bytes = std::move(bytes);
    owner->incoming(std::move(incoming));
}

void EngineIoConversation::take(SocketIoSession::Outcome outcome) {
    const auto owner = m_owner.lock();
    if (!owner) return;
    if (outcome.namespacesChanged) {
        change([this](Status& status) { status.namespaces = m_socketIo->namespaces(); });
    }
    if (outcome.connected && !std::exchange(m_told, true)) owner->opened();
    if (outcome.packet) owner->incoming(std::move(*outcome.packet));
    if (!outcome.remark.empty()) owner->remark(outcome.remark);
    if (!outcome.failure.empty() && !m_told) failSession(outcome.failure);
}

void EngineIoConversation::serverClosed() {
    m_failure = "The server closed the Engine.IO session.";
    m_serverClosed = true;
    if (m_phase == Phase::WebSocket) {
        failSession(m_failure);
    } else {
        finish({m_failure, false});
    }
}

void EngineIoConversation::sendPacket(PacketType type, std::string_view data) {
    switch (m_phase) {
        case Phase::Switching:
            m_held.emplace_back(type, std::string(data));
            break;
        case Phase::Polling:
            m_polling->send(encoded(type, data), false);
            break;
        case Phase::WebSocket:
            m_link->sendFrame(websocket::Opcode::Text, encoded(type, data));
            break;
        case Phase::Opening:
        case Phase::Ended:
            break;
    }
}

bool EngineIoConversation::takesAnswers() const {
    if (m_held.size() > EngineIoPolling::kMaxBacklog) return false;
    if (m_phase == Phase::WebSocket) return !m_link->isBacklogged();
    return m_polling == nullptr || !m_polling->isBacklogged();
}

// Heartbeats.

/// Revision 4: the server's next ping must come. Before: our next ping is due.
void EngineIoConversation::beginHeartbeat() {
    m_pongAwaited = false;
    after(m_heartbeat, m_revision < 4 ? m_pingInterval : m_pingInterval + m_pingTimeout,
          &EngineIoConversation::heartbeatDue);
}

void EngineIoConversation::heartbeatDue() {
    if (m_phase == Phase::Ended || m_closing) return;
    if (m_revision < 4 && !m_pongAwaited) {
        if (!m_answersHeartbeats) {
            beginHeartbeat();
            return;
        }
        sendPacket(PacketType::Ping);
        m_pongAwaited = true;
        after(m_heartbeat, m_pingTimeout, &EngineIoConversation::heartbeatDue);
        return;
    }
    const milliseconds waited = m_revision < 4 ? m_pingTimeout : m_pingInterval + m_pingTimeout;
    const std::string sentence = "The server missed a heartbeat: nothing came for " +
                                 std::to_string(waited.count()) + " ms.";
    pollingRemark(sentence);
    failSession(sentence);
}

/// Ends the session from our side for a reason of our own.
void EngineIoConversation::failSession(const std::string& sentence) {
    m_failure = sentence;
    m_closeLater.reset();
    if (m_phase == Phase::Switching) {
        finish({sentence, false});
        return;
    }
    close(std::nullopt, {});
}

std::shared_ptr<Conversation> makeEngineIo(const Surroundings& surroundings) {
    return std::make_shared<EngineIoConversation>(surroundings);
}

}  // namespace framescope::client
