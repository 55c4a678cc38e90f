// The window keeps what lies behind the position asked for, drops what lies before, and reads whole
// blocks behind that; see read_window.h.
#include "capture/file/read_window.h"

#include <algorithm>
#include <cstring>

namespace framescope {
namespace {

// What was read stays in the processor's cache until it is used.
constexpr std::size_t blockSize = std::size_t{256} << 10;
// Room that a large packet took is given back when no packet needs it any more.
constexpr std::size_t roomToKeep = 4 * blockSize;

}  // namespace

ByteView ReadWindow::viewBeyond(std::uint64_t offset, std::size_t length) {
    const auto present = [&]() -> std::size_t {
        if (offset < m_begin || offset - m_begin >= m_size) return 0;
        return m_size - static_cast<std::size_t>(offset - m_begin);
    };
    if (present() < length) {
        slideTo(offset);
        while (m_size < length && readBlock()) {
        }
    }
    const std::size_t available = std::min(present(), length);
    if (available == 0) return {};
    return ByteView(m_buffer).subspan(static_cast<std::size_t>(offset - m_begin), available);
}

void ReadWindow::slideTo(std::uint64_t offset) {
    std::size_t kept = 0;
    if (offset >= m_begin && offset - m_begin < m_size) {
        const auto dropped = static_cast<std::size_t>(offset - m_begin);
        kept = m_size - dropped;
        std::memmove(m_buffer.data(), m_buffer.data() + dropped, kept);
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
