// How long to wait before a connection is tried again: longer after every failure, up to a limit,
// with some chance in it, so that many clients of a server that comes back do not come at once.
#pragma once

#include <chrono>
#include <cstdint>

#include "capture/client/client_options.h"

namespace framescope::client {

/// The delay behind `failures` attempts in a row that did not succeed (0 after a connection that
/// was open). `chance` from 0 to 1 chooses within the jitter; 0.5 is the middle.
std::chrono::milliseconds reconnectDelay(const Reconnecting& reconnecting, std::uint32_t failures,
                                         double chance);

}  // namespace framescope::client
