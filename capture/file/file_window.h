// Parts of a capture's bytes in memory, for whoever reads packets again: one read brings many of
// them.
//
// Mostly they are read one behind the other. Where rows stand in the order of time and their
// packets do not, several places of the file are read in turn, each from front to back; each of
// them has a part of its own then. A part grows as long as reading goes on behind it, so that
// somebody who jumps about reads little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope {

class CaptureFile;

class FileWindow {
public:
    /// More than that is not given in one piece.
    static constexpr std::size_t kMaxView = std::size_t{64} << 10;

    /// The bytes at `offset`, valid until the next call; empty where they cannot be read, or are
    /// too many.
    ByteView view(const CaptureFile& file, std::uint64_t offset, std::size_t length) {
        if (m_current < m_parts.size() && m_parts[m_current].holds(offset, length)) {
            return m_parts[m_current].view(offset, length);
        }
        return viewElsewhere(file, offset, length);
    }

private:
    struct Part {
        Bytes buffer;
        std::uint64_t begin = 0;
        std::size_t size = 0;
        std::uint64_t used = 0;  ///< as m_turn was then

        bool holds(std::uint64_t offset, std::size_t length) const {
            // Below the part, the difference is greater than any size.
            const std::uint64_t at = offset - begin;
            return at < size && size - at >= length;
        }
        ByteView view(std::uint64_t offset, std::size_t length) const {
            return ByteView(buffer).subspan(static_cast<std::size_t>(offset - begin), length);
        }
    };

    ByteView viewElsewhere(const CaptureFile& file, std::uint64_t offset, std::size_t length);
    Part& partFor(std::uint64_t offset, std::size_t& toRead);

    std::vector<Part> m_parts;
    std::size_t m_current = 0;
    std::uint64_t m_turn = 0;
};

}  // namespace framescope
