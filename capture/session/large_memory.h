// Memory for the parts of a large index, straight from the system and in large pages, where it has
// such. In a virtual machine it is not the writing that costs but each page that is written to for
// the first time: small ones took 12 us each where this was measured, large ones 0.4 us for as many
// bytes (7 us where the machine had given its free memory back). Only what is written to is taken
// from the machine, so room may be generous.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace framescope {

class LargeMemory {
public:
    /// The size of a large page, and what begins at one.
    static constexpr std::size_t kPage = std::size_t{2} << 20;
    /// What an index of a small capture takes must be little: so much of the first piece of memory
    /// of anything is in small pages.
    static constexpr std::size_t kSmallStart = std::size_t{256} << 10;
    /// What is taken from the machine together, while there is little and later.
    static constexpr std::size_t kSmallStep = std::size_t{32} << 10;
    static constexpr std::size_t kStep = std::size_t{256} << 10;
    enum class Begin : unsigned char { InSmallPages, InLargePages };

    LargeMemory() = default;
    /// At least `size` bytes, zeroes. Throws std::bad_alloc.
    LargeMemory(std::size_t size, Begin begin);
    ~LargeMemory();
    LargeMemory(LargeMemory&& other) noexcept
        : m_data(std::exchange(other.m_data, nullptr)),
          m_size(std::exchange(other.m_size, 0)),
          m_begin(other.m_begin),
          m_taken(other.m_taken.load()),
          m_wanted(other.m_wanted.load()) {}
    LargeMemory& operator=(LargeMemory&&) = delete;

    void* data() const { return m_data; }
    /// Says that everything in front of `end` is about to be written to, from front to back, and
    /// takes it from the machine many pages at a time: one by one they cost many times as much.
    /// Returns up to where it may be written before this is asked again, at least `end` where that
    /// is within.
    std::size_t prepare(std::size_t end) {
        const std::size_t step = stepEnd(end);
        m_wanted.store(step, std::memory_order_relaxed);
        if (step > m_taken.load(std::memory_order_relaxed)) takeUntil(step);
        return step;
    }
    /// For a thread with less to do than the one that writes: takes what that will soon need.
    void prepareAhead() {
        const std::size_t wanted = m_wanted.load(std::memory_order_relaxed);
        // Little for little, which may be all there is.
        const std::size_t ahead =
            m_begin == Begin::InSmallPages ? std::min(wanted, kAhead) : kAhead;
        const std::size_t end = std::min(m_size, wanted + ahead);
        if (wanted > kSmallStart && end > m_taken.load(std::memory_order_relaxed)) takeUntil(end);
    }

private:
    static constexpr std::size_t kAhead = kPage;

    std::size_t stepEnd(std::size_t end) const {
        const std::size_t step = end <= kSmallStart ? kSmallStep : kStep;
        return std::min(m_size, (end + step - 1) / step * step);
    }
    void takeUntil(std::size_t end);

    void* m_data = nullptr;
    std::size_t m_size = 0;
    Begin m_begin = Begin::InSmallPages;
    std::atomic<std::size_t> m_taken = 0;   ///< pages in front of it were taken
    std::atomic<std::size_t> m_wanted = 0;  ///< and are in use up to here
};

}  // namespace framescope
