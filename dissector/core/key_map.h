// A hash table from 64-bit keys to small values, all in one piece of memory: open addressing with
// linear probing. What it is for is asked about and changed with every message (rows that wait for
// an answer), where a node for each entry would cost more than all the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace framescope {

template <typename Value>
class KeyMap {
public:
    /// The value under `key`, null if there is none. Valid until the map is changed.
    const Value* find(std::uint64_t key) const {
        if (m_size == 0) return nullptr;
        const Slot& slot = m_slots[placeOf(key)];
        return slot.used ? &slot.value : nullptr;
    }
    bool contains(std::uint64_t key) const { return find(key) != nullptr; }

    /// Puts `value` under `key`, in the place of one that is there.
    void set(std::uint64_t key, const Value& value) {
        if ((m_size + 1) * 2 > m_slots.size()) grow();
        Slot& slot = m_slots[placeOf(key)];
        if (!slot.used) ++m_size;
        slot = {key, value, true};
    }

    /// Takes the entry away; false if there is none.
    bool erase(std::uint64_t key) {
        if (m_size == 0) return false;
        std::size_t hole = placeOf(key);
        if (!m_slots[hole].used) return false;
        --m_size;
        // What was pushed behind its own place by the entry moves up, so that no probing ends
        // early.
        const std::size_t mask = m_slots.size() - 1;
        for (std::size_t at = (hole + 1) & mask; m_slots[at].used; at = (at + 1) & mask) {
            const std::size_t home = homeOf(m_slots[at].key);
            if (((at - home) & mask) < ((at - hole) & mask)) continue;
            m_slots[hole] = m_slots[at];
            hole = at;
        }
        m_slots[hole].used = false;
        return true;
    }

    std::size_t size() const { return m_size; }
    void clear() {
        m_slots.clear();
        m_size = 0;
    }

private:
    static constexpr std::size_t kFirstSlots = 8;

    struct Slot {
        std::uint64_t key = 0;
        Value value{};
        bool used = false;
    };

    std::size_t homeOf(std::uint64_t key) const {
        return (key * 0x9e3779b97f4a7c15ULL >> 32) & (m_slots.size() - 1);
    }
    /// Where the key is, or where it would go.
    std::size_t placeOf(std::uint64_t key) const {
        std::size_t at = homeOf(key);
        while (m_slots[at].used && m_slots[at].key != key) at = (at + 1) & (m_slots.size() - 1);
        return at;
    }
    void grow() {
        const std::vector<Slot> old = std::exchange(
            m_slots, std::vector<Slot>(m_slots.empty() ? kFirstSlots : m_slots.size() * 2));
        for (const Slot& slot : old) {
            if (slot.used) m_slots[placeOf(slot.key)] = slot;
        }
    }

    std::vector<Slot> m_slots;  ///< a power of two of them, at most half of them used
    std::size_t m_size = 0;
};

}  // namespace framescope
