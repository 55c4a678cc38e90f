// Requests are refused in the order in which servers of Engine.IO look at them, with their codes.
#include "capture/server/engine_server.h"

#include <array>
#include <utility>

#include "capture/server/random.h"
#include "capture/server/upgrade.h"

namespace framescope::server {
namespace {

struct Refusal {
    std::string_view message;
    std::uint16_t status;
};
constexpr std::array<Refusal, 6> kRefusals = {{
    {"Transport unknown", 400},
    {"Session ID unknown", 400},
    {"Bad handshake method", 400},
    {"Bad request", 400},
    {"Forbidden", 403},
    {"Unsupported protocol version", 400},
}};

/// Sends every message back.
class EchoApp : public EngineApp {
public:
    void opened(EngineChannel& channel) override { m_channel = &channel; }
    void message(bool binary, ByteView data) override { m_channel->send(binary, data); }
    void closed() override {}

private:
    EngineChannel* m_channel = nullptr;
};

}  // namespace

std::unique_ptr<EngineApp> echoEngineApp() {
    return std::make_unique<EchoApp>();
}

EngineServer::EngineServer(net::Reactor& reactor, ClientTable& clients, EngineOptions options,
                           EngineAppMaker makeApp)
    : m_reactor(reactor),
      m_clients(clients),
      m_options(std::move(options)),
      m_makeApp(std::move(makeApp)),
      m_burial(reactor) {}

std::uint8_t EngineServer::revisionOf(const Request& request) {
    const std::string text = request.parameter("EIO").value_or("3");
    return text == "3" ? 3 : text == "4" ? 4 : 0;
}

Response EngineServer::refusal(EngineError error) {
    const auto code = static_cast<std::size_t>(error);
    Response response;
    response.status = kRefusals[code].status;
    response.add("Content-Type", "application/json");
    std::string body = "{\"code\":" + std::to_string(code) + ",\"message\":\"";
    body += kRefusals[code].message;
    body += "\"}";
    response.body.assign(body.begin(), body.end());
    return response;
}

std::shared_ptr<EngineSession> EngineServer::find(const std::string& sid) const {
    const auto found = m_sessions.find(sid);
    return found == m_sessions.end() ? nullptr : found->second;
}

void EngineServer::forget(const std::string& sid) {
    const auto found = m_sessions.find(sid);
    if (found == m_sessions.end()) return;
    m_ended.push_back(std::move(found->second));
    m_sessions.erase(found);
    m_burial.start(std::chrono::milliseconds(0), [this] { m_ended.clear(); });
}

void EngineServer::close() {
    const auto sessions = std::exchange(m_sessions, {});
    for (const auto& [sid, session] : sessions) session->close("The server ended.");
    m_burial.stop();
    m_ended.clear();
}

void EngineServer::handle(const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    const auto refuse = [&](EngineError error) { exchange->answer(refusal(error)); };
    if (request.is("OPTIONS")) {
        Response response;
        response.status = 204;
        exchange->answer(std::move(response));
        return;
    }
    const bool upgrades = wantsWebSocket(request);
    const std::string transport = request.parameter("transport").value_or("");
    if (transport != "polling" && transport != "websocket") {
        refuse(EngineError::UnknownTransport);
        return;
    }
    const std::string sid = request.parameter("sid").value_or("");
    if (sid.empty()) {
        handshake(exchange, upgrades);
        return;
    }
    const auto session = exchange->faults().due(Fault::UnknownSid) ? nullptr : find(sid);
    if (!session) {
        refuse(EngineError::UnknownSid);
    } else if (upgrades) {
        // A session upgrades once, and to one WebSocket.
        if (session->isPolling() && !session->isUpgrading() && transport == "websocket") {
            upgrade(exchange, session);
        } else {
            refuse(EngineError::BadRequest);
        }
    } else if (transport != "polling" || !session->isPolling()) {
        refuse(EngineError::BadRequest);
    } else if (request.is("GET")) {
        session->poll(exchange);
    } else if (request.is("POST")) {
        session->post(exchange);
    } else {
        refuse(EngineError::BadRequest);
    }
}

void EngineServer::handshake(const std::shared_ptr<Exchange>& exchange, bool upgrades) {
    const Request& request = exchange->request();
    const auto refuse = [&](EngineError error) { exchange->answer(refusal(error)); };
    const bool websocket = request.parameter("transport") == "websocket";
    if (!request.is("GET")) {
        refuse(EngineError::BadHandshakeMethod);
    } else if (websocket != upgrades) {
        refuse(EngineError::BadRequest);
    } else if (revisionOf(request) == 0) {
        refuse(EngineError::UnsupportedVersion);
    } else if (const auto fault = exchange->faults().due(Fault::Refuse); fault && !upgrades) {
        Response response = refusal(EngineError::Forbidden);
        response.status = static_cast<std::uint16_t>(numberOf(*fault));
        exchange->answer(std::move(response));
    } else if (m_sessions.size() >= kMostSessions) {
        exchange->answer(503, "Too many sessions are open.");
    } else if (upgrades) {
        upgrade(exchange, nullptr);
    } else {
        make(*exchange)->openByPolling(exchange);
    }
}

std::shared_ptr<EngineSession> EngineServer::make(Exchange& exchange) {
    std::string sid = randomId();
    auto session =
        std::make_shared<EngineSession>(*this, m_reactor, m_options, sid, exchange, m_makeApp(),
                                        m_clients.add(exchange.address(), m_options.name));
    m_sessions.emplace(std::move(sid), session);
    return session;
}

void EngineServer::upgrade(const std::shared_ptr<Exchange>& exchange,
                           const std::shared_ptr<EngineSession>& session) {
    UpgradeAnswer answer = answerUpgrade(exchange->request(), exchange->faults());
    if (!answer.agreed) {
        exchange->answer(std::move(answer.response));
        return;
    }
    auto app = session ? session->upgradingSocket() : make(*exchange)->openingSocket();
    auto peer = std::make_unique<WebSocketPeer>(
        m_reactor,
        WebSocketOptions{answer.compression, m_options.mostPayload, exchange->faults(), nullptr},
        std::move(app));
    exchange->switchTo(std::move(answer.response), std::move(peer));
}

}  // namespace framescope::server
