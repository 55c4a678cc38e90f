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

/// Memory in which blocks of an index lie.
class IndexPiece {
public:
    IndexPiece() : m_blocks(kBlocks), m_apart(kApart) {}

    /// For a thread with less to do than the one that writes: gets memory for what comes next.
    void prepareAhead() { m_blocks.prepareAhead(); }

private:
    friend class IndexRoom;

    /// Got from the system together; only what is written to is taken from the machine.
    static constexpr std::size_t kBlocks = std::size_t{32} << 20;
    /// Mostly less than a tenth of the blocks.
    static constexpr std::size_t kApart = std::size_t{8} << 20;

    LargeMemory m_blocks;
    LargeMemory m_apart;
};
/// It stays as long as somebody has it.
using IndexMemory = std::shared_ptr<IndexPiece>;

class IndexRoom {
public:
    /// Room for so many bytes, a block and no more, which begins where any number may. Throws
    /// std::bad_alloc.
    void* take(std::size_t bytes) {
        bytes = whole(bytes);
        if (bytes > m_blocks.left) grow();
        return m_blocks.take(bytes);
    }
    /// The same for a part of blocks that is also read without the rest of them, of many blocks one
    /// behind the other: such parts lie together.
    void* takeApart(std::size_t bytes) {
        bytes = whole(bytes);
        if (bytes > m_apart.left) grow();
        return m_apart.take(bytes);
    }
    /// The memory that was got since it was asked the last time.
    std::vector<IndexMemory> takeFresh() { return std::exchange(m_fresh, {}); }

private:
    /// What is left of a piece's memory.
    struct Rest {
        LargeMemory* memory = nullptr;
        std::size_t used = 0;
        std::size_t left = 0;

        void* take(std::size_t bytes) {
            left -= bytes;
            memory->prepare(used + bytes);
            return static_cast<std::uint8_t*>(memory->data()) + std::exchange(used, used + bytes);
        }
    };

    static constexpr std::size_t kAlignment = alignof(std::uint64_t);

    static std::size_t whole(std::size_t bytes) {
        return (bytes + kAlignment - 1) / kAlignment * kAlignment;
    }
    void grow();

    IndexMemory m_piece;  ///< in which there is room
    std::vector<IndexMemory> m_fresh;
    Rest m_blocks;
    Rest m_apart;
};

}  // namespace framescope
