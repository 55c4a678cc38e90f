// The shape of a short message: its text with every number taken out, and the numbers by
// themselves.
// {"type":"ping","t":1700000001} and {"type":"ping","t":1700000026} have one shape.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace framescope::habits {

/// Messages longer than this have no shape: no heartbeat is.
inline constexpr std::size_t kMaxShapeBytes = 64;

struct MessageShape {
    static constexpr std::size_t kMaxNumbers = 12;

    std::uint64_t hash = 0;
    std::array<std::uint64_t, kMaxNumbers> numbers{};
    /// Whether a number begins a group. A date or a decimal fraction is one group of several.
    std::array<bool, kMaxNumbers> beginsGroup{};
    std::size_t count = 0;

    /// Whether no group is less than it was in `before`, a message of the same shape: what counters
    /// and clocks do, and prices and positions do not.
    bool risesFrom(const MessageShape& before) const;
    bool sameNumbers(const MessageShape& other) const {
        return count == other.count && numbers == other.numbers;
    }
};

/// Nothing for an empty message, one that is too long, or one with too many numbers.
std::optional<MessageShape> shapeOf(std::string_view text);

}  // namespace framescope::habits
