// Numbers of an index, packed: places in a file, which go up by little, take two or three bytes
// instead of eight, and the connections of rows mostly one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "capture/session/index_room.h"
#include "capture/session/packed_columns.h"
#include "capture/session/packed_values.h"

namespace framescope {

/// See packed_values.h. Always lies in an IndexRoom, its column behind it.
template <typename Number>
class NumberBlock {
public:
    using Value = Number;
    using Staged = StagedValues<Number>;

    static const NumberBlock* make(const Staged& staged, std::size_t, IndexRoom& room) {
        return make(std::span(&staged[0], kBlockValues),
                    [&room](std::size_t bytes) { return room.take(bytes); });
    }
    /// Of as many numbers as a block has, where `take(bytes)` says.
    template <typename Take>
    static const NumberBlock* make(std::span<const Number> numbers, const Take& take) {
        PackedColumns<1> columns;
        columns.fit(0, numbers);
        void* const place = take(sizeof(NumberBlock) + columns.bytes());
        auto* const block = new (place) NumberBlock(columns);
        columns.write(0, numbers, reinterpret_cast<std::uint8_t*>(block + 1));
        return block;
    }
    NumberBlock(const NumberBlock&) = delete;
    NumberBlock& operator=(const NumberBlock&) = delete;

    std::size_t bytes() const { return sizeof(*this) + m_columns.bytes(); }
    Number operator[](std::size_t index) const {
        return static_cast<Number>(m_columns.value(0, index, data()));
    }
    /// Those from `index` on, as many as there is room for.
    void values(std::size_t index, std::span<Number> into) const {
        m_columns.values(0, index, data(), into);
    }

private:
    explicit NumberBlock(const PackedColumns<1>& columns) : m_columns(columns) {}
    const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }

    PackedColumns<1> m_columns;
};

}  // namespace framescope
