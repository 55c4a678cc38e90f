#include "dissector/core/duration_text.h"

#include <cstdio>
#include <limits>

namespace framescope {
namespace {

std::string threeDigits(double value, const char* unit) {
    char text[48];
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    std::snprintf(text, sizeof text, "%.*f\u202f%s", decimals, value, unit);
    return text;
}

std::string twoUnits(std::uint64_t a, const char* unitA, std::uint64_t b, const char* unitB) {
    return std::to_string(a) + "\u202f" + unitA + " " + std::to_string(b) + "\u202f" + unitB;
}

}  // namespace

std::string durationText(std::int64_t nanoseconds) {
    if (nanoseconds < 0) {
        if (nanoseconds == std::numeric_limits<std::int64_t>::min()) ++nanoseconds;
        return "-" + durationText(-nanoseconds);
    }
    if (nanoseconds == 0) return "0\u202fs";
    const auto ns = static_cast<double>(nanoseconds);
    if (ns < 999.5e3) return threeDigits(ns / 1e3, "µs");
    if (ns < 999.5e6) return threeDigits(ns / 1e6, "ms");
    if (ns < 60e9) return threeDigits(ns / 1e9, "s");
    const auto seconds = static_cast<std::uint64_t>(nanoseconds / 1'000'000'000);
    if (seconds < 3600) return twoUnits(seconds / 60, "min", seconds % 60, "s");
    if (seconds < 86400) return twoUnits(seconds / 3600, "h", seconds % 3600 / 60, "min");
    return twoUnits(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

}  // namespace framescope
