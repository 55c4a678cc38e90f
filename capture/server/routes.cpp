// A request that asks for WebSocket is answered with one on every path that means nothing else.
#include "capture/server/routes.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "capture/server/client_table.h"
#include "capture/server/event_stream.h"
#include "capture/server/page.h"
#include "capture/server/upgrade.h"
#include "capture/server/websocket_peer.h"

namespace framescope::server {
namespace {

constexpr std::string_view kStatus = "/status/";

/// Sends every message back.
class Echo : public WebSocketApp {
public:
    void opened(WebSocketPeer&) override {}
    void message(WebSocketPeer& peer, bool binary, ByteView payload) override {
        peer.send(binary, payload);
    }
    void closed(const std::string&) override {}
};

/// 405 unless the method is one of `allowed`; whether it was answered.
bool refuseMethod(Exchange& exchange, std::string_view allowed) {
    const auto methods = http::splitList(allowed);
    const std::string& method = exchange.request().head.method;
    if (std::ranges::find(methods, std::string_view(method)) != methods.end()) return false;
    Response response = textResponse(405, "This path is asked with " + std::string(allowed) + ".");
    response.add("Allow", std::string(allowed));
    exchange.answer(std::move(response));
    return true;
}

void answerPage(Exchange& exchange) {
    Response response;
    response.add("Content-Type", "text/html; charset=utf-8");
    response.add("Cache-Control", "no-store");
    const ByteView page = asBytes(pageHtml());
    response.body.assign(page.begin(), page.end());
    exchange.answer(std::move(response));
}

void answerStatus(Exchange& exchange) {
    const std::string& path = exchange.request().path;
    const std::string_view digits = std::string_view(path).substr(kStatus.size());
    std::uint16_t status = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (error != std::errc() || stop != digits.data() + digits.size() || status < 200 ||
        status > 599) {
        exchange.answer(404, "Behind /status/ stands a status from 200 to 599.");
        return;
    }
    std::string line = std::to_string(status);
    line += " ";
    line += statusPhrase(status);
    Response response = textResponse(status, line);
    if (status == 401) response.add("WWW-Authenticate", "Basic realm=\"test server\"");
    if (status == 426) response.add("Upgrade", "websocket");
    if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
        response.add("Location", "/");
    }
    exchange.answer(std::move(response));
}

void answerPreflight(Exchange& exchange) {
    Response response;
    response.status = 204;
    response.add("Allow", "GET, HEAD, POST, OPTIONS");
    exchange.answer(std::move(response));
}

bool isBelow(const std::string& path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

Routes::Routes(net::Reactor& reactor, ClientTable& clients, const ServerOptions& options)
    : m_reactor(reactor),
      m_mostMessage(options.maxMessage),
      m_longPoll(reactor),
      m_hub(reactor, options.maxMessage),
      m_engineIo(
          reactor, clients,
          EngineOptions{"Engine.IO", options.pingInterval, options.pingTimeout, options.maxMessage},
          echoEngineApp),
      m_socketIo(
          reactor, clients,
          EngineOptions{"Socket.IO", options.pingInterval, options.pingTimeout, options.maxMessage},
          [this] { return m_hub.newClient(); }) {}

void Routes::close() {
    m_engineIo.close();
    m_socketIo.close();
}

void Routes::handle(const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    const std::string& path = request.path;
    const bool upgrades = wantsWebSocket(request);
    if (!upgrades && exchange->faults().due(Fault::Reset, 0)) {
        exchange->reset("Reset, as asked.");
    } else if (isBelow(path, "/engine.io")) {
        m_engineIo.handle(exchange);
    } else if (isBelow(path, "/socket.io")) {
        m_socketIo.handle(exchange);
    } else if (path.starts_with(kStatus)) {
        exchange->client();
        answerStatus(*exchange);
    } else if (upgrades) {
        upgrade(exchange);
    } else if (exchange->client(); request.is("OPTIONS")) {
        answerPreflight(*exchange);
    } else if (path == "/poll") {
        if (!refuseMethod(*exchange, "GET, HEAD, POST, OPTIONS")) m_longPoll.handle(exchange);
    } else if (path == "/" || path == "/echo" || path == "/events") {
        if (refuseMethod(*exchange, "GET, HEAD, OPTIONS")) return;
        if (path == "/") {
            answerPage(*exchange);
        } else if (path == "/events") {
            answerEvents(m_reactor, exchange);
        } else {
            Response response =
                textResponse(426, "Here a WebSocket is spoken; the request does not ask for one.");
            response.add("Upgrade", "websocket");
            exchange->answer(std::move(response));
        }
    } else {
        exchange->answer(404,
                         "There is nothing at this path; / is a page that says what there is.");
    }
}

void Routes::upgrade(const std::shared_ptr<Exchange>& exchange) {
    UpgradeAnswer answer = answerUpgrade(exchange->request(), exchange->faults());
    if (!answer.agreed) {
        exchange->client().setWhat("WebSocket " + exchange->request().path + ", refused");
        exchange->answer(std::move(answer.response));
        return;
    }
    ClientEntry& client = exchange->client();
    client.setWhat("WebSocket " + exchange->request().path);
    auto peer = std::make_unique<WebSocketPeer>(
        m_reactor, WebSocketOptions{answer.compression, m_mostMessage, exchange->faults(), &client},
        std::make_unique<Echo>());
    exchange->switchTo(std::move(answer.response), std::move(peer));
}

}  // namespace framescope::server
