// Writes MessagePack, each value in its shortest form; a container is a header, the caller appends
// as many values as it announced.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

class MsgpackWriter {
public:
    explicit MsgpackWriter(Bytes& out) : m_out(out) {}

    void nil() { m_out.u8(0xc0); }
    void boolean(bool value) { m_out.u8(value ? 0xc3 : 0xc2); }
    void unsignedInteger(std::uint64_t value);
    void integer(std::int64_t value);
    void float64(double value);
    void text(std::string_view value);
    void binary(ByteView value);
    void extension(std::int8_t type, ByteView value);
    void array(std::uint32_t elements);
    void map(std::uint32_t members);

private:
    /// A marker and a length in the smallest of the forms from `marker` on: 1, 2 or 4 bytes.
    void length(std::uint8_t marker, std::size_t size);

    ByteWriter m_out;
};

}  // namespace framescope
