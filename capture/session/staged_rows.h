// Rows until there is a block of them, taken apart into the columns that they are packed by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "capture/session/packed_columns.h"
#include "dissector/record/record.h"

namespace framescope {

/// What of a record is one of few: a block of rows has two or three of them mostly.
struct RowShape {
    std::uint32_t flags = 0;
    /// The eight bytes from Record::kind to Record::form.
    std::uint64_t kinds = 0;

    bool operator==(const RowShape&) const = default;
};

class StagedRows {
public:
    void add(const Record& record) {
        // Member by member: a copy in one piece would wait for what was just written.
        const std::size_t row = m_size++;
        const bool isNewArrival = row == 0 || packet[arrivals - 1] != record.packet ||
                                  time[arrivals - 1] != static_cast<std::uint64_t>(record.timeNs);
        if (isNewArrival) {
            packet[arrivals] = record.packet;
            time[arrivals++] = static_cast<std::uint64_t>(record.timeNs);
        }
        arrival[row] = static_cast<std::uint32_t>(arrivals - 1);
        connection[row] = record.connection;
        streamOffset[row] = record.streamOffset;
        length[row] = record.length;
        group[row] = record.group;
        name[row] = record.name;
        detail[row] = record.detail;
        flags[row] = record.flags;
        std::memcpy(&kinds[row], kindsOf(record), sizeof(kinds[row]));
    }
    std::size_t size() const { return m_size; }
    void clear() { m_size = arrivals = 0; }
    /// Those from this one on.
    std::vector<Record> values(std::size_t first) const {
        std::vector<Record> rows(m_size - first);
        for (std::size_t row = first; row < m_size; ++row) fill(rows[row - first], row);
        return rows;
    }
    RowShape shape(std::size_t row) const { return {flags[row], kinds[row]}; }
    static void setShape(Record& record, const RowShape& shape) {
        record.flags = shape.flags;
        std::memcpy(kindsOf(record), &shape.kinds, sizeof(shape.kinds));
    }

    // By row, but for the packets, of which several rows may have one.
    ColumnValues<std::uint32_t> arrival;  ///< which packet
    ColumnValues<PacketNumber> packet;
    ColumnValues<std::uint64_t> time;  ///< as it is, whatever its sign
    std::size_t arrivals = 0;          ///< packets
    ColumnValues<ConnectionId> connection;
    ColumnValues<StreamOffset> streamOffset;
    ColumnValues<std::uint64_t> length;
    ColumnValues<RecordId> group;
    ColumnValues<NameId> name;
    ColumnValues<std::uint32_t> detail;
    ColumnValues<std::uint32_t> flags;
    ColumnValues<std::uint64_t> kinds;

private:
    static_assert(offsetof(Record, form) == offsetof(Record, kind) + 7);
    static_assert(sizeof(Record) == offsetof(Record, kind) + 8);

    static const std::uint8_t* kindsOf(const Record& record) {
        return reinterpret_cast<const std::uint8_t*>(&record) + offsetof(Record, kind);
    }
    static std::uint8_t* kindsOf(Record& record) {
        return reinterpret_cast<std::uint8_t*>(&record) + offsetof(Record, kind);
    }
    void fill(Record& record, std::size_t row) const {
        record.packet = packet[arrival[row]];
        record.timeNs = static_cast<std::int64_t>(time[arrival[row]]);
        record.connection = connection[row];
        record.streamOffset = streamOffset[row];
        record.length = length[row];
        record.group = group[row];
        record.name = name[row];
        record.detail = detail[row];
        setShape(record, shape(row));
    }

    std::size_t m_size = 0;
};

}  // namespace framescope
