// The window keeps what lies behind the position asked for, drops what lies before, and reads whole
// blocks behind that; see read_window.h.
#include "capture/file/read_window.h"

#include <algorithm>
#include <cstring>

namespace framescope {
namespace {

// What was read stays in the processor's cache until it is used.
constexpr std::size_t blockSize = std::size_t{128} << 10;
// Room that a large packet took is given back when no packet needs it any more.
constexpr std::size_t roomToKeep = 4 * blockSize;

}  // namespace

ByteView ReadWindow::viewBeyond(std::uint64_t offset, std::size_t length) {
    if (present(offset) < length) {
        slideTo(offset);
        while (m_size < length && readBlock()) {
        }
    }
    const std::size_t available = std::min(present(offset), length);
    if (available == 0) return {};
    return ByteView(m_buffer).subspan(static_cast<std::size_t>(offset - m_begin), available);
}

void ReadWindow::slideTo(std::uint64_t offset) {
    const std::size_t kept = present(offset);
    if (kept != 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_size - kept, kept);
    }
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
    return *n > 0;
}

}  // namespace framescope
