#include "capture/file/file_window.h"

#include <algorithm>

#include "capture/file/capture_file.h"

namespace framescope {
namespace {

constexpr std::size_t kRead = std::size_t{256} << 10;
/// Read along in front of what was asked for: the order is not strict.
constexpr std::size_t kBefore = std::size_t{16} << 10;

}  // namespace

ByteView FileWindow::view(const CaptureFile& file, std::uint64_t offset, std::size_t length) {
    const auto holds = [&] {
        // Below the window, the difference is greater than any size.
        const std::uint64_t at = offset - m_begin;
        return at < m_size && m_size - at >= length;
    };
    if (!holds()) {
        m_size = 0;
        if (length > kMaxView || file.source().changed()) return {};
        m_buffer.resize(kRead);
        m_begin = offset - std::min<std::uint64_t>(offset, kBefore);
        m_begin = std::max(m_begin, std::min(offset, file.source().firstReadable()));
        const auto read = file.source().readAt(m_begin, m_buffer);
        if (!read) return {};
        m_size = *read;
        if (!holds()) return {};
    }
    return ByteView(m_buffer).subspan(static_cast<std::size_t>(offset - m_begin), length);
}

}  // namespace framescope
