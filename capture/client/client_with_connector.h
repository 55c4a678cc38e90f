// A client over connections that somebody else opens: what Client::make() is made from, and how
// tests put a transport of their own below a client.
#pragma once

#include <memory>

#include "capture/client/conversation.h"

namespace framescope::client {

std::unique_ptr<Client> makeWithConnector(net::Reactor& reactor, Connector connector,
                                          ClientOptions options, Observer& observer);

}  // namespace framescope::client
