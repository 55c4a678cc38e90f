// Rows of an index, packed: 56 bytes of a record become 10 to 20 mostly.
#pragma once

#include <cstddef>
#include <cstdint>

#include "capture/session/index_room.h"
#include "capture/session/number_block.h"
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

    std::size_t bytes() const { return sizeof(*this) + m_columns.bytes() + m_connections->bytes(); }
    Record operator[](std::size_t index) const;
    /// Of its rows. Those of many blocks lie one behind the other (IndexRoom::takeApart).
    const NumberBlock<ConnectionId>& connections() const { return *m_connections; }

private:
    /// Of a shape as it stands in a block.
    static constexpr std::size_t kShapeSize = sizeof(RowShape::flags) + sizeof(RowShape::kinds);

    /// In the order in which they lie.
    enum Column : std::uint8_t {
        kArrival,  ///< which one of the packets, where several rows have one
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

    RowBlock(const Packing& packing, const NumberBlock<ConnectionId>* connections, RecordId first);
    std::uint64_t value(Column column, std::size_t index) const {
        return m_columns.value(column, index, data());
    }
    const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
    std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }

    PackedColumns<kColumns> m_columns;
    const NumberBlock<ConnectionId>* m_connections;
    RecordId m_first;
    std::uint8_t m_arrivals;  ///< packets; as many as rows where each row has its own
};

}  // namespace framescope
