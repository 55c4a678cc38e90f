// The rows of a session with what was learnt of them later: the severity of a row is that of the
// gravest thing known of it, and what speaks of a row that was handed on long ago is a remark.
#pragma once

#include <algorithm>
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
    void append(FreshValues<RowBlock>&& fresh) { m_rows.append(std::move(fresh)); }
    /// About a row that was appended.
    void append(const RowRemark& remark) {
        m_remarks.append(remark);
        const std::size_t block = remark.row / kBlockValues;
        if (m_isRemarked.size() <= block) m_isRemarked.resize(block + 1);
        m_isRemarked[block] = true;
    }

    std::size_t size() const { return m_rows.size(); }
    Record operator[](RecordId row) const {
        Record record = m_rows[row];
        const std::size_t block = row / kBlockValues;
        if (block < m_isRemarked.size() && m_isRemarked[block]) {
            for (const RowRemark& remark : remarks(row)) {
                record.severity = std::max(record.severity, issueInfo(remark.code).severity);
            }
        }
        return record;
    }
    ConnectionId connection(RecordId row) const {
        return m_rows.part(
            row, [](const RowBlock& block, std::size_t index) { return block.connection(index); },
            [](const Record& record) { return record.connection; });
    }
    /// In the order in which they were appended.
    std::vector<RowRemark> remarks(RecordId row) const { return m_remarks.find(row); }

    std::size_t memoryBytes() const {
        return m_rows.memoryBytes() + m_remarks.memoryBytes() + m_isRemarked.capacity() / 8;
    }

private:
    struct RowOf {
        RecordId operator()(const RowRemark& remark) const { return remark.row; }
    };

    PackedValues<RowBlock> m_rows;
    RowTable<RowRemark, RowOf> m_remarks;
    std::vector<bool> m_isRemarked;  ///< blocks with a row that something was learnt of
};

}  // namespace framescope
