// The markers of the specification's table, smallest form first.
#include "dissector/payload/msgpack_writer.h"

#include <bit>

namespace framescope {

void MsgpackWriter::unsignedInteger(std::uint64_t value) {
    if (value < 0x80) {
        m_out.u8(static_cast<std::uint8_t>(value));
    } else if (value <= 0xff) {
        m_out.u8(0xcc);
        m_out.u8(static_cast<std::uint8_t>(value));
    } else if (value <= 0xffff) {
        m_out.u8(0xcd);
        m_out.be16(static_cast<std::uint16_t>(value));
    } else if (value <= 0xffffffff) {
        m_out.u8(0xce);
        m_out.be32(static_cast<std::uint32_t>(value));
    } else {
        m_out.u8(0xcf);
        m_out.be64(value);
    }
}

void MsgpackWriter::integer(std::int64_t value) {
    if (value >= 0) return unsignedInteger(static_cast<std::uint64_t>(value));
    if (value >= -32) {
        m_out.u8(static_cast<std::uint8_t>(value));
    } else if (value >= INT8_MIN) {
        m_out.u8(0xd0);
        m_out.u8(static_cast<std::uint8_t>(value));
    } else if (value >= INT16_MIN) {
        m_out.u8(0xd1);
        m_out.be16(static_cast<std::uint16_t>(value));
    } else if (value >= INT32_MIN) {
        m_out.u8(0xd2);
        m_out.be32(static_cast<std::uint32_t>(value));
    } else {
        m_out.u8(0xd3);
        m_out.be64(static_cast<std::uint64_t>(value));
    }
}

void MsgpackWriter::float64(double value) {
    m_out.u8(0xcb);
    m_out.be64(std::bit_cast<std::uint64_t>(value));
}

void MsgpackWriter::length(std::uint8_t marker, std::size_t size) {
    if (size <= 0xff) {
        m_out.u8(marker);
        m_out.u8(static_cast<std::uint8_t>(size));
    } else if (size <= 0xffff) {
        m_out.u8(static_cast<std::uint8_t>(marker + 1));
        m_out.be16(static_cast<std::uint16_t>(size));
    } else {
        m_out.u8(static_cast<std::uint8_t>(marker + 2));
        m_out.be32(static_cast<std::uint32_t>(size));
    }
}

void MsgpackWriter::text(std::string_view value) {
    if (value.size() < 32) {
        m_out.u8(static_cast<std::uint8_t>(0xa0 | value.size()));
    } else {
        length(0xd9, value.size());
    }
    m_out.text(value);
}

void MsgpackWriter::binary(ByteView value) {
    length(0xc4, value.size());
    m_out.bytes(value);
}

void MsgpackWriter::extension(std::int8_t type, ByteView value) {
    if (std::has_single_bit(value.size()) && value.size() <= 16) {
        m_out.u8(static_cast<std::uint8_t>(0xd4 + std::countr_zero(value.size())));
    } else {
        length(0xc7, value.size());
    }
    m_out.u8(static_cast<std::uint8_t>(type));
    m_out.bytes(value);
}

void MsgpackWriter::array(std::uint32_t elements) {
    if (elements < 16) {
        m_out.u8(static_cast<std::uint8_t>(0x90 | elements));
    } else if (elements <= 0xffff) {
        m_out.u8(0xdc);
        m_out.be16(static_cast<std::uint16_t>(elements));
    } else {
        m_out.u8(0xdd);
        m_out.be32(elements);
    }
}

void MsgpackWriter::map(std::uint32_t members) {
    if (members < 16) {
        m_out.u8(static_cast<std::uint8_t>(0x80 | members));
    } else if (members <= 0xffff) {
        m_out.u8(0xde);
        m_out.be16(static_cast<std::uint16_t>(members));
    } else {
        m_out.u8(0xdf);
        m_out.be32(members);
    }
}

}  // namespace framescope
