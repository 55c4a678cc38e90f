#include "dissector/http/http_footing.h"

#include <algorithm>
#include <string_view>

namespace framescope::http {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLongestMethod = 16;
constexpr std::size_t kLongestTarget = 8192;
/// Versions in one segment that are looked at more closely.
constexpr int kMaxVersions = 64;
/// Digits of a chunk's size, and bytes of its line.
constexpr std::size_t kMostDigits = 8;
constexpr std::size_t kLongestSizeLine = 256;
/// Line ends in one segment behind which a size line is looked for.
constexpr int kMaxLineEnds = 1024;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isHex(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool isTokenChar(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// A name and a colon.
bool beginsHeaderLine(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, isTokenChar);
    return end != text.begin() && end != text.end() && *end == ':';
}

/// The status line whose version stands at the front of `text` is whole.
bool isStatusLine(std::string_view text) {
    constexpr std::size_t kStatus = 9;
    if (text.size() < kStatus + 4 || !isDigit(text[7]) || text[8] != ' ') return false;
    if (text[kStatus] < '1' || text[kStatus] > '5') return false;
    if (!isDigit(text[kStatus + 1]) || !isDigit(text[kStatus + 2])) return false;
    if (text[kStatus + 3] != ' ' && text[kStatus + 3] != '\r') return false;
    const std::size_t end = text.find(kLineEnd);
    return end != std::string_view::npos && beginsHeaderLine(text.substr(end + kLineEnd.size()));
}

/// Where the request line begins that ends with the version at `version`.
std::optional<std::size_t> requestLineAt(std::string_view text, std::size_t version) {
    constexpr std::size_t kVersionSize = 8;
    const std::string_view behind = text.substr(std::min(text.size(), version + kVersionSize));
    if (!behind.starts_with(kLineEnd) || !beginsHeaderLine(behind.substr(kLineEnd.size()))) {
        return std::nullopt;
    }
    if (version < 4 || text[version - 1] != ' ') return std::nullopt;
    std::size_t target = version - 1;
    const std::size_t least = target > kLongestTarget ? target - kLongestTarget : 0;
    while (target > least && static_cast<unsigned char>(text[target - 1]) > ' ') --target;
    if (target == version - 1 || target == least || text[target - 1] != ' ') return std::nullopt;
    std::size_t method = target - 1;
    while (method > 0 && text[method - 1] >= 'A' && text[method - 1] <= 'Z') --method;
    const std::size_t size = target - 1 - method;
    if (size < 3 || size > kLongestMethod) return std::nullopt;
    return method;
}

}  // namespace

std::optional<std::size_t> findStartLine(ByteView bytes) {
    const std::string_view text = asText(bytes);
    int looks = 0;
    for (std::size_t at = text.find(kVersion); at != std::string_view::npos && looks < kMaxVersions;
         at = text.find(kVersion, at + 1), ++looks) {
        if (isStatusLine(text.substr(at))) return at;
        if (const auto request = requestLineAt(text, at)) return request;
    }
    return std::nullopt;
}

std::optional<std::size_t> findChunk(ByteView bytes) {
    const std::string_view text = asText(bytes);
    std::size_t at = 0;
    for (int looks = 0; at < text.size() && looks < kMaxLineEnds; ++looks) {
        const std::string_view rest = text.substr(at);
        std::size_t digits = 0;
        std::uint64_t size = 0;
        while (digits < std::min(rest.size(), kMostDigits + 1) && isHex(rest[digits])) {
            const char c = rest[digits++];
            size = size << 4 |
                   static_cast<std::uint64_t>(isDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        const std::size_t end = rest.substr(0, kLongestSizeLine).find(kLineEnd);
        const bool sizeLine = digits > 0 && digits <= kMostDigits &&
                              end != std::string_view::npos &&
                              (end == digits || rest[digits] == ';' || rest[digits] == ' ');
        if (sizeLine) {
            const std::uint64_t dataEnd = end + kLineEnd.size() + size;
            const bool goesOn = dataEnd + kLineEnd.size() > rest.size();
            const bool ends =
                !goesOn && rest.substr(static_cast<std::size_t>(dataEnd)).starts_with(kLineEnd);
            // The data of a last chunk is the empty line itself.
            if (ends || (goesOn && at == 0 && size != 0)) return at;
        }
        const std::size_t lineEnd = text.find(kLineEnd, at);
        if (lineEnd == std::string_view::npos) break;
        at = lineEnd + kLineEnd.size();
    }
    return std::nullopt;
}

}  // namespace framescope::http
