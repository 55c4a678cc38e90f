#include "capture/client/backoff.h"

#include <algorithm>
#include <cmath>

namespace framescope::client {

std::chrono::milliseconds reconnectDelay(const Reconnecting& reconnecting, std::uint32_t failures,
                                         double chance) {
    const auto longest = static_cast<double>(reconnecting.longestDelay.count());
    const auto first = static_cast<double>(reconnecting.firstDelay.count());
    // The first attempt to fail is followed by the first delay, as a lost connection is.
    const double steps = failures > 0 ? failures - 1 : 0;
    const double delay =
        std::min(longest, first * std::pow(std::max(1.0, reconnecting.factor), steps));
    const double jitter = std::clamp(reconnecting.jitter, 0.0, 1.0);
    const double varied = delay * (1.0 + jitter * (2.0 * chance - 1.0));
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::max(0.0, varied)));
}

}  // namespace framescope::client
