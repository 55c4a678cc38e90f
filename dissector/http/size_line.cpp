#include "dissector/http/size_line.h"

#include <algorithm>

#include "dissector/http/grammar.h"

namespace framescope::http {
namespace {

constexpr std::size_t kMostDigits = 8;
constexpr std::size_t kLongest = 256;

std::optional<std::uint64_t> hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

void skipSpace(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

bool skipToken(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, isTokenChar);
    const auto size = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(size);
    return size != 0;
}

bool skipQuoted(std::string_view& text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return true;
        }
    }
    return false;
}

/// *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
bool isExtensions(std::string_view text) {
    for (skipSpace(text); !text.empty(); skipSpace(text)) {
        if (text[0] != ';') return false;
        text.remove_prefix(1);
        skipSpace(text);
        if (!skipToken(text)) return false;
        skipSpace(text);
        if (!text.starts_with('=')) continue;
        text.remove_prefix(1);
        skipSpace(text);
        if (text.empty() || !(text[0] == '"' ? skipQuoted(text) : skipToken(text))) return false;
    }
    return true;
}

}  // namespace

std::optional<SizeLine> parseSizeLine(std::string_view line) {
    if (line.size() > kLongest) return std::nullopt;
    SizeLine read;
    std::size_t digits = 0;
    for (; digits < line.size(); ++digits) {
        const auto digit = hexDigit(line[digits]);
        if (!digit) break;
        if (digits == kMostDigits) return std::nullopt;
        read.size = read.size << 4 | *digit;
    }
    const std::string_view behind = line.substr(digits);
    if (digits == 0 || !isExtensions(behind)) return std::nullopt;
    read.extended = behind.find(';') != std::string_view::npos;
    return read;
}

}  // namespace framescope::http
