#include "dissector/engineio/characters.h"

#include <algorithm>

#include "dissector/payload/utf8.h"

namespace framescope::engineio {
namespace {

/// One character, or the bytes that a decoder replaces together by one U+FFFD.
struct Step {
    std::size_t size = 1;
    std::uint64_t units = 1;
};

Step stepAt(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(at);
    if (first < 0xc2 || first > 0xf4) return {};
    const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    // Bounds of the second byte leave out overlong forms, surrogates and what lies beyond U+10FFFF.
    const std::uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    std::size_t good = 1;
    while (good < size && at + good < text.size()) {
        const std::uint8_t next = byte(at + good);
        if (next < (good == 1 ? low : 0x80) || next > (good == 1 ? high : 0xbf)) break;
        ++good;
    }
    return {good, good == 4 ? 2U : 1U};
}

}  // namespace

std::uint64_t utf16Length(std::string_view text) {
    std::uint64_t units = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Step step = stepAt(text, at);
        at += step.size;
        units += step.units;
    }
    return units;
}

std::optional<std::size_t> skipUtf16(std::string_view text, std::size_t from, std::uint64_t units) {
    std::size_t at = from;
    while (units > 0) {
        if (at >= text.size()) return std::nullopt;
        const Step step = stepAt(text, at);
        if (step.units > units) return std::nullopt;
        at += step.size;
        units -= step.units;
    }
    return at;
}

bool endsInsideCharacter(std::string_view text) {
    const std::size_t most = std::min<std::size_t>(text.size(), 3);
    for (std::size_t back = 1; back <= most; ++back) {
        const auto byte = static_cast<std::uint8_t>(text[text.size() - back]);
        if (byte < 0x80) return false;
        if (byte >= 0xc2) return back < (byte < 0xe0 ? 2U : byte < 0xf0 ? 3U : 4U);
    }
    return false;
}

std::optional<std::string> undoDoubleUtf8(std::string_view text) {
    const auto ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
    if (std::ranges::all_of(text, ascii)) return std::nullopt;
    std::string inner;
    inner.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<std::uint8_t>(text[at]);
        if (first < 0x80) {
            inner.push_back(text[at++]);
            continue;
        }
        // U+0080 to U+00FF are two bytes that begin with C2 or C3.
        if ((first != 0xc2 && first != 0xc3) || stepAt(text, at).size != 2) return std::nullopt;
        inner.push_back(static_cast<char>((first & 3) << 6 | (text[at + 1] & 0x3f)));
        at += 2;
    }
    if (!isValidUtf8(inner)) return std::nullopt;
    return inner;
}

std::string doDoubleUtf8(std::string_view text) {
    std::string outer;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) {
            outer.push_back(c);
        } else {
            outer.push_back(static_cast<char>(0xc0 | byte >> 6));
            outer.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
        }
    }
    return outer;
}

}  // namespace framescope::engineio
