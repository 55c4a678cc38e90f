// Values of which there are millions, in blocks that are packed once they are full. One thread
// writes; another one is handed what is new from time to time, and reads. A block is never changed
// once it was handed on; of the values behind the last one copies travel.
//
// A Block has a type Value; a type Staged that gathers values until there is a block of them, as
// StagedValues below does; bytes() and operator[]; and make(staged, first, room), which packs
// kBlockValues of them into the room, the first of which has the number `first`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "capture/session/index_room.h"
#include "capture/session/packed_columns.h"

namespace framescope {

/// Values until there is a block of them, as they are.
template <typename T>
class StagedValues {
public:
    void add(const T& value) {
        if (m_values.capacity() == 0) m_values.reserve(kAtFirst);
        m_values.push_back(value);
    }
    std::size_t size() const { return m_values.size(); }
    void clear() { m_values.clear(); }
    /// Those from this one on.
    std::vector<T> values(std::size_t first) const {
        return {m_values.begin() + static_cast<std::ptrdiff_t>(first), m_values.end()};
    }
    const T& operator[](std::size_t index) const { return m_values[index]; }

private:
    /// Most of what there are many of has few values.
    static constexpr std::size_t kAtFirst = 8;

    std::vector<T> m_values;
};

/// What was written since the last time.
template <typename Block>
struct FreshValues {
    std::vector<const Block*> blocks;  ///< new ones
    std::size_t blockBytes = 0;        ///< what they take
    /// What is new behind the last block.
    std::vector<typename Block::Value> rest;
};

/// The writing side.
template <typename Block>
class ValueWriter {
public:
    using Value = typename Block::Value;

    void add(const Value& value, IndexRoom& room) {
        m_staged.add(value);
        if (m_staged.size() == kBlockValues) pack(room);
    }
    std::size_t size() const { return m_packed + m_staged.size(); }
    /// Values that were added since take().
    std::size_t fresh() const { return size() - m_taken; }
    FreshValues<Block> take() {
        FreshValues<Block> fresh = std::exchange(m_fresh, {});
        fresh.rest = m_staged.values(std::max(m_taken, m_packed) - m_packed);
        m_taken = size();
        return fresh;
    }

private:
    void pack(IndexRoom& room) {
        const Block* const block = Block::make(m_staged, m_packed, room);
        m_fresh.blocks.push_back(block);
        m_fresh.blockBytes += block->bytes();
        m_packed += kBlockValues;
        m_staged.clear();
    }

    typename Block::Staged m_staged;
    FreshValues<Block> m_fresh;  ///< without the rest
    std::size_t m_packed = 0;
    std::size_t m_taken = 0;
};

/// The reading side.
template <typename Block>
class PackedValues {
public:
    using Value = typename Block::Value;

    /// Takes over what the writer has written since what it gave before. There is one writer, and
    /// all that it gives comes here.
    void append(FreshValues<Block>&& fresh) {
        if (!fresh.blocks.empty()) {
            m_blocks.insert(m_blocks.end(), fresh.blocks.begin(), fresh.blocks.end());
            m_blockBytes += fresh.blockBytes;
            // All that there was is in the first of them.
            m_rest.clear();
        }
        if (m_rest.empty()) {
            m_rest = std::move(fresh.rest);
        } else {
            m_rest.insert(m_rest.end(), fresh.rest.begin(), fresh.rest.end());
        }
    }
    std::size_t size() const { return m_blocks.size() * kBlockValues + m_rest.size(); }
    bool empty() const { return size() == 0; }
    Value operator[](std::size_t index) const {
        const std::size_t block = index / kBlockValues;
        const std::size_t within = index % kBlockValues;
        return block < m_blocks.size() ? (*m_blocks[block])[within] : m_rest[within];
    }
    std::size_t memoryBytes() const {
        return m_blockBytes + m_blocks.capacity() * sizeof(const Block*) +
               m_rest.capacity() * sizeof(Value);
    }

private:
    std::vector<const Block*> m_blocks;
    std::size_t m_blockBytes = 0;
    std::vector<Value> m_rest;
};

}  // namespace framescope
