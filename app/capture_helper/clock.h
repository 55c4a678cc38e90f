// The two clocks of the helper: one for how long something takes, one that packets are stamped
// with.
#pragma once

#include <cstdint>
#include <ctime>

namespace framescope::helper {

constexpr std::int64_t kMillisecond = 1'000'000;

inline std::int64_t readClock(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}
/// Nanoseconds that only ever go forward.
inline std::int64_t monotonicNs() {
    return readClock(CLOCK_MONOTONIC);
}
/// Nanoseconds since 1970, as the kernel stamps packets.
inline std::int64_t wallNs() {
    return readClock(CLOCK_REALTIME);
}

}  // namespace framescope::helper
