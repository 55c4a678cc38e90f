// Numbers of an index, kept in as few bytes as what tells them apart needs. The values of a column
// in a block are mostly alike: packets one behind the other, one length, no name. So what all have
// in front, as binary numbers, is kept once, and of every value what lies behind it, in whole
// bytes: any value is found by its position, without the others.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace framescope {

/// The values of a column that are kept together.
inline constexpr std::size_t kBlockValues = 64;
/// A column before it is packed.
template <typename Number>
using ColumnValues = std::array<Number, kBlockValues>;

/// Says how the columns of a block lie in its bytes. Trivially copyable, so that it can stand in
/// front of them.
template <std::size_t kColumns>
class PackedColumns {
public:
    /// The first column lies behind so many bytes of something else.
    explicit PackedColumns(std::size_t begin = 0) : m_end(static_cast<std::uint16_t>(begin)) {}

    /// Finds room for a column behind those before, of at least one value. Each is fitted once.
    template <typename Number>
    void fit(std::size_t column, std::span<const Number> values) {
        const Number differs = differing(values);
        const auto width = static_cast<std::uint8_t>((std::bit_width(differs) + 7) / 8);
        m_shared[column] = values.front() & ~kMasks[width];
        m_widths[column] = width;
        m_positions[column] = m_end;
        m_end = static_cast<std::uint16_t>(m_end + width * values.size());
    }
    /// Bytes that all columns take.
    std::size_t bytes() const { return m_end + kSlack; }

    /// Writes a column that was fitted. Columns are written in the order in which they were fitted:
    /// each value spills over into the next one, and the last into the next column.
    template <typename Number>
    void write(std::size_t column, std::span<const Number> values, std::uint8_t* bytes) const {
        const std::size_t width = m_widths[column];
        if (width == 0) return;
        std::uint8_t* at = bytes + m_positions[column];
        for (const Number value : values) {
            std::memcpy(at, &value, sizeof(value));
            at += width;
        }
    }
    std::uint64_t value(std::size_t column, std::size_t index, const std::uint8_t* bytes) const {
        const std::size_t width = m_widths[column];
        std::uint64_t rest = 0;
        std::memcpy(&rest, bytes + m_positions[column] + index * width, sizeof(rest));
        return m_shared[column] | (rest & kMasks[width]);
    }

    /// Those of the values from `index` on, as many as there is room for; a Number has room for
    /// each.
    template <typename Number>
    void values(std::size_t column, std::size_t index, const std::uint8_t* bytes,
                std::span<Number> into) const {
        const std::size_t width = m_widths[column];
        const auto shared = static_cast<Number>(m_shared[column]);
        const auto mask = static_cast<Number>(kMasks[width]);
        const std::uint8_t* at = bytes + m_positions[column] + index * width;
        for (Number& value : into) {
            Number rest = 0;
            std::memcpy(&rest, at, sizeof(rest));
            value = shared | (rest & mask);
            at += width;
        }
    }

private:
    static_assert(std::endian::native == std::endian::little, "values are cut at their far end");

    /// A value is read as eight bytes, however few of them are its own.
    static constexpr std::size_t kSlack = sizeof(std::uint64_t);
    static constexpr std::array<std::uint64_t, 9> kMasks = [] {
        std::array<std::uint64_t, 9> masks{};
        for (std::size_t width = 1; width < masks.size(); ++width) {
            masks[width] = ~std::uint64_t{0} >> (64 - 8 * width);
        }
        return masks;
    }();

    /// The bits in which not all are the same.
    template <typename Number>
    static Number differing(std::span<const Number> values) {
        Number differs = 0;
        if (values.size() == kBlockValues) {
            // So many and no others, so that the compiler takes several at a time.
            for (std::size_t i = 0; i < kBlockValues; ++i) differs |= values[i] ^ values[0];
            return differs;
        }
        for (const Number value : values) differs |= value ^ values[0];
        return differs;
    }

    std::array<std::uint64_t, kColumns> m_shared{};
    std::array<std::uint16_t, kColumns> m_positions{};
    std::array<std::uint8_t, kColumns> m_widths{};
    std::uint16_t m_end;
};

}  // namespace framescope
