// Durations as people say them.
#pragma once

#include <cstdint>
#include <string>

namespace framescope {

/// "9.1 ms", "1.18 s", "2 min 5 s": three digits, in the unit that makes it short,
/// joined by a narrow no-break space.
std::string durationText(std::int64_t nanoseconds);

}  // namespace framescope
