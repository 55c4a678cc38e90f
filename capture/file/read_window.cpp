// The window keeps what lies behind the position asked for, drops what lies before, and reads whole
// blocks behind that; see read_window.h. Whoever has gone through some of a file that is complete
// will go through the rest of it: from then on another thread reads the blocks.
#include "capture/file/read_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace framescope {
namespace {

// What was read stays in the processor's cache until it is used.
constexpr std::size_t blockSize = std::size_t{128} << 10;
// Room that a large packet took is given back when no packet needs it any more.
constexpr std::size_t roomToKeep = 4 * blockSize;
// Blocks that are read before another thread is worth it.
constexpr std::size_t blocksAlone = 3;

}  // namespace

ByteView ReadWindow::viewBeyond(std::uint64_t offset, std::size_t length) {
    if (present(offset) < length) {
        while (present(offset) < length && goesOnAhead(offset) && takeBlock(offset)) {
        }
        if (!m_ahead && present(offset) < length) {
            slideTo(offset);
            while (m_size < length && readBlock()) {
            }
        }
    }
    const std::size_t available = std::min(present(offset), length);
    if (available == 0) return {};
    return ByteView(m_buffer).subspan(m_start + static_cast<std::size_t>(offset - m_begin),
                                      available);
}

void ReadWindow::slideTo(std::uint64_t offset) {
    const std::size_t kept = present(offset);
    if (kept != 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_start + m_size - kept, kept);
    }
    m_start = 0;
    m_begin = offset;
    m_size = kept;
    if (m_buffer.size() > roomToKeep && kept <= blockSize) {
        m_buffer.resize(2 * blockSize);
        m_buffer.shrink_to_fit();
    }
}

/// False when nothing came.
bool ReadWindow::readBlock() {
    if (m_buffer.size() < m_size + blockSize) {
        // Doubling keeps the copying linear; the room follows bytes that have really come.
        m_buffer.resize(std::max(m_size + blockSize, m_buffer.size() * 2));
    }
    const auto n =
        m_source.readOn(m_begin + m_size, std::span(m_buffer).subspan(m_size, blockSize));
    if (!n) {
        m_error = n.error().sentence;
        return false;
    }
    m_size += *n;
    ++m_blocksRead;
    return *n > 0;
}

/// Whether the bytes at `offset` come with, or behind, the next block that another thread has read.
/// Whoever jumps about, or needs more room than there is in front of a block, reads on alone.
bool ReadWindow::goesOnAhead(std::uint64_t offset) {
    if (!m_mayReadAhead || m_blocksRead < blocksAlone) return false;
    const bool inOrder = offset >= m_begin && offset <= m_begin + m_size &&
                         m_begin + m_size - offset <= BlocksAhead::kRoomBefore;
    if (!m_ahead && inOrder && !m_source.mayGrow() && !m_source.isCompressed()) {
        m_ahead = std::make_unique<BlocksAhead>(m_source, m_begin + m_size, blockSize);
    }
    if (!m_ahead || !inOrder || m_ahead->position() != m_begin + m_size) {
        m_ahead.reset();
        m_mayReadAhead = false;
    }
    return m_ahead != nullptr;
}

/// The next block, with what is left behind `offset` in front of it. False when nothing came.
bool ReadWindow::takeBlock(std::uint64_t offset) {
    const std::size_t kept = present(offset);
    BlocksAhead::Block block = m_ahead->take(std::exchange(m_spare, {}));
    if (block.size == 0) {
        m_error = block.error;
        // Whoever asks again looks whether there is more by now.
        m_ahead.reset();
        m_mayReadAhead = false;
        return false;
    }
    const std::size_t start = BlocksAhead::kRoomBefore - kept;
    if (kept != 0) {
        std::memcpy(block.buffer.data() + start, m_buffer.data() + m_start + m_size - kept, kept);
    }
    m_spare = std::exchange(m_buffer, std::move(block.buffer));
    m_start = start;
    m_begin = offset;
    m_size = kept + block.size;
    return true;
}

}  // namespace framescope
