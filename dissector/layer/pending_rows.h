// Rows that wait for what answers them: requests by their id, events by their receipt. The oldest
// is forgotten where too many wait, so that a peer that never answers costs nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "dissector/core/key_map.h"
#include "dissector/core/queue.h"
#include "dissector/record/record.h"

namespace framescope {

/// A hash over what makes a key, eight bytes at a time; texts of any length become eight bytes.
class KeyHash {
public:
    KeyHash& add(std::uint64_t number) {
        m_hash = (m_hash ^ number) * 0x9e3779b97f4a7c15ULL;
        m_hash ^= m_hash >> 29;
        return *this;
    }
    KeyHash& add(std::string_view text) {
        std::uint64_t word = text.size();
        add(word);
        while (text.size() > sizeof word) {
            std::memcpy(&word, text.data(), sizeof word);
            add(word);
            text.remove_prefix(sizeof word);
        }
        return add(wordOf(text));
    }
    KeyHash& add(Direction direction) { return add(std::uint64_t{indexOf(direction)}); }
    operator std::uint64_t() const { return m_hash; }

private:
    /// Up to eight characters, put together from pieces that may overlap: a copy of any number of
    /// bytes is a call. Texts of one size that differ give different words.
    static std::uint64_t wordOf(std::string_view text) {
        const std::size_t size = text.size();
        const char* const data = text.data();
        if (size >= 4) {
            std::uint32_t front = 0;
            std::uint32_t back = 0;
            std::memcpy(&front, data, sizeof front);
            std::memcpy(&back, data + size - sizeof back, sizeof back);
            return std::uint64_t{back} << 32 | front;
        }
        if (size == 0) return 0;
        const auto byte = [data](std::size_t at) { return static_cast<std::uint8_t>(data[at]); };
        return std::uint64_t{byte(0)} << 16 | std::uint64_t{byte(size / 2)} << 8 | byte(size - 1);
    }

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
        m_rows.set(key, {row, ++m_added});
        m_order.push_back({key, m_added});
        // What was answered meanwhile leaves the queue once it comes to its front.
        while (m_order.size() > m_limit || (!m_order.empty() && !waits(m_order.front()))) {
            if (waits(m_order.front())) m_rows.erase(m_order.front().key);
            m_order.pop_front();
        }
    }
    std::optional<PendingRow> find(std::uint64_t key) const {
        const Entry* const found = m_rows.find(key);
        if (found == nullptr) return std::nullopt;
        return found->row;
    }
    std::optional<PendingRow> take(std::uint64_t key) {
        const auto row = find(key);
        if (row) m_rows.erase(key);
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
            if (waits(turn)) visit(m_rows.find(turn.key)->row);
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
        const Entry* const found = m_rows.find(turn.key);
        return found != nullptr && found->added == turn.added;
    }

    std::size_t m_limit;
    std::uint64_t m_added = 0;
    KeyMap<Entry> m_rows;
    Queue<Turn> m_order;  ///< may hold rows that were answered
};

}  // namespace framescope
