// Memory for the parts of a large index, straight from the system and laid out so that one that
// makes pages of 2 MiB by itself can. They are not asked for: a virtual machine that has given its
// free memory back takes longer to get such a page again than small ones cost. Only what is written
// to is taken from the machine, so room may be generous.
#pragma once

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
    enum class Begin : unsigned char { InSmallPages, InLargePages };

    LargeMemory() = default;
    /// At least `size` bytes, zeroes. Throws std::bad_alloc.
    LargeMemory(std::size_t size, Begin begin);
    ~LargeMemory();
    LargeMemory(LargeMemory&& other) noexcept
        : m_data(std::exchange(other.m_data, nullptr)),
          m_size(std::exchange(other.m_size, 0)),
          m_taken(other.m_taken) {}
    LargeMemory& operator=(LargeMemory&& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
        std::swap(m_taken, other.m_taken);
        return *this;
    }

    void* data() const { return m_data; }
    /// Says that everything in front of `end` is about to be written to, from front to back: a
    /// large one takes its memory from the machine many pages at a time then, which is cheaper than
    /// one by one.
    void willWriteUntil(std::size_t end) {
        if (end > m_taken) takeUntil(end);
    }

private:
    void takeUntil(std::size_t end);

    void* m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_taken = 0;  ///< pages in front of it were taken, or are taken one by one
};

}  // namespace framescope
