// Values of options that several commands take.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace framescope::cli {

/// The text in single quotes.
std::string quoted(std::string_view text);

/// A whole number between the two, with nothing around it.
std::optional<std::uint64_t> numberFrom(std::string_view text, std::uint64_t least,
                                        std::uint64_t most);

/// Seconds, perhaps with a fraction, of at most a day.
std::optional<std::chrono::milliseconds> secondsFrom(std::string_view text);

}  // namespace framescope::cli
