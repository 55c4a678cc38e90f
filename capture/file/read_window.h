// A window that slides forward over a byte source, filled in large blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "capture/file/byte_source.h"
#include "capture/file/unset_bytes.h"
#include "dissector/core/bytes.h"

namespace framescope {

class ReadWindow {
public:
    explicit ReadWindow(ByteSource& source) : m_source(source) {}

    /// The `length` bytes at `offset`, fewer only where the source ends or fails (see error()).
    /// Valid until the next call. Memory grows with the bytes that come, not with `length`.
    ByteView view(std::uint64_t offset, std::size_t length) {
        // Below the window, the difference is greater than any size.
        const std::uint64_t at = offset - m_begin;
        if (at < m_size && m_size - at >= length) {
            return {m_buffer.data() + at, length};
        }
        return viewBeyond(offset, length);
    }

    /// The sentence of the last read that failed, or empty.
    const std::string& error() const { return m_error; }

private:
    ByteView viewBeyond(std::uint64_t offset, std::size_t length);
    std::size_t present(std::uint64_t offset) const {
        if (offset < m_begin || offset - m_begin >= m_size) return 0;
        return m_size - static_cast<std::size_t>(offset - m_begin);
    }
    void slideTo(std::uint64_t offset);
    bool readBlock();

    ByteSource& m_source;
    UnsetBytes m_buffer;        // Its size is room; m_size of it are filled.
    std::uint64_t m_begin = 0;  // Position in the source of m_buffer[0].
    std::size_t m_size = 0;
    std::string m_error;
};

}  // namespace framescope
