// A tag, then a value as its wire type says; numbers of open groups wait on a stack.
#include "dissector/payload/protobuf_reader.h"

namespace framescope {
namespace {

constexpr std::size_t kMaxVarintBytes = 10;

std::uint64_t readLittleEndian(ByteView bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | bytes[at + i - 1];
    return value;
}

}  // namespace

std::string_view wireTypeName(WireType type) {
    switch (type) {
        case WireType::Varint:
            return "varint";
        case WireType::Fixed64:
            return "64-bit";
        case WireType::Length:
            return "length-delimited";
        case WireType::GroupBegin:
            return "group";
        case WireType::GroupEnd:
            return "end of group";
        case WireType::Fixed32:
            return "32-bit";
    }
    return "unknown";
}

std::optional<std::uint64_t> readVarint(ByteView bytes, std::size_t& at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kMaxVarintBytes && at + i < bytes.size(); ++i) {
        const std::uint8_t byte = bytes[at + i];
        value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            at += i + 1;
            return value;
        }
    }
    return std::nullopt;
}

std::size_t varintSize(std::uint64_t value) {
    std::size_t size = 1;
    while ((value >>= 7) != 0) ++size;
    return size;
}

ProtobufToken ProtobufReader::fail(std::uint64_t position, std::string_view sentence) {
    m_failed = true;
    m_error = {position, sentence};
    m_field = {};
    m_field.range = m_field.content = {position, position};
    return ProtobufToken::Error;
}

std::optional<std::uint64_t> ProtobufReader::varint() {
    const std::size_t begin = m_at;
    const auto number = readVarint(m_bytes, m_at);
    if (number && m_at - begin != varintSize(*number)) m_field.shortest = false;
    return number;
}

ProtobufToken ProtobufReader::next() {
    if (m_failed) return ProtobufToken::Error;
    const std::size_t begin = m_at;
    m_field = {};
    m_field.range = m_field.content = {begin, begin};
    if (begin == m_bytes.size()) {
        if (m_depth > 0) return fail(begin, "a group is not ended");
        return ProtobufToken::End;
    }
    const auto tag = varint();
    if (!tag) return fail(begin, "the tag is no complete number");
    if (*tag >> 3 == 0 || *tag >> 3 > kMaxProtobufField) {
        return fail(begin, "a field number must be between 1 and 536870911");
    }
    if ((*tag & 7) > 5) return fail(begin, "the wire type is none of the six");
    m_field.number = static_cast<std::uint32_t>(*tag >> 3);
    m_field.type = static_cast<WireType>(*tag & 7);
    return value(begin);
}

ProtobufToken ProtobufReader::value(std::size_t begin) {
    const std::size_t at = m_at;
    std::uint64_t size = 0;
    switch (m_field.type) {
        case WireType::Varint: {
            const auto number = varint();
            if (!number) return fail(at, "the number has no end within ten bytes");
            m_field.value = *number;
            m_field.content = {at, m_at};
            m_field.range = {begin, m_at};
            return ProtobufToken::Field;
        }
        case WireType::Fixed64:
            size = 8;
            break;
        case WireType::Fixed32:
            size = 4;
            break;
        case WireType::Length: {
            const auto length = varint();
            if (!length) return fail(at, "the length is no complete number");
            size = *length;
            break;
        }
        case WireType::GroupBegin:
            if (m_depth == kMaxProtobufDepth) return fail(begin, "nested too deep");
            m_groups[m_depth++] = m_field.number;
            m_field.range = {begin, m_at};
            return ProtobufToken::GroupBegin;
        case WireType::GroupEnd:
            if (m_depth == 0 || m_groups[m_depth - 1] != m_field.number) {
                return fail(begin, "a group ends that was not begun");
            }
            --m_depth;
            m_field.range = {begin, m_at};
            return ProtobufToken::GroupEnd;
    }
    if (size > m_bytes.size() - m_at) return fail(at, "the value is longer than what is left");
    m_field.content = {m_at, m_at + size};
    if (m_field.type != WireType::Length) m_field.value = readLittleEndian(m_bytes, m_at, size);
    m_at += size;
    m_field.range = {begin, m_at};
    return ProtobufToken::Field;
}

std::optional<ProtobufError> checkProtobuf(ByteView bytes) {
    ProtobufReader reader(bytes);
    for (;;) {
        switch (reader.next()) {
            case ProtobufToken::Error:
                return reader.error();
            case ProtobufToken::End:
                return std::nullopt;
            default:
                break;
        }
    }
}

}  // namespace framescope
