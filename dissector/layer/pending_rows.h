// Rows that wait for what answers them: requests by their id, events by their receipt. The oldest
// is forgotten where too many wait, so that a peer that never answers costs nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "dissector/record/record.h"

namespace framescope {

/// FNV-1a over what makes a key; texts of any length become eight bytes.
class KeyHash {
public:
    KeyHash& add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            step(static_cast<std::uint8_t>(number >> shift));
        return *this;
    }
    KeyHash& add(std::string_view text) {
        for (const char c : text) step(static_cast<std::uint8_t>(c));
        return add(text.size());
    }
    KeyHash& add(Direction direction) { return add(std::uint64_t{indexOf(direction)}); }
    operator std::uint64_t() const { return m_hash; }

private:
    void step(std::uint8_t byte) { m_hash = (m_hash ^ byte) * 0x100000001b3ULL; }

    std::uint64_t m_hash = 0xcbf29ce484222325ULL;
};

/// A row that waits.
struct PendingRow {
    RecordId row = kNoRecord;
    NameId name = 0;  ///< what the answer is about as well
    std::int64_t timeNs = 0;
};

class PendingRows {
public:
    explicit PendingRows(std::size_t limit = 1024) : m_limit(limit) {}

    /// Takes the place of a row that waits under the same key.
    void add(std::uint64_t key, const PendingRow& row) {
        m_rows.insert_or_assign(key, Entry{row, ++m_added});
        m_order.push_back({key, m_added});
        // What was answered meanwhile leaves the queue once it comes to its front.
        while (m_order.size() > m_limit || (!m_order.empty() && !waits(m_order.front()))) {
            if (waits(m_order.front())) m_rows.erase(m_order.front().key);
            m_order.pop_front();
        }
    }
    std::optional<PendingRow> find(std::uint64_t key) const {
        const auto found = m_rows.find(key);
        if (found == m_rows.end()) return std::nullopt;
        return found->second.row;
    }
    std::optional<PendingRow> take(std::uint64_t key) {
        const auto found = m_rows.find(key);
        if (found == m_rows.end()) return std::nullopt;
        const PendingRow row = found->second.row;
        m_rows.erase(found);
        return row;
    }
    bool contains(std::uint64_t key) const { return m_rows.contains(key); }
    std::size_t size() const { return m_rows.size(); }
    void clear() {
        m_rows.clear();
        m_order.clear();
    }
    /// Each row that waits, the oldest first.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (const Turn& turn : m_order) {
            if (waits(turn)) visit(m_rows.at(turn.key).row);
        }
    }

private:
    struct Entry {
        PendingRow row;
        std::uint64_t added = 0;
    };
    struct Turn {
        std::uint64_t key = 0;
        std::uint64_t added = 0;
    };

    bool waits(const Turn& turn) const {
        const auto found = m_rows.find(turn.key);
        return found != m_rows.end() && found->second.added == turn.added;
    }

    std::size_t m_limit;
    std::uint64_t m_added = 0;
    std::unordered_map<std::uint64_t, Entry> m_rows;
    std::deque<Turn> m_order;  ///< may hold rows that were answered
};

}  // namespace framescope
