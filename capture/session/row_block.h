// Rows of an index, packed: 56 bytes of a record become 10 to 20 mostly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "capture/session/index_room.h"
#include "capture/session/packed_columns.h"
#include "capture/session/staged_rows.h"
#include "dissector/record/record.h"

namespace framescope {

/// See packed_values.h. Always lies in an IndexRoom, its shapes and columns behind it.
class RowBlock {
public:
    using Value = Record;
    using Staged = StagedRows;

    static const RowBlock* make(const StagedRows& rows, std::size_t first, IndexRoom& room);
    RowBlock(const RowBlock&) = delete;
    RowBlock& operator=(const RowBlock&) = delete;

    std::size_t bytes() const { return sizeof(*this) + m_columns.bytes(); }
    Record operator[](std::size_t index) const;
    ConnectionId connection(std::size_t index) const {
        return static_cast<ConnectionId>(value(kConnection, index));
    }
    /// Of its rows from `index` on.
    void connections(std::size_t index, std::span<ConnectionId> into) const {
        m_columns.values(kConnection, index, data(), into);
    }
    /// Has the processor fetch what connections() reads of most blocks: the columns' places, a
    /// shape or two, and a byte for each row.
    [[gnu::always_inline]] static void fetchConnections(const RowBlock* block) {
        constexpr std::uintptr_t kLine = 64;
        constexpr std::size_t kMostly = sizeof(RowBlock) + 2 * kShapeSize + kBlockValues;
        const auto begin = reinterpret_cast<std::uintptr_t>(block);
        for (std::uintptr_t line = begin / kLine * kLine; line < begin + kMostly; line += kLine) {
            __builtin_prefetch(reinterpret_cast<const void*>(line));
        }
    }

private:
    /// Of a shape as it stands in a block.
    static constexpr std::size_t kShapeSize = sizeof(RowShape::flags) + sizeof(RowShape::kinds);

    /// In the order in which they lie.
    enum Column : std::uint8_t {
        kConnection,  ///< in front, for whoever looks for those of one connection
        kArrival,     ///< which one of the packets, where several rows have one
        kPacket,
        kTime,
        kStreamOffset,
        kLength,
        kGroup,  ///< how far in front of the row, counted from 1; 0 for none
        kName,
        kDetail,
        kShape,  ///< which one of the shapes
        kColumns,
    };
    struct Packing;

    RowBlock(const Packing& packing, RecordId first);
    std::uint64_t value(Column column, std::size_t index) const {
        return m_columns.value(column, index, data());
    }
    const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
    std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }

    PackedColumns<kColumns> m_columns;
    RecordId m_first;
    std::uint8_t m_arrivals;  ///< packets; as many as rows where each row has its own
};

}  // namespace framescope
