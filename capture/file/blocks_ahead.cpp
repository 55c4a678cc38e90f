#include "capture/file/blocks_ahead.h"

#include <span>

namespace framescope {

BlocksAhead::BlocksAhead(ByteSource& source, std::uint64_t offset)
    : m_source(source), m_begin(offset) {
    for (Block& block : m_blocks) block.bytes.resize(2 * kBlock);
    m_thread = std::thread([this] { run(); });
}

BlocksAhead::~BlocksAhead() {
    m_stop = true;
    // Whoever waits wakes by another number alone.
    ++m_taken;
    m_taken.notify_one();
    m_thread.join();
}

BlocksAhead::Block& BlocksAhead::next() {
    const std::uint32_t index = m_taken;
    Block& block = m_blocks[index % kBlocks];
    std::uint32_t begun = index;
    if (m_begun.compare_exchange_strong(begun, index + 1)) {
        read(index);
    } else {
        for (std::uint32_t end = block.end; end != index + 1; end = block.end) block.end.wait(end);
    }
    m_taken = index + 1;
    if (m_begun - (index + 1) <= kFew) m_taken.notify_one();
    return block;
}

void BlocksAhead::run() {
    while (awaitRoom()) {
        std::uint32_t index = m_begun;
        if (m_begun.compare_exchange_strong(index, index + 1) && !read(index)) return;
    }
}

/// Waits, if as many as may be are ahead, until few are. False when no more are wanted.
bool BlocksAhead::awaitRoom() {
    std::uint32_t taken = m_taken;
    if (m_begun - taken < kMostAhead) return !m_stop;
    while (!m_stop && m_begun - taken > kFew) {
        m_taken.wait(taken);
        taken = m_taken;
    }
    return !m_stop;
}

/// Whether further ones follow.
bool BlocksAhead::read(std::uint32_t index) {
    Block& block = m_blocks[index % kBlocks];
    const auto size = m_source.readOn(m_begin + std::uint64_t{index} * kBlock,
                                      std::span(block.bytes).subspan(kBlock));
    block.size = size ? *size : 0;
    if (!size) block.error = size.error();
    const bool isLast = block.size < kBlock;
    block.end = index + 1;
    block.end.notify_one();
    return !isLast;
}

}  // namespace framescope
