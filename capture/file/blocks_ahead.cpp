#include "capture/file/blocks_ahead.h"

#include <span>

namespace framescope {

BlocksAhead::BlocksAhead(ByteSource& source, std::uint64_t offset)
    : m_source(source), m_thread([this, offset] { run(offset); }) {}

BlocksAhead::~BlocksAhead() {
    m_stop = true;
    // Whoever waits wakes by another number alone.
    ++m_taken;
    m_taken.notify_one();
    m_thread.join();
}

BlocksAhead::Block& BlocksAhead::next() {
    const std::uint32_t index = m_taken;
    m_read.wait(index);
    m_taken = index + 1;
    if (m_read - (index + 1) <= kFew) m_taken.notify_one();
    return m_blocks[index % kBlocks];
}

void BlocksAhead::run(std::uint64_t offset) {
    for (std::uint32_t read = 0; awaitRoom(read); ++read) {
        Block& block = m_blocks[read % kBlocks];
        block.bytes.resize(2 * kBlock);
        const auto size = m_source.readOn(offset, std::span(block.bytes).subspan(kBlock));
        block.size = size ? *size : 0;
        if (!size) block.error = size.error();
        const bool isLast = block.size < kBlock;
        offset += block.size;
        // From here on the block is the caller's.
        m_read = read + 1;
        m_read.notify_one();
        if (isLast) return;
    }
}

/// Waits, if as many as may be are ahead, until few are. False when no more are wanted.
bool BlocksAhead::awaitRoom(std::uint32_t read) {
    std::uint32_t taken = m_taken;
    if (read - taken < kMostAhead) return !m_stop;
    while (!m_stop && read - taken > kFew) {
        m_taken.wait(taken);
        taken = m_taken;
    }
    return !m_stop;
}

}  // namespace framescope
