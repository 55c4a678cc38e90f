// Packets wait in one queue, from which whatever transport there is takes them. During an upgrade
// polling stays the transport until the client says that it has changed; its poll is answered with
// a noop meanwhile, so that none is left open.
#include "capture/server/engine_session.h"

#include <algorithm>
#include <openssl/evp.h>
#include <utility>

#include "capture/server/engine_server.h"
#include "dissector/engineio/jsonp.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/target.h"
#include "dissector/payload/utf8.h"

namespace framescope::server {
namespace {

using engineio::PacketForm;
using engineio::PacketType;

constexpr std::chrono::milliseconds kUpgradeCheck{100};
/// In ticks of kUpgradeCheck.
constexpr int kMostUpgradeChecks = 100;
constexpr std::string_view kProbe = "probe";
/// What the memory of a packet costs beside its fields: a queue that grows, a block that is
/// rounded.
constexpr std::size_t kPacketOverhead = 32;

std::string base64Of(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

/// The packet as a text: binary data as base64.
std::string asTextPacket(const EnginePacket& packet, std::uint8_t revision) {
    engineio::Packet written{packet.type, asText(packet.data), PacketForm::Text};
    std::string base64;
    if (packet.binary) {
        base64 = base64Of(packet.data);
        written.data = base64;
        written.form = revision >= 4 ? PacketForm::Base64 : PacketForm::TypedBase64;
    }
    Bytes bytes;
    ByteWriter writer(bytes);
    engineio::encode(written, writer);
    return std::string(asText(bytes));
}

/// The packet as bytes, for a transport that takes them.
Bytes asBinaryPacket(const EnginePacket& packet, std::uint8_t revision) {
    Bytes bytes;
    ByteWriter writer(bytes);
    engineio::encode({packet.type, asText(packet.data),
                      revision >= 4 ? PacketForm::Binary : PacketForm::TypedBinary},
                     writer);
    return bytes;
}

EnginePacket textPacket(PacketType type, std::string_view data = {}) {
    return {type, false, Bytes(data.begin(), data.end())};
}

}  // namespace

/// A WebSocket of the session. It may outlive it.
class EngineSession::Socket : public WebSocketApp {
public:
    Socket(std::shared_ptr<EngineSession> session, bool upgrades)
        : m_session(std::move(session)), m_upgrades(upgrades) {}

    void opened(WebSocketPeer& peer) override {
        m_peer = &peer;
        const auto session = m_session;
        session->socketOpened(peer, m_upgrades);
    }
    void message(WebSocketPeer& peer, bool binary, ByteView payload) override {
        const auto session = m_session;
        session->socketMessage(peer, binary, payload);
    }
    void closed(const std::string& sentence) override {
        const auto session = m_session;
        if (m_peer != nullptr) {
            session->socketClosed(*m_peer, sentence);
        } else if (!m_upgrades) {
            // Nothing else would ever end a session whose only transport did not open.
            session->close(sentence);
        }
    }

private:
    std::shared_ptr<EngineSession> m_session;
    WebSocketPeer* m_peer = nullptr;
    bool m_upgrades;
};

EngineSession::EngineSession(EngineServer& server, net::Reactor& reactor,
                             const EngineOptions& options, std::string sid, const Exchange& opening,
                             std::unique_ptr<EngineApp> app, std::unique_ptr<ClientEntry> client)
    : m_server(server),
      m_options(options),
      m_sid(std::move(sid)),
      m_faults(opening.faults()),
      m_revision(EngineServer::revisionOf(opening.request())),
      m_app(std::move(app)),
      m_client(std::move(client)),
      m_heartbeat(reactor),
      m_upgrade(reactor) {
    m_opening.head.target = opening.request().head.target;
    const std::string base64 = m_opening.parameter("b64").value_or("");
    m_base64 = base64 == "1" || base64 == "true" || m_opening.parameter("j").has_value();
}

std::string EngineSession::queryParameter(std::string_view name) const {
    return m_opening.parameter(name).value_or("");
}

void EngineSession::label() {
    // Revision 3 is what servers of Socket.IO 2 speak.
    std::string what = m_options.name;
    if (what == "Socket.IO") {
        what += m_revision >= 4 ? " 4" : " 2";
    } else {
        what += " " + std::to_string(m_revision);
    }
    m_client->setWhat(what + (isPolling() ? ", polling" : ", WebSocket"));
}

std::string EngineSession::handshake() const {
    std::string text = "{\"sid\":\"" + m_sid + "\",\"upgrades\":[";
    if (isPolling()) text += "\"websocket\"";
    text += "],\"pingInterval\":" + std::to_string(m_options.pingInterval.count()) +
            ",\"pingTimeout\":" + std::to_string(m_options.pingTimeout.count());
    if (m_revision >= 4) text += ",\"maxPayload\":" + std::to_string(m_options.mostPayload);
    return text + "}";
}

void EngineSession::open() {
    label();
    enqueue(textPacket(PacketType::Open, handshake()));
    if (m_over) return;  // the client was cut, or misbehaviour ended it
    m_opened = true;
    startHeartbeat();
    m_app->opened(*this);
}

void EngineSession::openByPolling(const std::shared_ptr<Exchange>& exchange) {
    open();
    poll(exchange);
}

std::unique_ptr<WebSocketApp> EngineSession::openingSocket() {
    return std::make_unique<Socket>(shared_from_this(), false);
}

std::unique_ptr<WebSocketApp> EngineSession::upgradingSocket() {
    return std::make_unique<Socket>(shared_from_this(), true);
}

// --- Sending

void EngineSession::send(bool binary, ByteView data) {
    if (m_over) return;
    m_client->countOut();
    enqueue({PacketType::Message, binary, Bytes(data.begin(), data.end())});
}

void EngineSession::enqueue(EnginePacket packet) {
    if (m_over) return;
    m_queued += sizeof(EnginePacket) + kPacketOverhead + packet.data.size();
    m_queue.push_back(std::move(packet));
    flush();
    if (m_queued > kMostQueued) {
        close("The client does not poll: more than " + std::to_string(kMostQueued >> 20) +
              " MiB waited for it.");
    }
}

void EngineSession::flush() {
    if (m_socket == nullptr) {
        // The open packet goes out with what the application says at once.
        if (m_poll && !m_queue.empty()) answerPoll();
        return;
    }
    const std::vector<EnginePacket> packets = std::exchange(m_queue, {});
    m_queued = 0;
    for (const EnginePacket& packet : packets) {
        if (m_socket != nullptr) sendOn(*m_socket, packet);
    }
}

void EngineSession::sendOn(WebSocketPeer& socket, const EnginePacket& packet) {
    if (packet.binary && !m_base64) {
        socket.send(true, asBinaryPacket(packet, m_revision));
    } else {
        socket.send(false, asBytes(asTextPacket(packet, m_revision)));
    }
}

void EngineSession::answerPoll() {
    const std::shared_ptr<Exchange> poll = std::exchange(m_poll, nullptr);
    const std::vector<EnginePacket> packets = std::exchange(m_queue, {});
    m_queued = 0;
    const bool anyBinary = std::ranges::any_of(packets, &EnginePacket::binary);
    // Revision 3 has a framing for bytes; it is used where there are some.
    const bool bytes = anyBinary && m_revision < 4 && !m_base64;
    std::vector<std::string> texts;
    std::vector<engineio::EncodedPacket> encoded;
    texts.reserve(packets.size());
    for (const EnginePacket& packet : packets) {
        if (packet.binary && bytes) {
            texts.emplace_back(asText(asBinaryPacket(packet, m_revision)));
        } else {
            texts.push_back(asTextPacket(packet, m_revision));
        }
        encoded.push_back({texts.back(), packet.binary && bytes});
    }
    const auto framing = bytes             ? engineio::Framing::Binary
                         : m_revision >= 4 ? engineio::Framing::Records
                                           : engineio::Framing::Lengths;
    Response response;
    ByteWriter writer(response.body);
    engineio::encodePayload(encoded, framing, writer);
    if (const auto index = poll->request().number("j", 0, 0, 1'000'000);
        index && poll->request().parameter("j")) {
        const std::string script =
            engineio::wrapScript(asText(response.body), static_cast<unsigned>(*index));
        response.body.assign(script.begin(), script.end());
        response.add("Content-Type", "text/javascript; charset=UTF-8");
    } else {
        response.add("Content-Type",
                     bytes ? "application/octet-stream" : "text/plain; charset=UTF-8");
    }
    response.add("Cache-Control", "no-store");
    poll->answer(std::move(response));
}

// --- Polling

void EngineSession::poll(const std::shared_ptr<Exchange>& exchange) {
    if (m_poll) {
        // Only one poll may be open; servers take a second one as the end of the session.
        exchange->answer(EngineServer::refusal(EngineError::BadRequest));
        close("The client polled twice at once.");
        return;
    }
    m_poll = exchange;
    exchange->whenLost = [session = weak_from_this()] {
        if (const auto self = session.lock()) self->m_poll.reset();
    };
    flush();
}

void EngineSession::post(const std::shared_ptr<Exchange>& exchange) {
    const auto self = shared_from_this();
    const Request& request = exchange->request();
    const bool bytes =
        http::equalsIgnoreCase(request.head.value("Content-Type"), "application/octet-stream");
    bool good = false;
    if (request.parameter("j")) {
        const std::string_view body = asText(request.body);
        const auto form = engineio::findFormData(body);
        good = form &&
               takeAll(engineio::unescapeForm(body.substr(form->begin, form->size())).text, false);
    } else {
        good = takeAll(asText(request.body), bytes);
    }
    if (!good) {
        exchange->answer(EngineServer::refusal(EngineError::BadRequest));
        close("The client sent what is no payload of Engine.IO.");
        return;
    }
    Response response;
    response.add("Content-Type", "text/html");
    response.body = {'o', 'k'};
    exchange->answer(std::move(response));
}

bool EngineSession::takeAll(std::string_view payload, bool binary) {
    const auto framing = m_revision >= 4 ? engineio::Framing::Records
                         : binary        ? engineio::Framing::Binary
                                         : engineio::Framing::Lengths;
    if (m_revision >= 4 && binary) return false;
    if (framing != engineio::Framing::Binary && !isValidUtf8(payload)) return false;
    engineio::PayloadReader reader(payload, framing);
    while (const auto unit = reader.next()) {
        const auto content =
            engineio::unitContent(payload.substr(unit->range.begin, unit->range.size()), framing);
        if (!content) return false;
        const auto packet =
            engineio::packetOf(*content, {framing, engineio::Wrapping::None, false});
        if (!packet || !take(*packet)) return false;
        if (m_over) return true;
    }
    return reader.rest().empty();
}

bool EngineSession::take(const engineio::Packet& packet) {
    if (m_revision < 4) awaitHeartbeat();
    switch (packet.type) {
        case PacketType::Ping:
            if (m_revision >= 4) return false;
            if (!m_faults.due(Fault::NoHeartbeat, m_received)) {
                enqueue(textPacket(PacketType::Pong, packet.data));
            }
            return true;
        case PacketType::Pong:
            if (m_revision < 4) return false;
            startHeartbeat();
            return true;
        case PacketType::Message: {
            ++m_received;
            m_client->countIn();
            if (packet.isText()) {
                m_app->message(false, asBytes(packet.data));
                return true;
            }
            const auto bytes = engineio::decodedData(packet, true);
            if (!bytes) return false;
            m_app->message(true, *bytes);
            return true;
        }
        case PacketType::Close:
            close("The client closed the session.");
            return true;
        case PacketType::Noop:
            return true;
        case PacketType::Open:
        case PacketType::Upgrade:
            break;
    }
    return false;
}

// --- The heartbeat

void EngineSession::startHeartbeat() {
    if (m_revision < 4) {
        awaitHeartbeat();
        return;
    }
    m_heartbeat.start(m_options.pingInterval, [this] {
        const auto self = shared_from_this();
        if (m_faults.due(Fault::NoHeartbeat, m_received)) {
            startHeartbeat();
            return;
        }
        m_heartbeat.start(m_options.pingTimeout, [this] {
            const auto kept = shared_from_this();
            close("The client did not answer a ping in time.");
        });
        enqueue(textPacket(PacketType::Ping));
    });
}

void EngineSession::awaitHeartbeat() {
    m_heartbeat.start(m_options.pingInterval + m_options.pingTimeout, [this] {
        const auto self = shared_from_this();
        close("The client sent no ping in time.");
    });
}

// --- WebSocket

void EngineSession::socketOpened(WebSocketPeer& socket, bool upgrades) {
    if (m_over) {
        socket.close(std::nullopt, {}, "The session is over.");
    } else if (!upgrades) {
        m_socket = &socket;
        open();
    } else {
        m_probe = &socket;
        m_probed = false;
        m_checks = 0;
        m_upgrade.start(kUpgradeCheck, [this] { checkUpgrade(); });
    }
}

void EngineSession::checkUpgrade() {
    const auto self = shared_from_this();
    if (m_probe == nullptr) return;
    if (++m_checks > kMostUpgradeChecks) {
        m_probe->close(std::nullopt, {}, "The client did not end its upgrade.");
        return;
    }
    // The client may poll once more before it hears that its probe was answered.
    if (m_probed) pushPollOut();
    m_upgrade.start(kUpgradeCheck, [this] { checkUpgrade(); });
}

void EngineSession::socketMessage(WebSocketPeer& socket, bool binary, ByteView payload) {
    if (m_over) return;
    const auto packet = binary ? engineio::parseBinary(payload, m_revision)
                               : engineio::parse(asText(payload), m_revision);
    if (&socket == m_probe) {
        if (packet) {
            probe(socket, *packet);
        } else {
            socket.close(std::nullopt, {}, "The client sent no packet of Engine.IO.");
        }
        return;
    }
    if (!packet || !take(*packet)) close("The client sent what Engine.IO does not allow.");
}

void EngineSession::probe(WebSocketPeer& socket, const engineio::Packet& packet) {
    if (packet.type == PacketType::Ping && packet.data == kProbe) {
        sendOn(socket, textPacket(PacketType::Pong, kProbe));
        m_probed = true;
        pushPollOut();
        return;
    }
    if (packet.type != PacketType::Upgrade) {
        socket.close(std::nullopt, {}, "The client neither probed nor upgraded.");
        return;
    }
    m_upgrade.stop();
    pushPollOut();
    m_socket = std::exchange(m_probe, nullptr);
    label();
    flush();
}

void EngineSession::pushPollOut() {
    if (!m_poll) return;
    if (m_queue.empty()) m_queue.push_back(textPacket(PacketType::Noop));
    answerPoll();
}

void EngineSession::socketClosed(WebSocketPeer& socket, const std::string& sentence) {
    if (&socket == m_probe) {
        m_probe = nullptr;
        m_upgrade.stop();
    } else if (&socket == m_socket) {
        m_socket = nullptr;
        close(sentence);
    }
}

// --- The end

void EngineSession::close(std::string sentence) {
    if (std::exchange(m_over, true)) return;
    const auto self = shared_from_this();
    m_heartbeat.stop();
    m_upgrade.stop();
    m_client->end(sentence);
    if (m_opened) m_app->closed();
    if (m_poll) {
        m_queue.push_back(textPacket(PacketType::Close));
        answerPoll();
    }
    m_queue.clear();
    if (WebSocketPeer* const socket = std::exchange(m_socket, nullptr)) {
        socket->close(std::nullopt, {}, sentence);
    }
    if (WebSocketPeer* const socket = std::exchange(m_probe, nullptr)) {
        socket->close(std::nullopt, {}, sentence);
    }
    m_server.forget(m_sid);
}

}  // namespace framescope::server
