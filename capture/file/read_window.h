// A window that slides forward over a byte source, filled in large blocks, on another thread if
// that is wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "capture/file/blocks_ahead.h"
#include "capture/file/byte_source.h"
#include "capture/file/unset_bytes.h"
#include "dissector/core/bytes.h"

namespace framescope {

class ReadWindow {
public:
    explicit ReadWindow(ByteSource& source) : m_source(source) {}
    ReadWindow(const ReadWindow&) = delete;
    ReadWindow& operator=(const ReadWindow&) = delete;

    /// The `length` bytes at `offset`, fewer only where the source ends or fails (see error()).
    /// Valid until the next call. Memory grows with the bytes that come, not with `length`.
    ByteView view(std::uint64_t offset, std::size_t length) {
        // Below the window, the difference is greater than any size.
        const std::uint64_t at = offset - m_begin;
        if (at < m_size && m_size - at >= length) {
            return {m_data + at, length};
        }
        return viewBeyond(offset, length);
    }

    /// From the next block on another thread reads (BlocksAhead), for as long as the source is gone
    /// through from front to back in steps that are no longer than its blocks.
    void readAhead() { m_readsAhead = !m_ahead; }

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
    bool takeBlock(std::uint64_t offset, std::size_t length);
    void beginAhead();
    void leaveBlocks();

    ByteSource& m_source;
    bool m_readsAhead = false;             // It is wanted, and has not begun.
    std::unique_ptr<BlocksAhead> m_ahead;  // Its next block goes on where this ends.
    UnsetBytes m_buffer;             // Its size is room; empty while a block of m_ahead is in use.
    std::uint8_t* m_data = nullptr;  // Of m_buffer, or of that block.
    std::uint64_t m_begin = 0;       // Position in the source of m_data[0].
    std::size_t m_size = 0;          // Bytes from there on that are filled.
    std::string m_error;
};

}  // namespace framescope
