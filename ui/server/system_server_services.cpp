// Every server has a thread of its own for its connections, which ends with it.
#include "ui/server/system_server_services.h"

#include "capture/net/reactor.h"
#include "capture/transcript/transcript.h"

namespace framescope {

ServerServices systemServerServices() {
    ServerServices services;
    services.start = [](const server::ServerOptions& options, std::function<void()> changed,
                        live::Wake wake) -> Result<std::shared_ptr<ServerRun>> {
        auto run = std::make_shared<ServerRun>();
        const auto reactor = std::make_shared<net::Reactor>();
        const auto transcript = transcript::begin("test server", {}, std::move(wake));
        run->machinery = reactor;
        run->transcript = transcript;
        auto server = server::TestServer::start(*reactor, options, transcript, std::move(changed));
        if (!server) {
            transcript->stop();
            return server.error();
        }
        run->server = std::move(*server);
        return run;
    };
    return services;
}

}  // namespace framescope
