// The sessions of one path of Engine.IO, and which of them a request is for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capture/server/engine_session.h"

namespace framescope::server {

/// The codes with which servers refuse a request.
enum class EngineError : std::uint8_t {
    UnknownTransport,
    UnknownSid,
    BadHandshakeMethod,
    BadRequest,
    Forbidden,
    UnsupportedVersion,
};

class EngineServer {
public:
    static constexpr std::size_t kMostSessions = 20'000;

    EngineServer(net::Reactor& reactor, ClientTable& clients, EngineOptions options,
                 EngineAppMaker makeApp);

    void handle(const std::shared_ptr<Exchange>& exchange);
    void forget(const std::string& sid);
    /// Ends every session.
    void close();

    /// 3 or 4; a request that names none means 3. 0: another one.
    static std::uint8_t revisionOf(const Request& request);
    static Response refusal(EngineError error);

private:
    std::shared_ptr<EngineSession> find(const std::string& sid) const;
    std::shared_ptr<EngineSession> make(Exchange& exchange);
    void handshake(const std::shared_ptr<Exchange>& exchange, bool upgrades);
    /// `session` null: the WebSocket opens one.
    void upgrade(const std::shared_ptr<Exchange>& exchange,
                 const std::shared_ptr<EngineSession>& session);

    net::Reactor& m_reactor;
    ClientTable& m_clients;
    EngineOptions m_options;
    EngineAppMaker m_makeApp;
    std::map<std::string, std::shared_ptr<EngineSession>, std::less<>> m_sessions;
    /// Ended ones, which may still be at work further up the stack.
    std::vector<std::shared_ptr<EngineSession>> m_ended;
    net::Reactor::Timer m_burial;
};

}  // namespace framescope::server
