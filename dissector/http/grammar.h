// The words and lines HTTP heads are made of (RFC 9110 section 5.6, RFC 9112 section 2).
#pragma once

#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::http {

inline bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
/// White space within a line: a space or a tab.
inline bool isBlank(char c) {
    return c == ' ' || c == '\t';
}
/// One of the characters a token is made of (RFC 9110 section 5.6.2).
bool isTokenChar(char c);
/// Whether `text` is a token (RFC 9110 section 5.6.2): a name, without white space or separators.
bool isToken(std::string_view text);
/// "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3).
bool isVersion(std::string_view text);
/// Whether `line` begins with a name and a colon (RFC 9112 section 5).
bool isHeaderLine(std::string_view line);

/// What equalsIgnoreCase() asks of texts of the same size.
bool lettersEqual(std::string_view a, std::string_view b);
/// Compares names of headers, methods of encoding and the like without regard to ASCII case. Each
/// header of a head is asked dozens of times; most differ in their size or their last letter.
inline bool equalsIgnoreCase(std::string_view a, std::string_view b) {
    constexpr int kCase = 0x20;  // the bit in which letters of both cases differ
    if (a.size() != b.size()) return false;
    return a.empty() || (((a.back() ^ b.back()) & ~kCase) == 0 && lettersEqual(a, b));
}
/// `text` without the blanks around it.
std::string_view trimmed(std::string_view text);
/// `value` cut at a separator, each piece trimmed, empty ones too; a separator inside a quoted
/// string parts nothing. The pieces are views into `value`.
std::vector<std::string_view> splitOutsideQuotes(std::string_view value, char separator);
/// The elements of a list (section 5.6.1): cut at commas, empty ones left out.
std::vector<std::string_view> splitList(std::string_view value);

/// A line without its line end, and where it stands.
struct Line {
    std::string_view text;
    ByteRange range;  ///< with the line end
};
/// The line of `bytes` that begins at `begin`, as far as it is there.
inline Line lineAt(std::string_view bytes, std::size_t begin) {
    const std::size_t newline = bytes.find('\n', begin);
    const bool whole = newline != std::string_view::npos;
    std::string_view text = bytes.substr(begin, (whole ? newline : bytes.size()) - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return {text, {begin, whole ? newline + 1 : bytes.size()}};
}

}  // namespace framescope::http
