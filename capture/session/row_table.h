// A table beside the records: sparse values that belong to rows, appended as they are learnt and
// looked up by row. Most come in the order of their rows; those that come late are gathered in a
// tail that is merged once it has grown, so that neither order nor number makes it slow.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "dissector/record/record.h"

namespace framescope {

/// `Key` gives the row of an entry.
template <typename Entry, typename Key>
class RowTable {
public:
    void append(const Entry& entry) {
        if (m_tail.empty() && (m_sorted.empty() || key(m_sorted.back()) <= key(entry))) {
            m_sorted.push_back(entry);
            return;
        }
        m_tail.push_back(entry);
        if (m_tail.size() >= kMinTail + m_sorted.size() / 8) merge();
    }

    /// The entries of a row, in the order in which they were appended.
    std::vector<Entry> find(RecordId row) const {
        std::vector<Entry> found;
        const auto begin = std::lower_bound(
            m_sorted.begin(), m_sorted.end(), row,
            [](const Entry& entry, RecordId wanted) { return key(entry) < wanted; });
        for (auto at = begin; at != m_sorted.end() && key(*at) == row; ++at) found.push_back(*at);
        for (const Entry& entry : m_tail) {
            if (key(entry) == row) found.push_back(entry);
        }
        return found;
    }
    std::size_t size() const { return m_sorted.size() + m_tail.size(); }
    std::size_t memoryBytes() const {
        return (m_sorted.capacity() + m_tail.capacity()) * sizeof(Entry);
    }

private:
    static constexpr std::size_t kMinTail = 256;

    static RecordId key(const Entry& entry) { return Key{}(entry); }

    void merge() {
        const auto byRow = [](const Entry& a, const Entry& b) { return key(a) < key(b); };
        std::stable_sort(m_tail.begin(), m_tail.end(), byRow);
        const auto middle = static_cast<std::ptrdiff_t>(m_sorted.size());
        m_sorted.insert(m_sorted.end(), m_tail.begin(), m_tail.end());
        std::inplace_merge(m_sorted.begin(), m_sorted.begin() + middle, m_sorted.end(), byRow);
        m_tail.clear();
    }

    std::vector<Entry> m_sorted;
    std::vector<Entry> m_tail;  ///< in the order of appending
};

}  // namespace framescope
