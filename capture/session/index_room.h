// Where whoever writes an index gets memory for its blocks. They stay where they were written, and
// whoever reads them shares the memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "capture/session/large_memory.h"

namespace framescope {

/// Memory in which blocks of an index lie. They stay as long as somebody has it.
using IndexMemory = std::shared_ptr<LargeMemory>;

class IndexRoom {
public:
    /// Room for so many bytes, a block and no more, which begins where any number may. Throws
    /// std::bad_alloc.
    void* take(std::size_t bytes) {
        bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
        if (bytes > m_left) grow();
        m_left -= bytes;
        m_memory->prepare(kTogether - m_left);
        return std::exchange(m_next, m_next + bytes);
    }
    /// The memory that was got since it was asked the last time.
    std::vector<IndexMemory> takeFresh() { return std::exchange(m_fresh, {}); }

private:
    /// Got from the system together; only what is written to is taken from the machine.
    static constexpr std::size_t kTogether = std::size_t{32} << 20;
    static constexpr std::size_t kAlignment = alignof(std::uint64_t);

    void grow();

    IndexMemory m_memory;  ///< in which there is room
    std::vector<IndexMemory> m_fresh;
    std::uint8_t* m_next = nullptr;
    std::size_t m_left = 0;
};

}  // namespace framescope
