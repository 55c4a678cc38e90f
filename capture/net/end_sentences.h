// How connections end, as people read it.
#pragma once

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include "capture/net/io_result.h"
#include "capture/net/transport.h"

namespace framescope::net {

/// "10 seconds", "1 second", "250 ms".
std::string durationText(std::chrono::milliseconds time);

/// One address that could not be connected to. No error: it did not answer in time.
struct FailedAttempt {
    std::string address;  ///< "127.0.0.1:3000"
    std::error_code error;
};
/// Why none of the addresses could be connected to; `waited` is the time for all of them.
TransportEnd noConnection(const std::vector<FailedAttempt>& attempts,
                          std::chrono::milliseconds waited);

/// What reading or writing met when it went no further; `peer` is what the other side is called.
TransportEnd endOf(const IoResult& result, const std::string& peer);

}  // namespace framescope::net
