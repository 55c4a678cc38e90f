// An append-only sequence in fixed chunks: growing never moves what is there, so there is no pause
// and no double memory while a large index grows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "capture/session/large_memory.h"

namespace framescope {

/// Chunks of 1024, for elements that hold memory of their own.
template <typename T>
class ChunkedVector {
public:
    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    /// What the chunks take, without what their elements hold elsewhere.
    std::size_t memoryBytes() const { return m_chunks.size() * kChunk * sizeof(T); }
    const T& operator[](std::size_t i) const { return m_chunks[i / kChunk][i % kChunk]; }
    T& operator[](std::size_t i) { return m_chunks[i / kChunk][i % kChunk]; }

    void push_back(T value) {
        if (m_size == m_chunks.size() * kChunk) {
            m_chunks.push_back(std::make_unique<T[]>(kChunk));
        }
        (*this)[m_size] = std::move(value);
        ++m_size;
    }

private:
    static constexpr std::size_t kChunk = 1024;

    std::vector<std::unique_ptr<T[]>> m_chunks;
    std::size_t m_size = 0;
};

/// The same for plain values of which there are millions: they are copied to where they stay, into
/// memory that nobody has cleared before.
template <typename T>
class ChunkedValues {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    /// What was written to, in whole pages: of the last chunk hardly more was taken.
    std::size_t memoryBytes() const {
        constexpr std::size_t kStart = LargeMemory::kSmallStart;
        const std::size_t used = m_size * sizeof(T);
        if (used <= kStart) return used;
        const std::size_t pages = (used - kStart + LargeMemory::kPage - 1) / LargeMemory::kPage;
        return kStart + pages * LargeMemory::kPage;
    }
    const T& operator[](std::size_t i) const { return m_chunks[i / kChunk].values[i % kChunk]; }
    T& operator[](std::size_t i) { return m_chunks[i / kChunk].values[i % kChunk]; }

    void append(std::span<const T> values) {
        while (!values.empty()) {
            const std::size_t at = m_size % kChunk;
            if (m_size == m_chunks.size() * kChunk) addChunk();
            const std::size_t count = std::min(values.size(), kChunk - at);
            m_chunks.back().memory.willWriteUntil((at + count) * sizeof(T));
            std::memcpy(m_chunks.back().values + at, values.data(), count * sizeof(T));
            m_size += count;
            values = values.subspan(count);
        }
    }

private:
    /// Whole large pages, whatever multiple of 8 the size of a value is.
    static constexpr std::size_t kChunk = 1U << 18;
    static_assert(kChunk * 8 == LargeMemory::kPage && sizeof(T) % 8 == 0);

    struct Chunk {
        LargeMemory memory;
        T* values;
    };

    void addChunk() {
        LargeMemory memory(kChunk * sizeof(T), m_chunks.empty() ? LargeMemory::Begin::InSmallPages
                                                                : LargeMemory::Begin::InLargePages);
        T* const values = static_cast<T*>(memory.data());
        m_chunks.push_back({std::move(memory), values});
    }

    std::vector<Chunk> m_chunks;
    std::size_t m_size = 0;
};

}  // namespace framescope
