#include "capture/file/read_ahead.h"

namespace framescope {
namespace {

thread_local ReadAhead* t_here = nullptr;

}  // namespace

ReadAhead::Use::Use(ReadAhead& ahead) : m_before(t_here) {
    t_here = &ahead;
}

ReadAhead::Use::~Use() {
    t_here = m_before;
}

ReadAhead* ReadAhead::here() {
    return t_here;
}

ByteView ReadAhead::view(const CaptureFile& file, std::uint64_t offset, std::size_t length) {
    if (m_file == nullptr) m_file = &file;
    // What is too long for the window is no reason to give up what it holds.
    if (m_file != &file || length > FileWindow::kMaxView) return {};
    return m_window.view(file, offset, length);
}

}  // namespace framescope
