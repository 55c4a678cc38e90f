#include "capture/file/file_window.h"

#include <algorithm>

#include "capture/file/capture_file.h"

namespace framescope {
namespace {

/// Places that are read in turn.
constexpr std::size_t kParts = 8;
constexpr std::size_t kFirstRead = std::size_t{32} << 10;
constexpr std::size_t kMostRead = std::size_t{256} << 10;
/// Read along in front of what was asked for: the order is not strict.
constexpr std::size_t kBefore = std::size_t{16} << 10;
/// Whoever goes on not farther than that behind a part reads on there.
constexpr std::size_t kBehind = FileWindow::kMaxView;

}  // namespace

/// The part to read into, and how much: the one that is read on, else the one that was not used for
/// longest.
FileWindow::Part& FileWindow::partFor(std::uint64_t offset, std::size_t& toRead) {
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        Part& part = m_parts[i];
        if (part.size == 0 || offset - part.begin > part.size + kBehind) continue;
        toRead = std::min(2 * std::max(part.buffer.size(), kFirstRead), kMostRead);
        m_current = i;
        return part;
    }
    toRead = kFirstRead;
    if (m_parts.size() < kParts) {
        m_current = m_parts.size();
        return m_parts.emplace_back();
    }
    const auto oldest = std::ranges::min_element(m_parts, {}, &Part::used);
    m_current = static_cast<std::size_t>(oldest - m_parts.begin());
    return *oldest;
}

ByteView FileWindow::viewElsewhere(const CaptureFile& file, std::uint64_t offset,
                                   std::size_t length) {
    ++m_turn;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (!m_parts[i].holds(offset, length)) continue;
        m_current = i;
        m_parts[i].used = m_turn;
        return m_parts[i].view(offset, length);
    }
    if (length > kMaxView || file.source().changed()) {
        m_parts.clear();
        return {};
    }
    std::size_t toRead = 0;
    Part& part = partFor(offset, toRead);
    part.used = m_turn;
    part.size = 0;
    part.buffer.resize(std::max(toRead, kBefore + length));
    part.begin = offset - std::min<std::uint64_t>(offset, kBefore);
    part.begin = std::max(part.begin, std::min(offset, file.source().firstReadable()));
    const auto read = file.source().readAt(part.begin, part.buffer);
    if (!read) return {};
    part.size = *read;
    return part.holds(offset, length) ? part.view(offset, length) : ByteView();
}

}  // namespace framescope
