// The one place at which a client meets real sockets.
#include <utility>

#include "capture/client/client.h"
#include "capture/client/client_with_connector.h"

namespace framescope::client {

std::unique_ptr<Client> Client::make(net::Reactor& reactor,
                                     std::shared_ptr<transcript::Transcript> transcript,
                                     ClientOptions options, Observer& observer) {
    Connector connector = [&reactor, transcript = std::move(transcript)](
                              const net::ConnectOptions& target, net::TransportHandler& handler) {
        return net::connectTo(reactor, target, handler, transcript);
    };
    return makeWithConnector(reactor, std::move(connector), std::move(options), observer);
}

}  // namespace framescope::client
