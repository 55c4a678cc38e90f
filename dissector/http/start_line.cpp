// A start line is believed as the grammar has it, or but for one damaged byte where a header line
// stands behind it.
#include "dissector/http/start_line.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "dissector/http/grammar.h"

namespace framescope::http {
namespace {

constexpr std::string_view kVersionForm = "HTTP/1.0";
constexpr std::size_t kMajor = 5;  // place of the first number in it

/// How many bytes of `text` do not fit `form`, in which 0 stands for any digit. Another version of
/// the protocol is no damage: then none fits.
std::size_t misfits(std::string_view text, std::string_view form) {
    if (text.size() < form.size()) return form.size();
    const char major = text[kMajor];
    if (isDigit(major) && major != '1') return form.size();
    std::size_t count = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = form[i] == '0' ? isDigit(text[i]) : text[i] == form[i];
        if (!fits) ++count;
    }
    return count;
}

/// A status line but for one byte of its version or behind it.
bool isDamagedStatusLine(std::string_view line) {
    static constexpr std::string_view kForm = "HTTP/1.0 000";
    return misfits(line, kForm) == 1 && (line.size() == kForm.size() || line[12] == ' ');
}

bool isStatusLine(std::string_view line) {
    return line.starts_with("HTTP/") || isDamagedStatusLine(line);
}

constexpr std::size_t kLongestStartLine = 8192;
constexpr std::size_t kLongestMethod = 32;

/// Whether `text` may still become, or is, "HTTP/1." DIGIT.
Verdict versionAt(std::string_view text) {
    constexpr std::string_view kName = "HTTP/1.";
    const std::size_t common = std::min(text.size(), kName.size());
    if (text.substr(0, common) != kName.substr(0, common)) return Verdict::No;
    if (text.size() <= kName.size()) return Verdict::NeedMore;
    return isDigit(text[kName.size()]) ? Verdict::Yes : Verdict::No;
}

/// Methods of RFC 9110, RFC 5789 and RFC 4918, and others that are in use. Only with one of them a
/// line is taken for a request that is not quite what the grammar says.
std::span<const std::string_view> knownMethods() {
    static constexpr std::array<std::string_view, 28> kMethods = {
        "GET",      "HEAD",      "POST",        "PUT",         "DELETE",   "CONNECT",
        "OPTIONS",  "TRACE",     "PATCH",       "COPY",        "LOCK",     "MOVE",
        "MKCOL",    "UNLOCK",    "PROPFIND",    "PROPPATCH",   "M-SEARCH", "LINK",
        "MERGE",    "PURGE",     "QUERY",       "REPORT",      "SEARCH",   "UNLINK",
        "CCM_POST", "BITS_POST", "RPC_IN_DATA", "RPC_OUT_DATA"};
    return kMethods;
}
bool isKnownMethod(std::string_view method) {
    return std::ranges::find(knownMethods(), method) != knownMethods().end();
}

/// A request line with white space in its target, or without target, or with a version that is cut
/// or glued to it, or without version as in HTTP/0.9. `rest` is what stands behind the method and
/// its space.
Verdict looksLikeOddRequest(std::string_view method, std::string_view rest) {
    if (!isKnownMethod(method)) return Verdict::No;
    const std::size_t end = rest.find_first_of("\r\n");
    const std::string_view line = rest.substr(0, end);
    const auto isText = [](unsigned char c) { return c >= ' ' && c != 0x7f; };
    if (!std::ranges::all_of(line, isText)) return Verdict::No;
    if (end == std::string_view::npos) return Verdict::NeedMore;
    const std::string_view last = line.substr(line.rfind(' ') + 1);
    if (last.starts_with("HTTP/1")) return Verdict::Yes;
    const bool gluedVersion = line.size() >= 8 && isVersion(line.substr(line.size() - 8));
    if (gluedVersion && line.starts_with('/')) return Verdict::Yes;
    const bool simple = method == "GET" && line.starts_with('/') && last.size() == line.size();
    return simple ? Verdict::Yes : Verdict::No;
}

Verdict looksLikeRequest(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && isTokenChar(text[i])) ++i;
    if (i > kLongestMethod) return Verdict::No;
    if (i == text.size()) return Verdict::NeedMore;
    if (i == 0 || text[i] != ' ') return Verdict::No;
    const std::string_view method = text.substr(0, i);
    const std::string_view rest = text.substr(i + 1);
    const std::size_t target = ++i;
    while (i < text.size() && static_cast<unsigned char>(text[i]) > ' ' && text[i] != 0x7f) ++i;
    if (i == text.size()) return Verdict::NeedMore;
    if (i == target || text[i] != ' ') return looksLikeOddRequest(method, rest);
    const std::string_view version = text.substr(i + 1);
    const Verdict verdict = versionAt(version);
    if (verdict == Verdict::No) return looksLikeOddRequest(method, rest);
    if (verdict == Verdict::NeedMore) return verdict;
    if (version.size() == 8) return Verdict::NeedMore;
    return version[8] == '\r' || version[8] == '\n' ? Verdict::Yes
                                                    : looksLikeOddRequest(method, rest);
}

Verdict looksLikeResponse(std::string_view text) {
    const Verdict verdict = versionAt(text);
    if (verdict != Verdict::Yes) return verdict;
    if (text.size() == 8) return Verdict::NeedMore;
    return text[8] == ' ' ? Verdict::Yes : Verdict::No;
}

/// A request line but for one byte of it.
bool isDamagedRequestLine(std::string_view line) {
    const std::size_t versionSize = kVersionForm.size() + 1;
    if (line.size() < versionSize + 5) return false;
    const std::string_view end = line.substr(line.size() - versionSize);
    const std::string_view begin = line.substr(0, line.size() - versionSize);
    const std::size_t wrong = (end[0] == ' ' ? 0U : 1U) + misfits(end.substr(1), kVersionForm);
    if (wrong > 1) return false;
    const auto nearest = [begin](std::string_view method) {
        if (begin.size() < method.size() + 2) return begin.size();
        std::size_t count = begin[method.size()] == ' ' ? 0 : 1;
        for (std::size_t i = 0; i < method.size(); ++i) count += begin[i] == method[i] ? 0 : 1;
        // Of what stands behind it no byte may be damaged as well.
        for (std::size_t i = method.size() + 1; i < begin.size(); ++i) {
            const auto c = static_cast<unsigned char>(begin[i]);
            count += c > ' ' && c != 0x7f ? 0 : 1;
        }
        return count;
    };
    return std::ranges::any_of(knownMethods(),
                               [&](std::string_view m) { return wrong + nearest(m) == 1; });
}

}  // namespace

bool beginsDamagedHead(ByteView beginning) {
    const std::string_view text = asText(beginning);
    const std::size_t newline = text.substr(0, kLongestStartLine).find('\n');
    if (newline == std::string_view::npos) return false;
    const std::string_view line = lineAt(text, 0).text;
    if (!isDamagedStatusLine(line) && !isDamagedRequestLine(line)) return false;
    return isHeaderLine(lineAt(text, newline + 1).text);
}

bool beginsResponse(ByteView beginning) {
    return isStatusLine(lineAt(asText(beginning), 0).text);
}

bool resemblesHead(ByteView bytes) {
    constexpr std::size_t kEnough = 32;
    const std::string_view text = asText(bytes);
    std::size_t headers = 0;
    std::size_t others = 0;
    for (std::size_t at = 0; at < text.size() && headers + others < kEnough;) {
        const Line line = lineAt(text, at);
        at = line.range.end;
        // The start line is none of them.
        if (line.range.begin == 0) continue;
        if (line.text.empty()) break;
        ++(isHeaderLine(line.text) ? headers : others);
    }
    return headers >= 2 && headers > others;
}

Verdict looksLikeHttp(ByteView beginning) {
    std::string_view text = asText(beginning);
    // A peer may send an empty line or two in front of a request (RFC 9112 section 2.2).
    for (int i = 0; i < 4 && !text.empty() && (text[0] == '\r' || text[0] == '\n'); ++i) {
        text.remove_prefix(1);
    }
    if (text.empty()) return Verdict::NeedMore;
    const Verdict response = looksLikeResponse(text);
    if (response == Verdict::Yes) return Verdict::Yes;
    const Verdict request = looksLikeRequest(text);
    if (request == Verdict::Yes) return Verdict::Yes;
    if (beginsDamagedHead(asBytes(text))) return Verdict::Yes;
    const bool open = response == Verdict::NeedMore || request == Verdict::NeedMore;
    return open && text.size() < kLongestStartLine ? Verdict::NeedMore : Verdict::No;
}

bool looksLikeCutRequest(ByteView bytes) {
    const std::string_view text = asText(bytes);
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || !isKnownMethod(text.substr(0, space))) return false;
    const std::string_view target = text.substr(space + 1);
    if (!target.starts_with('/') && !target.starts_with("http")) return false;
    return std::ranges::all_of(target, [](unsigned char c) { return c >= ' ' && c < 0x7f; });
}

}  // namespace framescope::http
