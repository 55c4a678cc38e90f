#include "capture/session/row_block.h"

#include <array>
#include <cstring>
#include <new>
#include <span>

namespace framescope {
namespace {

/// Counted in 32 bits, so that a group anywhere comes out right, but for that of the very next row:
/// a group begins at its row or in front of it.
std::uint32_t groupBefore(RecordId group, RecordId row) {
    return group == kNoRecord ? 0 : row - group + 1;
}

}  // namespace

/// What is known of rows before they are packed.
struct RowBlock::Packing {
    const StagedRows& rows;
    ColumnValues<std::uint32_t> group;
    ColumnValues<std::uint32_t> shape;  ///< which one
    std::array<RowShape, kBlockValues> shapes;
    std::size_t shapeCount = 0;
    PackedColumns<kColumns> columns;

    Packing(const StagedRows& staged, RecordId first) : rows(staged) {
        for (std::size_t i = 0; i < kBlockValues; ++i) {
            group[i] = groupBefore(rows.group[i], first + static_cast<RecordId>(i));
        }
        findShapes();
        columns = PackedColumns<kColumns>(shapeCount * kShapeSize);
        eachColumn([this](Column column, auto values) { columns.fit(column, values); });
    }

    /// In their order, as long as each is.
    template <typename Use>
    void eachColumn(const Use& use) const {
        using Numbers = std::span<const std::uint32_t>;
        using LongNumbers = std::span<const std::uint64_t>;
        // Nothing where each row has its own packet.
        use(kArrival,
            Numbers(rows.arrival).first(rows.arrivals == kBlockValues ? 1 : kBlockValues));
        use(kPacket, Numbers(rows.packet).first(rows.arrivals));
        use(kTime, LongNumbers(rows.time).first(rows.arrivals));
        use(kStreamOffset, LongNumbers(rows.streamOffset));
        use(kLength, LongNumbers(rows.length));
        use(kGroup, Numbers(group));
        use(kName, Numbers(rows.name));
        use(kDetail, Numbers(rows.detail));
        use(kShape, Numbers(shape));
    }

private:
    void findShapes() {
        std::size_t at = 0;
        for (std::size_t i = 0; i < kBlockValues; ++i) {
            const RowShape of = rows.shape(i);
            if (shapeCount == 0 || shapes[at] != of) {
                at = 0;
                while (at < shapeCount && shapes[at] != of) ++at;
                if (at == shapeCount) shapes[shapeCount++] = of;
            }
            shape[i] = static_cast<std::uint32_t>(at);
        }
    }
};

RowBlock::RowBlock(const Packing& packing, const NumberBlock<ConnectionId>* connections,
                   RecordId first)
    : m_columns(packing.columns),
      m_connections(connections),
      m_first(first),
      m_arrivals(static_cast<std::uint8_t>(packing.rows.arrivals)) {
    std::uint8_t* at = data();
    for (std::size_t i = 0; i < packing.shapeCount; ++i) {
        const RowShape& shape = packing.shapes[i];
        std::memcpy(at, &shape.flags, sizeof(shape.flags));
        std::memcpy(at + sizeof(shape.flags), &shape.kinds, sizeof(shape.kinds));
        at += kShapeSize;
    }
    packing.eachColumn(
        [this](Column column, auto values) { m_columns.write(column, values, data()); });
}

const RowBlock* RowBlock::make(const StagedRows& rows, std::size_t first, IndexRoom& room) {
    const Packing packing(rows, static_cast<RecordId>(first));
    const auto* const connections = NumberBlock<ConnectionId>::make(
        rows.connection, [&room](std::size_t bytes) { return room.takeApart(bytes); });
    void* const place = room.take(sizeof(RowBlock) + packing.columns.bytes());
    return new (place) RowBlock(packing, connections, static_cast<RecordId>(first));
}

Record RowBlock::operator[](std::size_t index) const {
    const auto number = [&](Column column) {
        return static_cast<std::uint32_t>(value(column, index));
    };
    const std::size_t arrival = m_arrivals == kBlockValues ? index : value(kArrival, index);
    const std::uint8_t* const shapeAt = data() + value(kShape, index) * kShapeSize;
    RowShape shape;
    std::memcpy(&shape.flags, shapeAt, sizeof(shape.flags));
    std::memcpy(&shape.kinds, shapeAt + sizeof(shape.flags), sizeof(shape.kinds));
    const std::uint32_t before = number(kGroup);
    Record record;
    record.timeNs = static_cast<std::int64_t>(value(kTime, arrival));
    record.streamOffset = value(kStreamOffset, index);
    record.length = value(kLength, index);
    record.packet = static_cast<PacketNumber>(value(kPacket, arrival));
    record.connection = (*m_connections)[index];
    record.group = before == 0 ? kNoRecord : m_first + static_cast<RecordId>(index) - (before - 1);
    record.name = number(kName);
    record.detail = number(kDetail);
    StagedRows::setShape(record, shape);
    return record;
}

}  // namespace framescope
