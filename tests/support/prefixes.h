// The three ways every parser's case table is fed: whole, byte by byte and with bytes behind.
#pragma once

#include <string>
#include <string_view>

#include <QByteArray>
#include <QtTest>

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"

namespace framescope::test {

/// Bytes of a text with any characters.
inline Bytes bytesOf(std::string_view text) {
    const ByteView view = asBytes(text);
    return {view.begin(), view.end()};
}

/// Bytes of "81 05 48", white space ignored.
inline Bytes fromHex(const char* digits) {
    const QByteArray raw = QByteArray::fromHex(QByteArray(digits));
    return {raw.begin(), raw.end()};
}

/// Runs `parse` on `unit` whole, on every prefix and with bytes behind. Every prefix must ask for
/// more than it has and for no more than the unit's size. Returns "" or what went wrong.
template <typename Parse>
std::string checkPrefixes(const Bytes& unit, Parse parse) {
    const auto whole = parse(ByteView(unit));
    if (!whole) return "not complete when given whole";
    if (whole.consumed() != unit.size()) return "does not consume the whole unit";
    std::size_t asked = 0;
    for (std::size_t size = 0; size < unit.size(); ++size) {
        const auto part = parse(ByteView(unit).first(size));
        if (part) return "complete after " + std::to_string(size) + " bytes";
        if (part.needed() <= size) return "asks for nothing at " + std::to_string(size);
        if (part.needed() > unit.size()) return "asks for too much at " + std::to_string(size);
        if (part.needed() < asked) return "asks for less than before at " + std::to_string(size);
        asked = part.needed();
    }
    Bytes longer = unit;
    for (int i = 0; i < 40; ++i) longer.push_back(static_cast<std::uint8_t>(i * 37));
    const auto behind = parse(ByteView(longer));
    if (!behind || behind.consumed() != unit.size()) return "disturbed by bytes behind";
    if (!(*behind == *whole)) return "another value with bytes behind";
    return {};
}

/// A small generator of bytes that is the same on every machine.
class Noise {
public:
    explicit Noise(std::uint32_t seed) : m_state(seed * 2654435761u + 1) {}
    std::uint32_t next() {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 17;
        m_state ^= m_state << 5;
        return m_state;
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(next() >> 11); }
    std::size_t below(std::size_t bound) { return next() % bound; }

private:
    std::uint32_t m_state;
};

}  // namespace framescope::test
