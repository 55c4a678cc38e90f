// The words and lines HTTP heads are made of (RFC 9110 section 5.6, RFC 9112 section 2).
#include "dissector/http/grammar.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "dissector/http/list_pieces.h"

namespace framescope::http {
namespace {

char lowered(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> kTokenChars = [] {
    std::array<bool, 256> table{};
    for (char c = '0'; c <= '9'; ++c) table[static_cast<std::uint8_t>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<std::uint8_t>(c)] = true;
    for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::uint8_t>(c)] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
        table[static_cast<std::uint8_t>(c)] = true;
    }
    return table;
}();

}  // namespace

bool isTokenChar(char c) {
    return kTokenChars[static_cast<std::uint8_t>(c)];
}

bool isToken(std::string_view text) {
    // Nearly every text is one, so it is read to its end without asking after each character.
    bool all = !text.empty();
    for (const char c : text) all &= isTokenChar(c);
    return all;
}

bool isHeaderLine(std::string_view line) {
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos && isToken(line.substr(0, colon));
}

bool lettersEqual(std::string_view a, std::string_view b) {
    // What is equal is mostly written alike, too.
    return a == b || std::ranges::equal(
                         a, b, [](char x, char y) { return x == y || lowered(x) == lowered(y); });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

bool isVersion(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && isDigit(text[5]) && text[6] == '.' &&
           isDigit(text[7]);
}

std::vector<std::string_view> splitOutsideQuotes(std::string_view value, char separator) {
    std::vector<std::string_view> pieces;
    visitOutsideQuotes(value, separator, [&pieces](std::string_view piece) {
        pieces.push_back(piece);
        return true;
    });
    return pieces;
}

std::vector<std::string_view> splitList(std::string_view value) {
    std::vector<std::string_view> elements = splitOutsideQuotes(value, ',');
    std::erase_if(elements, [](std::string_view element) { return element.empty(); });
    return elements;
}

}  // namespace framescope::http
