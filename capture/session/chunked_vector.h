// An append-only sequence in fixed chunks: growing never moves what is there, so there is no pause
// and no double memory while a large index grows.
#pragma once

#include <cstddef>
#include <memory>
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

}  // namespace framescope
