// UTF-8 (RFC 3629): a validator for streams, and wire text made fit for one line on a screen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

/// Validates text that comes in pieces, cut anywhere. Rejects overlong forms, surrogates and what
/// lies beyond U+10FFFF.
class Utf8Validator {
public:
    /// Reads on; false from the first invalid byte on.
    bool feed(ByteView bytes);
    /// The text ends here; false if it was invalid or ends inside a character.
    bool finish();
    /// Position of the first byte that cannot stand where it stands; for an end inside a
    /// character, that of the character's first byte.
    std::optional<std::uint64_t> invalidAt() const { return m_invalidAt; }
    void reset() {
        // Each member by itself: one copy of a whole value that was just put together from its
        // parts keeps the processor waiting.
        m_position = 0;
        m_invalidAt.reset();
        m_missing = 0;
    }
    /// Reads on over bytes of which the caller knows that they are ASCII; false where that says
    /// nothing, since something is amiss already or a character is open: then feed() them.
    bool passAscii(std::size_t size) {
        if (m_missing != 0 || m_invalidAt) return false;
        m_position += size;
        return true;
    }

private:
    bool step(std::uint8_t byte);

    std::uint64_t m_position = 0;  ///< of the next byte
    std::uint64_t m_charStart = 0;
    std::optional<std::uint64_t> m_invalidAt;
    std::uint8_t m_missing = 0;  ///< continuation bytes still to come
    std::uint8_t m_low = 0x80;   ///< bounds of the next one
    std::uint8_t m_high = 0xbf;
};

/// Position of the first invalid byte of a whole text; nothing if it is valid.
std::optional<std::uint64_t> findInvalidUtf8(std::string_view text);
inline bool isValidUtf8(std::string_view text) {
    return !findInvalidUtf8(text);
}

/// Whether a text is valid UTF-8 without control characters other than tab and line breaks.
bool isPrintableText(std::string_view text);

/// Any bytes as one line of valid UTF-8 of at most `maxChars` characters: control characters as
/// \n or \x00, bytes that are no UTF-8 as U+FFFD, the rest as it is; … at the end where it was cut.
std::string printable(std::string_view text, std::size_t maxChars = 200);

/// Any bytes as valid UTF-8: bytes that are none as U+FFFD, all else as it is.
std::string replaceInvalidUtf8(std::string_view text);

/// Puts an ellipsis at the end of a line of valid UTF-8 that has more than `maxChars` characters.
std::string elided(std::string line, std::size_t maxChars);

/// 2048 as "2 048": groups of three digits.
std::string groupedDigits(std::uint64_t number);
/// "1 byte", "2 048 bytes".
std::string byteCountText(std::uint64_t count);

}  // namespace framescope
