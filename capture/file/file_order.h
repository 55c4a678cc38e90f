// Integers in the byte order of a capture file, which is that of the machine that wrote it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dissector/core/bytes.h"

namespace framescope {

/// Reads integers of one byte order at positions that the caller has checked.
class FileOrder {
public:
    explicit FileOrder(bool bigEndian) : m_bigEndian(bigEndian) {}

    bool bigEndian() const { return m_bigEndian; }

    std::uint16_t u16(ByteView bytes, std::size_t at) const {
        const std::uint16_t v = readBe16(bytes.data() + at);
        return m_bigEndian ? v : static_cast<std::uint16_t>(v >> 8 | v << 8);
    }
    std::uint32_t u32(ByteView bytes, std::size_t at) const {
        return m_bigEndian ? readBe32(bytes.data() + at)
                           : __builtin_bswap32(readBe32(bytes.data() + at));
    }
    std::uint64_t u64(ByteView bytes, std::size_t at) const {
        return m_bigEndian ? readBe64(bytes.data() + at)
                           : __builtin_bswap64(readBe64(bytes.data() + at));
    }

private:
    bool m_bigEndian;
};

}  // namespace framescope
