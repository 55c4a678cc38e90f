// The table of first bytes of the MessagePack specification ("Formats / Overview"). 0xc1 is the one
// byte that begins nothing.
#include "dissector/payload/msgpack_reader.h"

#include <bit>

namespace framescope {

std::optional<std::uint64_t> MsgpackReader::integer(std::size_t size) {
    if (size > left()) {
        fail(m_item.range.begin, "the value ends too early");
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | m_bytes[m_at + i];
    m_at += size;
    return value;
}

void MsgpackReader::number(ItemToken token, std::uint64_t value, std::uint64_t shorterUpTo) {
    m_item.token = token;
    m_item.number = value;
    m_item.shortest = value > shorterUpTo;
}

void MsgpackReader::signedNumber(std::int64_t value, std::int64_t shorterFrom,
                                 std::uint64_t shorterUpTo) {
    if (value >= 0) {
        // Encoders write a signed form for positive values too.
        return number(ItemToken::Unsigned, static_cast<std::uint64_t>(value), shorterUpTo);
    }
    m_item.token = ItemToken::Negative;
    m_item.number = static_cast<std::uint64_t>(-(value + 1));
    m_item.shortest = value < shorterFrom;
}

void MsgpackReader::string(ItemToken token, std::size_t lengthBytes, std::uint64_t shorterUpTo) {
    const auto size = integer(lengthBytes);
    if (!size) return;
    m_item.token = token;
    m_item.shortest = *size > shorterUpTo;
    takeContent(*size);
}

void MsgpackReader::extension(std::uint64_t size) {
    const auto type = integer(1);
    if (!type) return;
    m_item.token = ItemToken::Extension;
    m_item.number = *type;
    takeContent(size);
}

void MsgpackReader::readItem() {
    const std::uint8_t first = m_bytes[m_at++];
    if (first < 0x80) {
        m_item.token = ItemToken::Unsigned;
        m_item.number = first;
        return;
    }
    if (first < 0x90) return open(ItemToken::MapBegin, first & 0x0f, false);
    if (first < 0xa0) return open(ItemToken::ArrayBegin, first & 0x0f, false);
    if (first < 0xc0) {
        m_item.token = ItemToken::Text;
        takeContent(first & 0x1f);
        return;
    }
    if (first >= 0xe0) return signedNumber(static_cast<std::int8_t>(first), 0, 0);
    switch (first) {
        case 0xc0:
            m_item.token = ItemToken::Null;
            return;
        case 0xc2:
            m_item.token = ItemToken::False;
            return;
        case 0xc3:
            m_item.token = ItemToken::True;
            return;
        case 0xc4:
            return string(ItemToken::Binary, 1, 0);
        case 0xc5:
            return string(ItemToken::Binary, 2, 0xff);
        case 0xc6:
            return string(ItemToken::Binary, 4, 0xffff);
        case 0xc7:
        case 0xc8:
        case 0xc9:
            if (const auto size = integer(std::size_t{1} << (first - 0xc7))) extension(*size);
            return;
        case 0xca:
            if (const auto bits = integer(4)) {
                m_item.token = ItemToken::Float;
                m_item.real =
                    static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(*bits)));
                m_item.realBytes = 4;
            }
            return;
        case 0xcb:
            if (const auto bits = integer(8)) {
                m_item.token = ItemToken::Float;
                m_item.real = std::bit_cast<double>(*bits);
                m_item.realBytes = 8;
            }
            return;
        case 0xcc:
            if (const auto value = integer(1)) number(ItemToken::Unsigned, *value, 0x7f);
            return;
        case 0xcd:
            if (const auto value = integer(2)) number(ItemToken::Unsigned, *value, 0xff);
            return;
        case 0xce:
            if (const auto value = integer(4)) number(ItemToken::Unsigned, *value, 0xffff);
            return;
        case 0xcf:
            if (const auto value = integer(8)) number(ItemToken::Unsigned, *value, 0xffffffff);
            return;
        case 0xd0:
            if (const auto value = integer(1)) {
                signedNumber(static_cast<std::int8_t>(*value), -32, 0x7f);
            }
            return;
        case 0xd1:
            if (const auto value = integer(2)) {
                signedNumber(static_cast<std::int16_t>(*value), -128, 0xff);
            }
            return;
        case 0xd2:
            if (const auto value = integer(4)) {
                signedNumber(static_cast<std::int32_t>(*value), -32768, 0xffff);
            }
            return;
        case 0xd3:
            if (const auto value = integer(8)) {
                signedNumber(static_cast<std::int64_t>(*value), -2147483648LL, 0xffffffff);
            }
            return;
        case 0xd4:
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
            return extension(std::uint64_t{1} << (first - 0xd4));
        case 0xd9:
            return string(ItemToken::Text, 1, 31);
        case 0xda:
            return string(ItemToken::Text, 2, 0xff);
        case 0xdb:
            return string(ItemToken::Text, 4, 0xffff);
        case 0xdc:
        case 0xdd:
            if (const auto count = integer(first == 0xdc ? 2 : 4)) {
                m_item.shortest = *count > (first == 0xdc ? 15U : 0xffffU);
                open(ItemToken::ArrayBegin, *count, false);
            }
            return;
        case 0xde:
        case 0xdf:
            if (const auto count = integer(first == 0xde ? 2 : 4)) {
                m_item.shortest = *count > (first == 0xde ? 15U : 0xffffU);
                open(ItemToken::MapBegin, *count, false);
            }
            return;
        default:
            fail(m_item.range.begin, "the byte c1 begins no value");
    }
}

std::optional<MsgpackTime> parseMsgpackTime(ByteView content) {
    MsgpackTime time;
    switch (content.size()) {
        case 4:
            time.seconds = readBe32(content.data());
            break;
        case 8: {
            const std::uint64_t both = readBe64(content.data());
            time.nanoseconds = static_cast<std::uint32_t>(both >> 34);
            time.seconds = static_cast<std::int64_t>(both & 0x3ffffffffULL);
            break;
        }
        case 12:
            time.nanoseconds = readBe32(content.data());
            time.seconds = static_cast<std::int64_t>(readBe64(content.data() + 4));
            break;
        default:
            return std::nullopt;
    }
    if (time.nanoseconds > 999'999'999) return std::nullopt;
    return time;
}

}  // namespace framescope
