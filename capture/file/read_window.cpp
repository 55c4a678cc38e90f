// The window keeps what lies behind the position asked for, drops what lies before, and reads whole
// blocks behind that; see read_window.h.
#include "capture/file/read_window.h"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace framescope {
namespace {

// What was read stays in the processor's cache until it is used.
constexpr std::size_t blockSize = std::size_t{128} << 10;
// Room that a large packet took is given back when no packet needs it any more.
constexpr std::size_t roomToKeep = 4 * blockSize;

}  // namespace

ByteView ReadWindow::viewBeyond(std::uint64_t offset, std::size_t length) {
    if (present(offset) < length && !(m_ahead && takeBlock(offset, length))) {
        slideTo(offset);
        while (m_size < length && readBlock()) {
        }
        if (std::exchange(m_readsAhead, false)) beginAhead();
    }
    const std::size_t available = std::min(present(offset), length);
    if (available == 0) return {};
    return {m_data + (offset - m_begin), available};
}

/// Goes on with the next block. False where that does not do; and where it is the last one, or the
/// bytes are not those behind this one, no more is read ahead.
bool ReadWindow::takeBlock(std::uint64_t offset, std::size_t length) {
    const std::size_t kept = present(offset);
    const bool goesOn = kept != 0 || offset == m_begin + m_size;
    if (!goesOn || length > BlocksAhead::kBlock) {
        leaveBlocks();
        return false;
    }
    BlocksAhead::Block& block = m_ahead->next();
    std::uint8_t* const data = block.bytes.data() + BlocksAhead::kBlock - kept;
    if (kept != 0) std::memcpy(data, m_data + m_size - kept, kept);
    m_buffer = {};
    m_data = data;
    m_begin = offset;
    m_size = kept + block.size;
    if (block.error) m_error = block.error->sentence;
    if (block.size < BlocksAhead::kBlock) leaveBlocks();
    // Why a block is short, and whether there is more by now, says another attempt.
    return m_size >= length;
}

void ReadWindow::beginAhead() {
    try {
        m_ahead = std::make_unique<BlocksAhead>(m_source, m_begin + m_size);
    } catch (const std::system_error&) {
        // The system has no more threads; this one does as well.
    }
}

void ReadWindow::leaveBlocks() {
    if (m_buffer.empty()) m_buffer.assign(m_data, m_data + m_size);
    m_data = m_buffer.data();
    m_ahead.reset();
}

void ReadWindow::slideTo(std::uint64_t offset) {
    const std::size_t kept = present(offset);
    if (kept != 0) {
        std::memmove(m_data, m_data + m_size - kept, kept);
    }
    m_begin = offset;
    m_size = kept;
    if (m_buffer.size() > roomToKeep && kept <= blockSize) {
        m_buffer.resize(2 * blockSize);
        m_buffer.shrink_to_fit();
        m_data = m_buffer.data();
    }
}

/// False when nothing came.
bool ReadWindow::readBlock() {
    if (m_buffer.size() < m_size + blockSize) {
        // Doubling keeps the copying linear; the room follows bytes that have really come.
        m_buffer.resize(std::max(m_size + blockSize, m_buffer.size() * 2));
        m_data = m_buffer.data();
    }
    const auto n =
        m_source.readOn(m_begin + m_size, std::span(m_buffer).subspan(m_size, blockSize));
    if (!n) {
        m_error = n.error().sentence;
        return false;
    }
    m_size += *n;
    return *n > 0;
}

}  // namespace framescope
