// The time of day, as captures have it.
#pragma once

#include <chrono>
#include <cstdint>

namespace framescope::live {

/// Nanoseconds since 1970.
inline std::int64_t wallClockNs() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace framescope::live
