// The values that one side has sent of a member that is called like an id: which of them came
// lately, and which wait for an answer. Most connections are short, so the first few lie in the
// object itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "dissector/layer/pending_rows.h"

namespace framescope::habits {

class AskedValues {
public:
    /// Values that wait at the most; of more, the oldest do so no longer.
    static constexpr std::size_t kMaxWaiting = 256;

    /// Whether a value is one of the last ones.
    bool contains(std::uint64_t value) const;
    /// A value came that it does not contain, with a row that waits for what answers it.
    void add(std::uint64_t value, const PendingRow& row);
    /// The row that came with a value, if that waits; it does so no longer.
    std::optional<PendingRow> take(std::uint64_t value);
    /// None waits any more.
    void stopWaiting();

private:
    static constexpr std::size_t kFew = 8;

    struct Many {
        std::array<std::uint64_t, 64> values{};  ///< the oldest replaced first
        std::array<std::uint8_t, 512> marks{};   ///< how many begin with these nine bits
        PendingRows waiting{kMaxWaiting};

        std::uint8_t& markOf(std::uint64_t value) { return marks[value >> 55]; }
    };
    /// The place of a value among the few; kFew if it is none of them.
    std::size_t placeOf(std::uint64_t value) const;
    void becomeMany();

    std::size_t m_added = 0;
    std::array<std::uint64_t, kFew> m_values{};
    std::array<PendingRow, kFew> m_rows{};  ///< with which they came
    std::array<bool, kFew> m_waits{};
    std::unique_ptr<Many> m_many;  ///< in place of the few, from the ninth value on
};

}  // namespace framescope::habits
