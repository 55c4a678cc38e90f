// Plain values of which there are millions, written once by the thread that finds them, where they
// stay, and read by another one that is told how many there are. Nothing is copied on the way, and
// growing never moves what is there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "capture/session/large_memory.h"

namespace framescope {

/// A piece of memory for many values, which two threads share.
template <typename T>
class ValueChunk {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    /// Many large pages, whatever the size of a value is.
    static constexpr std::size_t kValues = 1U << 20;
    static_assert(kValues * sizeof(T) % LargeMemory::kPage == 0);

    explicit ValueChunk(LargeMemory::Begin begin) : m_memory(kValues * sizeof(T), begin) {}

    T* values() const { return static_cast<T*>(m_memory.data()); }
    /// So many values are about to be written; returns how many may be before this is asked again.
    std::size_t prepare(std::size_t values) {
        return std::min(m_memory.prepare(values * sizeof(T)) / sizeof(T), kValues);
    }
    void prepareAhead() { m_memory.prepareAhead(); }

private:
    LargeMemory m_memory;
};

/// The values that were added since it was cut the last time.
template <typename T>
class FreshValues {
public:
    using Chunk = ValueChunk<T>;

    template <typename Of, typename Value>
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = Value*;
        using reference = Value&;

        Iterator() = default;
        Iterator(Of* of, std::size_t at) : m_of(of), m_at(at) {}
        Value& operator*() const { return (*m_of)[m_at]; }
        Value* operator->() const { return &(*m_of)[m_at]; }
        Iterator& operator++() {
            ++m_at;
            return *this;
        }
        Iterator operator++(int) { return {m_of, m_at++}; }
        bool operator==(const Iterator&) const = default;

    private:
        Of* m_of = nullptr;
        std::size_t m_at = 0;
    };

    FreshValues() = default;
    FreshValues(FreshValues&& other) noexcept { *this = std::move(other); }
    FreshValues& operator=(FreshValues&& other) noexcept {
        m_chunks = std::exchange(other.m_chunks, {});
        m_first = std::exchange(other.m_first, 0);
        m_next = std::exchange(other.m_next, nullptr);
        m_end = std::exchange(other.m_end, nullptr);
        return *this;
    }
    FreshValues(const FreshValues&) = delete;
    FreshValues& operator=(const FreshValues&) = delete;
    ~FreshValues() = default;

    std::size_t size() const { return m_chunks.empty() ? 0 : endPlace() - m_first; }
    bool empty() const { return size() == 0; }
    T& operator[](std::size_t i) { return place(i); }
    const T& operator[](std::size_t i) const { return place(i); }
    T& back() { return place(size() - 1); }
    const T& back() const { return place(size() - 1); }
    auto begin() { return Iterator<FreshValues, T>(this, 0); }
    auto end() { return Iterator<FreshValues, T>(this, size()); }
    auto begin() const { return Iterator<const FreshValues, const T>(this, 0); }
    auto end() const { return Iterator<const FreshValues, const T>(this, size()); }

    /// Adds a value; returns it where it stays.
    T& add(const T& value) {
        if (m_next == m_end) makeRoom();
        *m_next = value;
        return *m_next++;
    }
    void push_back(const T& value) { add(value); }
    void pop_back() { --m_next; }

    /// Gives away what was added; what comes from now on stands behind it in the same memory.
    FreshValues cut() {
        FreshValues taken = std::move(*this);
        if (!taken.m_chunks.empty()) {
            m_chunks.push_back(taken.m_chunks.back());
            m_next = taken.m_next;
            m_end = taken.m_end;
            m_first = static_cast<std::size_t>(m_next - m_chunks.back()->values());
        }
        return taken;
    }

    /// Where the first value stands in the first chunk; the others follow.
    std::size_t first() const { return m_first; }
    const std::vector<std::shared_ptr<Chunk>>& chunks() const { return m_chunks; }

private:
    /// The place behind the last value, counted from the beginning of the first chunk.
    std::size_t endPlace() const {
        return (m_chunks.size() - 1) * Chunk::kValues +
               static_cast<std::size_t>(m_next - m_chunks.back()->values());
    }
    T& place(std::size_t i) const {
        i += m_first;
        return m_chunks[i / Chunk::kValues]->values()[i % Chunk::kValues];
    }
    void makeRoom() {
        const bool isFull =
            m_chunks.empty() || m_next == m_chunks.back()->values() + Chunk::kValues;
        if (isFull) {
            m_chunks.push_back(std::make_shared<Chunk>(m_chunks.empty()
                                                           ? LargeMemory::Begin::InSmallPages
                                                           : LargeMemory::Begin::InLargePages));
            m_next = m_chunks.back()->values();
            // What was full when it was given away holds none of these.
            if (m_chunks.size() == 2 && m_first == Chunk::kValues) {
                m_chunks.erase(m_chunks.begin());
                m_first = 0;
            }
        }
        T* const values = m_chunks.back()->values();
        m_end = values + m_chunks.back()->prepare(static_cast<std::size_t>(m_next - values) + 1);
    }

    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::size_t m_first = 0;
    T* m_next = nullptr;
    T* m_end = nullptr;  ///< of the memory that is ready, in the last chunk
};

/// All of them, as the reading thread has them.
template <typename T>
class GrownValues {
public:
    using Chunk = ValueChunk<T>;

    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    /// What was written to, in whole pages: of the last chunk hardly more was taken.
    std::size_t memoryBytes() const {
        constexpr std::size_t kPage = LargeMemory::kSmallStep;
        return (m_size * sizeof(T) + kPage - 1) / kPage * kPage;
    }
    const T& operator[](std::size_t i) const { return place(i); }
    T& operator[](std::size_t i) { return place(i); }

    /// Takes over what was added behind all that is here, where it stands. What was added
    /// elsewhere, as by several who write, is copied.
    void append(FreshValues<T>&& fresh) {
        if (fresh.empty()) return;
        const std::size_t within = m_size % Chunk::kValues;
        const bool goesOn = fresh.first() % Chunk::kValues == within &&
                            (within == 0 || m_chunks.back() == fresh.chunks().front());
        if (!goesOn) return copy(fresh);
        const std::size_t had = within == 0 ? 0 : 1;
        const std::size_t skipped = fresh.first() / Chunk::kValues;
        m_chunks.insert(m_chunks.end(),
                        fresh.chunks().begin() + static_cast<std::ptrdiff_t>(had + skipped),
                        fresh.chunks().end());
        m_size += fresh.size();
        m_isOurs = false;
    }
    /// Gets memory for what the other thread will write next, so that it need not.
    void prepareAhead() {
        if (!m_chunks.empty()) m_chunks.back()->prepareAhead();
    }

private:
    T& place(std::size_t i) const {
        return m_chunks[i / Chunk::kValues]->values()[i % Chunk::kValues];
    }
    void copy(const FreshValues<T>& fresh) {
        // Somebody else may still write behind what is ours of the last chunk.
        if (!m_isOurs && m_size % Chunk::kValues != 0) {
            auto own = std::make_shared<Chunk>(LargeMemory::Begin::InLargePages);
            own->prepare(m_size % Chunk::kValues);
            std::copy_n(m_chunks.back()->values(), m_size % Chunk::kValues, own->values());
            m_chunks.back() = std::move(own);
        }
        m_isOurs = true;
        for (const T& value : fresh) {
            if (m_size == m_chunks.size() * Chunk::kValues) {
                m_chunks.push_back(std::make_shared<Chunk>(LargeMemory::Begin::InLargePages));
            }
            m_chunks.back()->values()[m_size % Chunk::kValues] = value;
            ++m_size;
        }
    }

    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::size_t m_size = 0;
    bool m_isOurs = false;  ///< nobody else writes to the last chunk
};

}  // namespace framescope
