// Memory for the parts of a large index, straight from the system. It is not the writing that costs
// but each page that is written to for the first time: one by one they take longer than many
// together, and 13 us each where a virtual machine has given its free memory back to its host. Only
// what is written to is taken from the machine, so room may be generous.
//
// Whether small pages are better or large ones depends on the machine, so the first few pages are
// watched; ARCHITECTURE.md has the figures.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace framescope {

class LargeMemory {
public:
    /// What follows behind the first pages, which are small. Measured: what is better here.
    enum class Pages : std::uint8_t { Measured, Small, Large };

    /// `size` bytes, zeroes, the first of them in small pages: a small index takes little. Throws
    /// std::bad_alloc.
    explicit LargeMemory(std::size_t size, Pages pages = Pages::Measured);
    /// The same, but where there is no memory data() is null and nothing else may be asked.
    LargeMemory(std::size_t size, std::nothrow_t) noexcept;
    ~LargeMemory();
    LargeMemory(const LargeMemory&) = delete;
    LargeMemory& operator=(const LargeMemory&) = delete;

    void* data() const { return m_data; }
    /// Says that everything in front of `end` is about to be written to, from front to back, and
    /// takes it from the machine many pages at a time. Returns up to where it may be written before
    /// this is asked again, at least `end` where that is within.
    std::size_t prepare(std::size_t end) {
        const std::size_t step = stepEnd(end);
        m_wanted.store(step, std::memory_order_relaxed);
        if (step > m_taken.load(std::memory_order_relaxed)) takeUntil(step);
        return step;
    }
    /// For a thread with less to do than the one that writes: takes what that will soon need.
    void prepareAhead() {
        const std::size_t taken = m_taken.load(std::memory_order_relaxed);
        const std::size_t wanted = m_wanted.load(std::memory_order_relaxed);
        // Little for little: it may be all there is.
        const std::size_t end = std::min(m_size, wanted + std::min(wanted, kAhead));
        // The first pages belong to the one that writes: it tries them.
        if (taken != 0 && wanted > kLittle && end > taken) takeUntil(end);
    }

private:
    /// What an index of a small capture takes must be little.
    static constexpr std::size_t kLittle = std::size_t{256} << 10;
    /// What is taken from the machine together, while there is little and later.
    static constexpr std::size_t kSmallStep = std::size_t{32} << 10;
    static constexpr std::size_t kStep = std::size_t{256} << 10;
    static constexpr std::size_t kLargePage = std::size_t{2} << 20;
    static constexpr std::size_t kAhead = kLargePage;

    std::size_t stepEnd(std::size_t end) const {
        if (end <= kLittle)
            return std::min(m_size, (end + kSmallStep - 1) / kSmallStep * kSmallStep);
        const std::size_t step = m_step.load(std::memory_order_relaxed);
        return std::min(m_size, kLittle + (end - kLittle + step - 1) / step * step);
    }
    void map();
    std::uint8_t* bytes() const { return static_cast<std::uint8_t*>(m_data); }
    void takeUntil(std::size_t end);
    /// False where the system does not know how.
    bool populate(std::size_t from, std::size_t end);
    /// Whether large pages are taken behind the first ones, of which `taken` bytes are there.
    void choosePages(std::size_t taken);

    void* m_data = nullptr;  ///< large pages begin kLittle behind it
    std::size_t m_size = 0;
    void* m_mapping = nullptr;
    Pages m_pages = Pages::Measured;
    std::atomic<std::size_t> m_step = kStep;
    std::atomic<std::size_t> m_taken = 0;   ///< pages in front of it were taken
    std::atomic<std::size_t> m_wanted = 0;  ///< and are in use up to here
};

}  // namespace framescope
