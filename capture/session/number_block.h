// Numbers of an index, packed: places in a file, which go up by little, take two or three bytes
// instead of eight.
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
class NumberBlock {
public:
    using Value = std::uint64_t;
    using Staged = StagedValues<std::uint64_t>;

    static const NumberBlock* make(const Staged& staged, std::size_t, IndexRoom& room) {
        const std::span<const std::uint64_t> numbers(&staged[0], kBlockValues);
        PackedColumns<1> columns;
        columns.fit(0, numbers);
        void* const place = room.take(sizeof(NumberBlock) + columns.bytes());
        auto* const block = new (place) NumberBlock(columns);
        columns.write(0, numbers, reinterpret_cast<std::uint8_t*>(block + 1));
        return block;
    }
    NumberBlock(const NumberBlock&) = delete;
    NumberBlock& operator=(const NumberBlock&) = delete;

    std::size_t bytes() const { return sizeof(*this) + m_columns.bytes(); }
    std::uint64_t operator[](std::size_t index) const {
        return m_columns.value(0, index, reinterpret_cast<const std::uint8_t*>(this + 1));
    }

private:
    explicit NumberBlock(const PackedColumns<1>& columns) : m_columns(columns) {}

    PackedColumns<1> m_columns;
};

}  // namespace framescope
