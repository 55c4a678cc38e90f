// A part of a capture's bytes in memory, for whoever reads packets again in order: one read brings
// many of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dissector/core/bytes.h"

namespace framescope {

class CaptureFile;

class FileWindow {
public:
    /// More than that is not given in one piece.
    static constexpr std::size_t kMaxView = std::size_t{64} << 10;

    /// The bytes at `offset`, valid until the next call; empty where they cannot be read, or are
    /// too many.
    ByteView view(const CaptureFile& file, std::uint64_t offset, std::size_t length);

private:
    Bytes m_buffer;
    std::uint64_t m_begin = 0;
    std::size_t m_size = 0;
};

}  // namespace framescope
