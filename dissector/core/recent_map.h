// A map that keeps its most recently used entries and forgets the others, for what is remembered
// across connections: a capture may hold any number of them.
#pragma once

#include <cassert>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace framescope {

template <typename Value>
class RecentMap {
public:
    /// Keeps at most `capacity` entries, one at the least.
    explicit RecentMap(std::size_t capacity) : m_capacity(capacity) { assert(capacity != 0); }
    RecentMap(const RecentMap&) = delete;
    RecentMap& operator=(const RecentMap&) = delete;

    /// The entry of `key`, made if there is none; it is the most recently used one now. Stays where
    /// it is until it is forgotten.
    Value& use(std::string_view key) {
        if (Value* const known = find(key)) return *known;
        if (m_entries.size() == m_capacity) {
            m_places.erase(m_entries.back().first);
            m_entries.pop_back();
        }
        m_entries.emplace_front(std::string(key), Value{});
        m_places.emplace(m_entries.front().first, m_entries.begin());
        return m_entries.front().second;
    }
    /// The entry of `key`, the most recently used one now; null if there is none.
    Value* find(std::string_view key) {
        const auto place = m_places.find(key);
        if (place == m_places.end()) return nullptr;
        m_entries.splice(m_entries.begin(), m_entries, place->second);
        return &m_entries.front().second;
    }
    std::size_t size() const { return m_entries.size(); }

private:
    using Entries = std::list<std::pair<const std::string, Value>>;

    std::size_t m_capacity;
    Entries m_entries;  ///< the most recently used one first
    /// The keys are those of the entries, which do not move.
    std::unordered_map<std::string_view, typename Entries::iterator> m_places;
};

}  // namespace framescope
