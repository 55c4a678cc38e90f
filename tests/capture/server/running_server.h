// A test server on its own reactor, for as long as a test needs it.
#pragma once

#include <memory>

#include "capture/net/reactor.h"
#include "capture/server/test_server.h"

namespace framescope::test {

struct RunningServer {
    explicit RunningServer(const server::ServerOptions& options = {},
                           std::shared_ptr<transcript::Transcript> transcript = nullptr,
                           std::function<void()> changed = {}) {
        auto started =
            server::TestServer::start(reactor, options, std::move(transcript), std::move(changed));
        if (started) {
            server = *std::move(started);
        } else {
            why = started.error().sentence;
        }
    }
    std::uint16_t port() const { return server->port(); }

    net::Reactor reactor;
    std::string why;
    std::unique_ptr<server::TestServer> server;
};

}  // namespace framescope::test
