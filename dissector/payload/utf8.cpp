// The bulk of a piece is judged many bytes at a time (utf8_bulk.h); a small automaton (the table of
// RFC 3629 section 4 as "bytes missing, bounds of the next one") carries a character across pieces
// and finds the exact place of what was rejected there.
#include "dissector/payload/utf8.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "dissector/payload/utf8_bulk.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace framescope {
namespace {

/// What a first byte asks of the bytes behind it.
struct Lead {
    std::uint8_t missing;  ///< continuation bytes; 0xff: not a first byte
    std::uint8_t low;      ///< bounds of the first continuation byte
    std::uint8_t high;
};

constexpr std::uint8_t kNoLead = 0xff;

/// Most text on the wire is short and has nothing else: not worth the call of a validator. What is
/// left behind the last whole block is looked at as one more that overlaps it.
bool isAscii(ByteView bytes) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const std::uint8_t* const p = bytes.data();
    const std::size_t size = bytes.size();
    std::size_t at = 0;
#ifdef __SSE2__
    constexpr std::size_t kBlock = sizeof(__m128i);
    if (size >= kBlock) {
        const auto block = [p](std::size_t from) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + from));
        };
        for (; at + 4 * kBlock <= size; at += 4 * kBlock) {
            const __m128i front = _mm_or_si128(block(at), block(at + kBlock));
            const __m128i back = _mm_or_si128(block(at + 2 * kBlock), block(at + 3 * kBlock));
            if (_mm_movemask_epi8(_mm_or_si128(front, back)) != 0) return false;
        }
        __m128i seen = block(size - kBlock);
        for (; at + kBlock <= size; at += kBlock) seen = _mm_or_si128(seen, block(at));
        return _mm_movemask_epi8(seen) == 0;
    }
#endif
    const auto word = [p](std::size_t from) {
        std::uint64_t found;
        std::memcpy(&found, p + from, kWord);
        return found;
    };
    std::uint64_t seen = 0;
    if (size >= kWord) {
        seen = word(size - kWord);
        for (; at + kWord <= size; at += kWord) seen |= word(at);
    } else {
        for (; at < size; ++at) seen |= p[at];
    }
    return (seen & kHighBits) == 0;
}

constexpr Lead leadOf(std::uint8_t byte) {
    if (byte < 0x80) return {0, 0x80, 0xbf};
    if (byte < 0xc2) return {kNoLead, 0, 0};  // continuation bytes and overlong forms
    if (byte < 0xe0) return {1, 0x80, 0xbf};
    if (byte == 0xe0) return {2, 0xa0, 0xbf};
    if (byte == 0xed) return {2, 0x80, 0x9f};  // leaves out the surrogates
    if (byte < 0xf0) return {2, 0x80, 0xbf};
    if (byte == 0xf0) return {3, 0x90, 0xbf};
    if (byte < 0xf4) return {3, 0x80, 0xbf};
    if (byte == 0xf4) return {3, 0x80, 0x8f};  // ends at U+10FFFF
    return {kNoLead, 0, 0};
}

/// Bytes at the end of `bytes` that begin a character without ending it, at most three.
std::size_t openTail(ByteView bytes) {
    const std::size_t limit = std::min<std::size_t>(bytes.size(), 3);
    for (std::size_t back = 1; back <= limit; ++back) {
        const std::uint8_t byte = bytes[bytes.size() - back];
        if (byte < 0x80) return 0;
        if (byte < 0xc0) continue;
        const std::uint8_t missing = leadOf(byte).missing;
        return missing == kNoLead || missing >= back ? back : 0;
    }
    return 0;
}

/// A character, or the bytes that are none and are replaced together (the "maximal subpart" of the
/// Unicode standard, section 3.9).
struct Character {
    char32_t code = 0;
    std::size_t size = 0;
    bool valid = false;
};

Character characterAt(std::string_view text, std::size_t at) {
    const auto first = static_cast<std::uint8_t>(text[at]);
    Lead lead = leadOf(first);
    if (lead.missing == kNoLead) return {0, 1, false};
    Character character{first, 1, true};
    if (lead.missing > 0) character.code = first & (0x3f >> lead.missing);
    for (; lead.missing > 0; --lead.missing) {
        const std::size_t next = at + character.size;
        const auto byte = next < text.size() ? static_cast<std::uint8_t>(text[next]) : 0;
        if (byte < lead.low || byte > lead.high) return {0, character.size, false};
        character.code = character.code << 6 | (byte & 0x3f);
        ++character.size;
        lead.low = 0x80;
        lead.high = 0xbf;
    }
    return character;
}

std::string hexEscape(char kind, char32_t code, int digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text{'\\', kind};
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kDigits[code >> shift & 15];
    return text;
}

/// Characters that break a line or turn its direction.
bool breaksLine(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xfeff;
}

std::string escaped(char32_t code) {
    switch (code) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return code < 0x80 ? hexEscape('x', code, 2) : hexEscape('u', code, 4);
    }
}

/// How many characters at the beginning are ASCII that is shown as it is.
std::size_t plainAscii(std::string_view text) {
    std::size_t count = 0;
#ifdef __SSE2__
    for (; text.size() - count >= 16; count += 16) {
        const __m128i bytes =
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + count));
        // As signed numbers, bytes beyond ASCII are below all others.
        const __m128i shown = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)),
                                               _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1f)));
        const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(shown)) & 0xffffU;
        if (others != 0) return count + static_cast<std::size_t>(std::countr_zero(others));
    }
#endif
    while (count < text.size() && text[count] >= 0x20 && text[count] < 0x7f) ++count;
    return count;
}

constexpr std::string_view kEllipsis = "\u2026";
constexpr std::string_view kReplacement = "\ufffd";

}  // namespace

bool Utf8Validator::step(std::uint8_t byte) {
    if (m_missing == 0) {
        const Lead lead = leadOf(byte);
        if (lead.missing == kNoLead) {
            m_invalidAt = m_position;
            return false;
        }
        m_charStart = m_position;
        m_missing = lead.missing;
        m_low = lead.low;
        m_high = lead.high;
    } else {
        if (byte < m_low || byte > m_high) {
            m_invalidAt = m_position;
            return false;
        }
        --m_missing;
        m_low = 0x80;
        m_high = 0xbf;
    }
    ++m_position;
    return true;
}

bool Utf8Validator::feed(ByteView bytes) {
    if (m_invalidAt) return false;
    if (m_missing == 0 && isAscii(bytes)) {
        m_position += bytes.size();
        return true;
    }
    std::size_t i = 0;
    while (i < bytes.size() && m_missing > 0) {
        if (!step(bytes[i++])) return false;
    }
    const ByteView rest = bytes.subspan(i);
    const std::size_t bulk = rest.size() - openTail(rest);
    if (bulk > 0 && isUtf8InBulk(rest.first(bulk))) {
        m_position += bulk;
        i += bulk;
    }
    while (i < bytes.size()) {
        if (!step(bytes[i++])) return false;
    }
    return true;
}

bool Utf8Validator::finish() {
    if (!m_invalidAt && m_missing > 0) m_invalidAt = m_charStart;
    return !m_invalidAt;
}

std::optional<std::uint64_t> findInvalidUtf8(std::string_view text) {
    Utf8Validator validator;
    if (validator.feed(asBytes(text)) && validator.finish()) return std::nullopt;
    return validator.invalidAt();
}

bool isPrintableText(std::string_view text) {
    const auto isControl = [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t');
    };
    return std::ranges::none_of(text, isControl) && isValidUtf8(text);
}

std::string printable(std::string_view text, std::size_t maxChars) {
    std::string line;
    if (maxChars == 0) return line;
    std::size_t chars = 0;  // in `line`
    std::size_t cut = 0;    // where `line` can end with an ellipsis behind it
    for (std::size_t i = 0; i < text.size();) {
        // A run of plain ASCII that leaves room behind it goes over as it is.
        const std::size_t room = maxChars - chars;
        const std::size_t run = room < 2 ? 0 : plainAscii(text.substr(i, room - 1));
        if (run > 0) {
            line += text.substr(i, run);
            i += run;
            chars += run;
            cut = line.size();
            continue;
        }
        const Character character = characterAt(text, i);
        std::size_t width = 1;
        if (!character.valid) {
            line += kReplacement;
        } else if (breaksLine(character.code)) {
            const std::string escape = escaped(character.code);
            line += escape;
            width = escape.size();
        } else {
            line += text.substr(i, character.size);
        }
        i += character.size;
        chars += width;
        if (chars < maxChars) cut = line.size();
        if (chars > maxChars || (chars == maxChars && i < text.size())) {
            line.resize(cut);
            line += kEllipsis;
            return line;
        }
    }
    return line;
}

std::string replaceInvalidUtf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const Character character = characterAt(text, i);
        valid += character.valid ? text.substr(i, character.size) : kReplacement;
        i += character.size;
    }
    return valid;
}

std::string elided(std::string line, std::size_t maxChars) {
    if (line.size() <= maxChars) return line;
    if (maxChars == 0) return {};
    std::size_t chars = 0;
    std::size_t cut = line.size();
    for (std::size_t i = 0; i < line.size(); ++i) {
        if ((line[i] & 0xc0) == 0x80) continue;
        if (chars == maxChars - 1) cut = i;
        if (++chars > maxChars) {
            line.resize(cut);
            line += kEllipsis;
            break;
        }
    }
    return line;
}

std::string groupedDigits(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ' ');
    return digits;
}

std::string byteCountText(std::uint64_t count) {
    return groupedDigits(count) + (count == 1 ? " byte" : " bytes");
}

}  // namespace framescope
