// Which path is answered by what.
#pragma once

#include <memory>

#include "capture/net/reactor.h"
#include "capture/server/engine_server.h"
#include "capture/server/exchange.h"
#include "capture/server/long_poll.h"
#include "capture/server/socketio_hub.h"
#include "capture/server/test_server.h"

namespace framescope::server {

class Routes {
public:
    Routes(net::Reactor& reactor, ClientTable& clients, const ServerOptions& options);

    void handle(const std::shared_ptr<Exchange>& exchange);
    /// The server ends: nothing of it is used any more.
    void close();

private:
    void upgrade(const std::shared_ptr<Exchange>& exchange);

    net::Reactor& m_reactor;
    std::uint64_t m_mostMessage;
    LongPoll m_longPoll;
    SocketIoHub m_hub;
    EngineServer m_engineIo;
    EngineServer m_socketIo;
};

}  // namespace framescope::server
