// An append-only sequence in fixed chunks: growing never moves what is there, so there is no pause
// and no double memory while a large index grows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

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
    std::size_t memoryBytes() const { return m_chunks.size() * kChunk * sizeof(T); }
    const T& operator[](std::size_t i) const { return m_chunks[i / kChunk].get()[i % kChunk]; }
    T& operator[](std::size_t i) { return m_chunks[i / kChunk].get()[i % kChunk]; }

    void append(std::span<const T> values) {
        while (!values.empty()) {
            const std::size_t at = m_size % kChunk;
            if (m_size == m_chunks.size() * kChunk) addChunk();
            const std::size_t count = std::min(values.size(), kChunk - at);
            std::memcpy(m_chunks.back().get() + at, values.data(), count * sizeof(T));
            m_size += count;
            values = values.subspan(count);
        }
    }

private:
    static constexpr std::size_t kChunk = 1U << 14;

    struct Free {
        void operator()(T* chunk) const { std::free(chunk); }
    };

    void addChunk() {
        auto* const memory = static_cast<T*>(std::malloc(kChunk * sizeof(T)));
        if (memory == nullptr) throw std::bad_alloc();
        m_chunks.emplace_back(memory);
    }

    std::vector<std::unique_ptr<T, Free>> m_chunks;
    std::size_t m_size = 0;
};

}  // namespace framescope
