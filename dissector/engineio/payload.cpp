#include "dissector/engineio/payload.h"

#include <algorithm>
#include <charconv>

#include "dissector/engineio/characters.h"

namespace framescope::engineio {
namespace {

constexpr char kSeparator = 0x1e;
constexpr auto kEndOfLength = static_cast<char>(0xff);
/// Digits a length may have; more are no length of anything that fits a body.
constexpr std::size_t kMaxDigits = 15;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Digits at `at` and the byte that ends them.
struct Length {
    ByteRange digits;
    std::uint64_t value = 0;
    bool cut = false;  ///< the payload ends inside
};

/// Nothing if there is no length. `zero` is the first digit: '0', or the byte 0.
std::optional<Length> lengthAt(std::string_view text, std::size_t at, char zero, char end) {
    Length length;
    std::size_t stop = at;
    while (stop < text.size() && stop - at <= kMaxDigits && text[stop] >= zero &&
           text[stop] <= zero + 9) {
        length.value = length.value * 10 + static_cast<std::uint64_t>(text[stop] - zero);
        ++stop;
    }
    length.digits = {at, stop};
    if (stop - at > kMaxDigits) return std::nullopt;
    if (stop == text.size()) {
        length.cut = true;
        return length;
    }
    if (stop == at || text[stop] != end) return std::nullopt;
    return length;
}

/// Whether every byte belongs to a packet that can be read.
bool readsWhole(std::string_view payload, Framing framing) {
    PayloadReader reader(payload, framing);
    bool any = false;
    while (const auto unit = reader.next()) {
        const auto content =
            unitContent(payload.substr(unit->range.begin, unit->range.size()), framing);
        if (!content || !packetOf(*content, {framing, Wrapping::None, false})) return false;
        any = true;
    }
    return any && reader.rest().empty();
}

}  // namespace

std::uint8_t UnitForm::toByte() const {
    return static_cast<std::uint8_t>(static_cast<int>(framing) | static_cast<int>(wrapping) << 2 |
                                     (doubleUtf8 ? 0x10 : 0));
}

UnitForm UnitForm::fromByte(std::uint8_t byte) {
    return {static_cast<Framing>(byte & 3),
            static_cast<Wrapping>(std::min(byte >> 2 & 3, static_cast<int>(Wrapping::Script))),
            (byte & 0x10) != 0};
}

std::optional<PayloadUnit> PayloadReader::fail(std::string_view why) {
    m_rest = {m_unit, m_payload.size()};
    m_fault = why;
    m_at = m_payload.size();
    return std::nullopt;
}

void PayloadReader::giveUp(std::string_view why) {
    fail(why);
}

/// The payload ends inside a unit.
std::optional<PayloadUnit> PayloadReader::cut(std::size_t packetAt, bool binary) {
    if (m_whole) return fail("the body ends inside a packet");
    m_at = m_payload.size();
    return PayloadUnit{{m_unit, m_at}, std::min(packetAt, m_at), binary, false};
}

std::optional<PayloadUnit> PayloadReader::next() {
    m_unit = m_at;
    switch (m_framing) {
        case Framing::Records:
            return nextRecord();
        case Framing::Lengths:
            return nextWithLength();
        case Framing::Binary:
            return nextBinary();
        case Framing::None:
            break;
    }
    return m_at < m_payload.size() ? fail("it is written in no known way") : std::nullopt;
}

std::optional<PayloadUnit> PayloadReader::nextRecord() {
    if (m_at != 0) {
        // Behind a packet stands the payload's end or a separator.
        if (m_at >= m_payload.size()) return std::nullopt;
        m_unit = ++m_at;
        if (m_at == m_payload.size() && !m_whole) return std::nullopt;
    } else if (m_payload.empty()) {
        return std::nullopt;
    }
    const std::size_t separator = m_payload.find(kSeparator, m_at);
    const std::size_t end = std::min(separator, m_payload.size());
    if (end == m_at) {
        m_unit -= m_unit == 0 ? 0 : 1;
        return fail("a packet is empty");
    }
    m_at = end;
    return PayloadUnit{
        {m_unit, end}, m_unit, false, separator != std::string_view::npos || m_whole};
}

std::optional<PayloadUnit> PayloadReader::nextWithLength() {
    while (m_at < m_payload.size()) {
        m_unit = m_at;
        const auto length = lengthAt(m_payload, m_at, '0', ':');
        if (!length) return fail("the length of a packet is missing");
        if (length->cut) return cut(m_payload.size(), false);
        const std::size_t begin = length->digits.end + 1;
        const auto end = skipUtf16(m_payload, begin, length->value);
        const bool open =
            end && !m_whole && *end == m_payload.size() && endsInsideCharacter(m_payload);
        if (!end || open) return cut(begin, false);
        m_at = *end;
        if (length->value != 0) return PayloadUnit{{m_unit, *end}, begin, false, true};
    }
    return std::nullopt;
}

std::optional<PayloadUnit> PayloadReader::nextBinary() {
    while (m_at < m_payload.size()) {
        m_unit = m_at;
        const char marker = m_payload[m_at];
        if (marker != 0 && marker != 1) return fail("a packet begins with neither 0 nor 1");
        const bool binary = marker == 1;
        const auto length = lengthAt(m_payload, m_at + 1, '\0', kEndOfLength);
        if (!length) return fail("the length of a packet is missing");
        if (length->cut) return cut(m_payload.size(), binary);
        const std::size_t begin = length->digits.end + 1;
        if (length->value > m_payload.size() - begin) return cut(begin, binary);
        m_at = begin + length->value;
        if (length->value != 0) return PayloadUnit{{m_unit, m_at}, begin, binary, true};
    }
    return std::nullopt;
}

std::optional<UnitContent> unitContent(std::string_view unit, Framing framing) {
    UnitContent content;
    if (framing == Framing::Lengths || framing == Framing::Binary) {
        const bool bytes = framing == Framing::Binary;
        if (bytes && unit.empty()) return std::nullopt;
        const auto length =
            bytes ? lengthAt(unit, 1, '\0', kEndOfLength) : lengthAt(unit, 0, '0', ':');
        if (!length || length->cut) return std::nullopt;
        content.binary = bytes && unit[0] == 1;
        content.length = length->value;
        content.lengthRange = length->digits;
        content.at = length->digits.end + 1;
    } else if (framing == Framing::None) {
        return std::nullopt;
    }
    content.packet = unit.substr(content.at);
    return content;
}

std::optional<Packet> packetOf(const UnitContent& content, UnitForm form) {
    if (content.binary) return parseBinary(asBytes(content.packet), form.revision());
    return parse(content.packet, form.revision());
}

std::optional<Framing> recogniseFraming(std::string_view payload, std::uint8_t revision,
                                        bool whole) {
    if (payload.empty()) return std::nullopt;
    const bool binary = (payload[0] == 0 || payload[0] == 1) && payload.size() > 1;
    if (binary && payload[1] >= 0 && payload[1] <= 9) return Framing::Binary;
    // A server of revision 3 may answer a client that asked for 4, so what reads whole comes before
    // what was asked for.
    if (isDigit(payload[0]) && readsWhole(payload, Framing::Lengths)) return Framing::Lengths;
    if (revision != 0 && revision < 4) {
        return isDigit(payload[0]) ? std::optional(Framing::Lengths) : std::nullopt;
    }
    if (revision == 0 && !whole && isDigit(payload[0])) {
        const auto length = lengthAt(payload, 0, '0', ':');
        if (length && !length->cut) return Framing::Lengths;
    }
    return parse(payload, 4) ? std::optional(Framing::Records) : std::nullopt;
}

void encodePayload(std::span<const EncodedPacket> packets, Framing framing, ByteWriter& out) {
    bool first = true;
    for (const EncodedPacket& packet : packets) {
        if (framing == Framing::Records) {
            if (!first) out.u8(static_cast<std::uint8_t>(kSeparator));
        } else if (framing == Framing::Lengths) {
            out.text(std::to_string(utf16Length(packet.bytes)) + ":");
        } else if (framing == Framing::Binary) {
            out.u8(packet.binary ? 1 : 0);
            for (const char digit : std::to_string(packet.bytes.size())) {
                out.u8(static_cast<std::uint8_t>(digit - '0'));
            }
            out.u8(0xff);
        }
        out.text(packet.bytes);
        first = false;
    }
}

}  // namespace framescope::engineio
