// /events: a text/event-stream (WHATWG HTML section 9.2) with numbered events, which goes on behind
// the number that a client says it had last.
#pragma once

#include <memory>

#include "capture/net/reactor.h"
#include "capture/server/exchange.h"

namespace framescope::server {

/// Answers with a stream of events. Query: `count` of events (without end where it is missing),
/// `interval` between them in milliseconds (1000). The stream lives as long as the exchange is kept
/// by its connection.
void answerEvents(net::Reactor& reactor, const std::shared_ptr<Exchange>& exchange);

}  // namespace framescope::server
