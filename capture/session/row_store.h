// The rows of a session with what was learnt of them later: the severity of a row is that of the
// gravest thing known of it, and what speaks of a row that was handed on long ago is a remark.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "capture/session/packed_values.h"
#include "capture/session/row_block.h"
#include "capture/session/row_table.h"
#include "dissector/record/record.h"
#include "dissector/record/row_link.h"

namespace framescope {

class RowStore {
public:
    /// The rows that were written since those appended before.
    void append(FreshValues<RowBlock>&& fresh) {
        for (const RowBlock* block : fresh.blocks) m_connections.push_back(&block->connections());
        m_rows.append(std::move(fresh));
    }
    /// About a row that was appended.
    void append(const RowRemark& remark) {
        m_remarks.append(remark);
        const std::size_t block = remark.row / kBlockValues;
        if (m_added.size() <= block) m_added.resize(block + 1);
        if (m_added[block] == nullptr) {
            m_added[block] = std::make_unique<Severities>();
            ++m_addedBlocks;
        }
        Severity& added = (*m_added[block])[remark.row % kBlockValues];
        added = std::max(added, issueInfo(remark.code).severity);
    }

    std::size_t size() const { return m_rows.size(); }
    Record operator[](RecordId row) const {
        Record record = m_rows[row];
        const std::size_t block = row / kBlockValues;
        if (block < m_added.size() && m_added[block] != nullptr) {
            record.severity = std::max(record.severity, (*m_added[block])[row % kBlockValues]);
        }
        return record;
    }
    ConnectionId connection(RecordId row) const {
        const std::size_t block = row / kBlockValues;
        return block < m_connections.size() ? (*m_connections[block])[row % kBlockValues]
                                            : m_rows[row].connection;
    }
    /// Of the rows from `first` on.
    void connections(RecordId first, std::span<ConnectionId> into) const {
        while (!into.empty() && first / kBlockValues < m_connections.size()) {
            const std::size_t index = first % kBlockValues;
            const std::size_t count = std::min(into.size(), kBlockValues - index);
            m_connections[first / kBlockValues]->values(index, into.first(count));
            first += static_cast<RecordId>(count);
            into = into.subspan(count);
        }
        for (ConnectionId& connection : into) connection = m_rows[first++].connection;
    }
    /// In the order in which they were appended.
    std::vector<RowRemark> remarks(RecordId row) const { return m_remarks.find(row); }

    std::size_t memoryBytes() const {
        return m_rows.memoryBytes() + m_connections.capacity() * sizeof(void*) +
               m_remarks.memoryBytes() + m_added.capacity() * sizeof(m_added[0]) +
               m_addedBlocks * sizeof(Severities);
    }

private:
    using Severities = std::array<Severity, kBlockValues>;

    struct RowOf {
        RecordId operator()(const RowRemark& remark) const { return remark.row; }
    };

    PackedValues<RowBlock> m_rows;
    /// Of the blocks of rows: whoever goes over the connections of all rows leaves the rest alone.
    std::vector<const NumberBlock<ConnectionId>*> m_connections;
    RowTable<RowRemark, RowOf> m_remarks;
    /// What remarks make of rows, by block: the gravest of each row. Null for blocks without any.
    std::vector<std::unique_ptr<Severities>> m_added;
    std::size_t m_addedBlocks = 0;
};

}  // namespace framescope
