// Nothing is rounded into a range: what does not fit is no value.
#include "app/cli/option_values.h"

#include <charconv>
#include <cmath>

namespace framescope::cli {

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

std::optional<std::uint64_t> numberFrom(std::string_view text, std::uint64_t least,
                                        std::uint64_t most) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < least || value > most) return std::nullopt;
    return value;
}

std::optional<std::chrono::milliseconds> secondsFrom(std::string_view text) {
    constexpr double kDay = 24 * 60 * 60;
    double seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (error != std::errc() || stop != end || !(seconds >= 0 && seconds <= kDay)) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace framescope::cli
