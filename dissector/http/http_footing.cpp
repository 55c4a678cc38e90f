#include "dissector/http/http_footing.h"

#include <algorithm>
#include <string_view>

#include "dissector/http/grammar.h"

namespace framescope::http {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kLongestMethod = 16;
constexpr std::size_t kLongestTarget = 8192;
/// Versions in one segment that are looked at more closely.
constexpr int kMaxVersions = 64;

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
    if (!beginsStatusLine(asBytes(text))) return false;
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

bool beginsStatusLine(ByteView bytes) {
    constexpr std::size_t kStatus = 9;
    const std::string_view text = asText(bytes);
    if (!text.starts_with(kVersion) || text.size() < kStatus + 4) return false;
    if (!isDigit(text[7]) || text[8] != ' ') return false;
    if (text[kStatus] < '1' || text[kStatus] > '5') return false;
    if (!isDigit(text[kStatus + 1]) || !isDigit(text[kStatus + 2])) return false;
    return text[kStatus + 3] == ' ' || text[kStatus + 3] == '\r';
}

bool hasNoBodyAfterAll(const Head& response, ByteView behind) {
    if (response.kind != HeadKind::Response || !beginsStatusLine(behind)) return false;
    // A body that is an HTTP message begins so, too.
    const std::string_view type = response.value("Content-Type");
    return type.find("/http") == std::string_view::npos;
}

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

}  // namespace framescope::http
