// A first byte is three bits of major type and five bits that say how the argument is written
// (RFC 8949 section 3).
#include "dissector/payload/cbor_reader.h"

#include <bit>
#include <cmath>
#include <limits>

namespace framescope {
namespace {

constexpr std::uint8_t kIndefinite = 31;
constexpr std::uint8_t kBreak = 0xff;

std::uint64_t readInteger(ByteView bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
    return value;
}

/// Bytes of the argument behind the first byte, for `info` below 28.
std::size_t argumentBytes(std::uint8_t info) {
    return info < 24 ? 0 : std::size_t{1} << (info - 24);
}

}  // namespace

bool CborReader::argument(std::uint8_t info, std::uint64_t& value) {
    if (info >= 28) {
        fail(m_item.range.begin, info == kIndefinite ? "this type has no indefinite length"
                                                     : "a reserved form of header");
        return false;
    }
    const std::size_t size = argumentBytes(info);
    if (size > left()) {
        fail(m_item.range.begin, "the value ends too early");
        return false;
    }
    value = size == 0 ? info : readInteger(m_bytes, m_at, size);
    m_at += size;
    // Section 4.1: an argument that would have fitted a shorter form.
    m_item.shortest = size == 0 || (size == 1 ? value >= 24 : value >> (4 * size) != 0);
    return true;
}

void CborReader::readItem() {
    const std::uint8_t first = m_bytes[m_at];
    if (first == kBreak) return closeAtBreak();
    ++m_at;
    const std::uint8_t major = first >> 5;
    const std::uint8_t info = first & 31;
    if (major == 7) return simpleOrFloat(info);
    if (info == kIndefinite) {
        if (major == 2 || major == 3) return chunks(major);
        if (major == 4) return open(ItemToken::ArrayBegin, 0, true);
        if (major == 5) return open(ItemToken::MapBegin, 0, true);
    }
    std::uint64_t value = 0;
    if (!argument(info, value)) return;
    m_item.number = value;
    switch (major) {
        case 0:
            m_item.token = ItemToken::Unsigned;
            return;
        case 1:
            m_item.token = ItemToken::Negative;
            return;
        case 2:
        case 3:
            m_item.token = major == 2 ? ItemToken::Binary : ItemToken::Text;
            takeContent(value);
            return;
        case 4:
            return open(ItemToken::ArrayBegin, value, false);
        case 5:
            return open(ItemToken::MapBegin, value, false);
        default:
            return open(ItemToken::TagBegin, 1, false);
    }
}

void CborReader::chunks(std::uint8_t major) {
    // Section 3.2.3: definite strings of the same major type, then a break. One token for all.
    const std::size_t begin = m_at;
    for (;;) {
        if (left() == 0) return fail(m_at, "the value ends too early");
        const std::size_t at = m_at;
        const std::uint8_t first = m_bytes[m_at++];
        if (first == kBreak) break;
        if (first >> 5 != major || (first & 31) == kIndefinite) {
            return fail(at, "a chunk of a string must be a string of the same type");
        }
        std::uint64_t size = 0;
        if (!argument(first & 31, size)) return;
        if (size > left()) return fail(at, "the length is greater than the bytes that are left");
        m_at += size;
    }
    m_item.token = major == 2 ? ItemToken::Binary : ItemToken::Text;
    m_item.indefinite = true;
    m_item.shortest = true;
    m_item.content = {begin, m_at - 1};
}

void CborReader::simpleOrFloat(std::uint8_t info) {
    std::uint64_t value = 0;
    if (!argument(info, value)) return;
    const bool shortest = m_item.shortest;
    m_item.shortest = true;
    m_item.number = value;
    switch (info) {
        case 20:
            m_item.token = ItemToken::False;
            return;
        case 21:
            m_item.token = ItemToken::True;
            return;
        case 22:
            m_item.token = ItemToken::Null;
            return;
        case 23:
            m_item.token = ItemToken::Undefined;
            return;
        case 24:
            // Section 3.3: two bytes for a value below 32 are not well-formed.
            if (value < 32) return fail(m_item.range.begin, "a simple value in too many bytes");
            m_item.token = ItemToken::Simple;
            m_item.shortest = shortest;
            return;
        case 25:
            m_item.real = halfToDouble(static_cast<std::uint16_t>(value));
            m_item.realBytes = 2;
            break;
        case 26:
            m_item.real =
                static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value)));
            m_item.realBytes = 4;
            break;
        case 27:
            m_item.real = std::bit_cast<double>(value);
            m_item.realBytes = 8;
            break;
        default:
            m_item.token = ItemToken::Simple;
            return;
    }
    m_item.token = ItemToken::Float;
    m_item.number = 0;
}

Bytes cborString(ByteView bytes, const Item& item) {
    const ByteView content = bytes.subspan(item.content.begin, item.content.size());
    if (!item.indefinite) return {content.begin(), content.end()};
    Bytes joined;
    for (std::size_t at = 0; at < content.size();) {
        const std::uint8_t info = content[at++] & 31;
        const std::size_t width = argumentBytes(info);
        const std::uint64_t size = width == 0 ? info : readInteger(content, at, width);
        at += width;
        const ByteView chunk = content.subspan(at, size);
        joined.insert(joined.end(), chunk.begin(), chunk.end());
        at += size;
    }
    return joined;
}

std::string_view cborTagName(std::uint64_t tag) {
    switch (tag) {
        case 0:
            return "date and time text";
        case 1:
            return "seconds since 1970";
        case 2:
            return "unsigned big number";
        case 3:
            return "negative big number";
        case 4:
            return "decimal fraction";
        case 5:
            return "big float";
        case 21:
            return "to be shown as base64url";
        case 22:
            return "to be shown as base64";
        case 23:
            return "to be shown as base16";
        case 24:
            return "encoded CBOR";
        case 32:
            return "URI";
        case 33:
            return "base64url text";
        case 34:
            return "base64 text";
        case 36:
            return "MIME message";
        case kCborSelfDescribed:
            return "self-described CBOR";
        default:
            return {};
    }
}

double halfToDouble(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 0x3ff;
    double value = 0;
    if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else if (exponent != 31) {
        value = std::ldexp(fraction + 1024, exponent - 25);
    } else {
        value = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace framescope
