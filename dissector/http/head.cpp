// A head is cut into lines first (HeadEnd finds its end), then each line into its parts; what does
// not fit the grammar is kept as text and marked.
#include "dissector/http/head.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "dissector/field/field_id.h"
#include "dissector/http/whole_head.h"

namespace framescope::http {
namespace {

bool isTokenChar(char c) {
    // RFC 9110 section 5.6.2.
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

char lowered(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

/// "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3).
bool isVersion(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && isDigit(text[5]) && text[6] == '.' &&
           isDigit(text[7]);
}

constexpr std::string_view kHeadEnd = "\r\n\r\n";
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

/// A line without its line end, and where it stands.
struct Line {
    std::string_view text;
    ByteRange range;  ///< with the line end
};

Line lineAt(std::string_view bytes, std::size_t begin) {
    const std::size_t newline = bytes.find('\n', begin);
    const std::size_t end = newline == std::string_view::npos ? bytes.size() : newline + 1;
    std::string_view text = bytes.substr(begin, end - begin);
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return {text, {begin, end}};
}

/// The range of a part of `whole`, which stands at `begin`.
ByteRange rangeOf(std::string_view partText, std::string_view whole, std::uint64_t begin) {
    const auto at = static_cast<std::uint64_t>(partText.data() - whole.data()) + begin;
    return {at, at + partText.size()};
}

void parseStatusLine(Head& head, std::string_view line, std::uint64_t begin) {
    // Section 4: HTTP-version SP status-code SP [ reason-phrase ]; the second SP is often left out.
    const std::string_view version = line.substr(0, line.find(' '));
    head.version = version;
    head.versionRange = rangeOf(version, line, begin);
    std::string_view rest = line.substr(version.size());
    if (!rest.empty()) rest.remove_prefix(1);
    const std::string_view status = rest.substr(0, rest.find(' '));
    const bool threeDigits = status.size() == 3 && std::ranges::all_of(status, isDigit);
    head.startLineMalformed = !isVersion(version) || !threeDigits;
    if (!threeDigits) return;
    head.status = static_cast<std::uint16_t>((status[0] - '0') * 100 + (status[1] - '0') * 10 +
                                             status[2] - '0');
    head.statusRange = rangeOf(status, line, begin);
    rest.remove_prefix(status.size());
    if (!rest.empty()) rest.remove_prefix(1);
    head.phrase = rest;
    head.phraseRange = rangeOf(rest, line, begin);
}

void parseRequestLine(Head& head, std::string_view line, std::uint64_t begin) {
    // Section 3: method SP request-target SP HTTP-version. Of a line that is not so, the first word
    // is the method and the last one the version, if it is one; the target is what lies between.
    const std::string_view method = line.substr(0, line.find(' '));
    const bool sound = isToken(method);
    // A damaged method leaves the rest to be read.
    if (method.size() == line.size() ||
        (!sound && line.find(' ', method.size() + 1) == line.npos)) {
        head.startLineMalformed = true;
        return;
    }
    std::string_view target = line.substr(method.size() + 1);
    const std::size_t last = target.rfind(' ');
    std::string_view version = target.substr(last + 1);
    if (last != std::string_view::npos) {
        target = target.substr(0, last);
    } else if (isVersion(version)) {
        target = {};
    } else {
        version = {};
    }
    if (sound) {
        head.method = method;
        head.methodRange = rangeOf(method, line, begin);
    }
    head.target = target;
    if (!target.empty()) head.targetRange = rangeOf(target, line, begin);
    head.version = version;
    if (!version.empty()) head.versionRange = rangeOf(version, line, begin);
    head.startLineMalformed = !sound || !isVersion(version) || target.empty() ||
                              target.find(' ') != std::string_view::npos;
}

Header parseHeader(const Line& line) {
    Header header;
    header.range = line.range;
    const std::size_t colon = line.text.find(':');
    const std::string_view name = line.text.substr(0, std::min(colon, line.text.size()));
    if (colon == std::string_view::npos || !isToken(name)) {
        header.malformed = true;
        header.value = line.text;
        header.valueRange = rangeOf(line.text, line.text, line.range.begin);
        return header;
    }
    const std::string_view value = trimmed(line.text.substr(colon + 1));
    header.name = name;
    header.nameRange = rangeOf(name, line.text, line.range.begin);
    header.value = value;
    header.valueRange = rangeOf(value, line.text, line.range.begin);
    return header;
}

/// Section 5.2: a line that begins with white space belongs to the value before it.
void fold(Header& header, const Line& line) {
    const std::string_view more = trimmed(line.text);
    header.folded = true;
    header.range.end = line.range.end;
    if (more.empty()) return;
    if (!header.value.empty()) header.value += ' ';
    header.value += more;
    const ByteRange range = rangeOf(more, line.text, line.range.begin);
    if (header.valueRange.empty()) header.valueRange.begin = range.begin;
    header.valueRange.end = range.end;
}

}  // namespace

bool isToken(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, isTokenChar);
}

bool equalsIgnoreCase(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lowered(x) == lowered(y); });
}

const Header* Head::find(std::string_view name) const {
    for (const Header& header : headers) {
        if (!header.malformed && equalsIgnoreCase(header.name, name)) return &header;
    }
    return nullptr;
}

std::string_view Head::value(std::string_view name) const {
    const Header* header = find(name);
    return header == nullptr ? std::string_view() : std::string_view(header->value);
}

std::vector<std::string_view> splitOutsideQuotes(std::string_view value, char separator) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (quoted && value[at] == '\\') {
            ++at;
        } else if (value[at] == '"') {
            quoted = !quoted;
        } else if (value[at] == separator && !quoted) {
            pieces.push_back(trimmed(value.substr(begin, at - begin)));
            begin = at + 1;
        }
    }
    pieces.push_back(trimmed(value.substr(begin)));
    return pieces;
}

std::vector<std::string_view> splitList(std::string_view value) {
    std::vector<std::string_view> elements = splitOutsideQuotes(value, ',');
    std::erase_if(elements, [](std::string_view element) { return element.empty(); });
    return elements;
}

std::vector<std::string_view> Head::elements(std::string_view name) const {
    std::vector<std::string_view> result;
    for (const Header& header : headers) {
        if (header.malformed || !equalsIgnoreCase(header.name, name)) continue;
        const auto more = splitList(header.value);
        result.insert(result.end(), more.begin(), more.end());
    }
    return result;
}

bool Head::lists(std::string_view name, std::string_view token) const {
    return std::ranges::any_of(elements(name), [token](std::string_view element) {
        return equalsIgnoreCase(trimmed(element.substr(0, element.find(';'))), token);
    });
}

namespace {

/// A byte that became a line feed ends no head: the line feed at `at` has no carriage return in
/// front of it, and behind it stand another header line and an empty line as it should be.
bool isFalseEnd(ByteView chunk, std::size_t at) {
    if (at == 0 || chunk[at - 1] == '\r') return false;
    const std::string_view text = asText(chunk);
    const std::string_view before = text.substr(0, at);
    const std::string_view behind = text.substr(at + 1);
    if (before.find("\r\n") == std::string_view::npos) return false;
    const std::size_t end = behind.find(kHeadEnd);
    if (end == std::string_view::npos) return false;
    for (std::size_t line = 0; line <= end;) {
        const std::string_view rest = behind.substr(line, end - line);
        const std::size_t size = std::min(rest.find("\r\n"), rest.size());
        const std::size_t colon = rest.substr(0, size).find(':');
        if (colon == std::string_view::npos || !isToken(rest.substr(0, colon))) return false;
        line += size + 2;
    }
    return true;
}

}  // namespace

std::optional<std::size_t> HeadEnd::feed(ByteView chunk) {
    for (std::size_t i = 0; i < chunk.size(); ++i) {
        const std::uint8_t byte = chunk[i];
        if (byte == '\n') {
            const bool empty = m_line == LineSoFar::Empty || m_line == LineSoFar::Cr;
            m_line = LineSoFar::Empty;
            // Section 2.2: empty lines in front of the start line are skipped.
            if (empty && m_started) {
                if (m_passedFalseEnd || !isFalseEnd(chunk, i)) return i + 1;
                m_passedFalseEnd = true;
            }
            m_started = m_started || !empty;
        } else {
            m_line = m_line == LineSoFar::Empty && byte == '\r' ? LineSoFar::Cr : LineSoFar::Text;
        }
    }
    return std::nullopt;
}

std::size_t HeadEnd::missing() const {
    if (m_line == LineSoFar::Text) return 2;
    return m_started ? 1 : 3;
}

std::optional<std::size_t> damagedHeadEnd(ByteView bytes, std::size_t from) {
    const std::string_view text = asText(bytes);
    const auto isHeaderLine = [](std::string_view line) {
        return isBlank(line.front()) || (isToken(line.substr(0, line.find(':'))) &&
                                         line.find(':') != std::string_view::npos);
    };
    for (std::size_t end = std::max(from, kHeadEnd.size()); end <= text.size(); ++end) {
        const std::string_view last = text.substr(end - kHeadEnd.size(), kHeadEnd.size());
        int same = 0;
        for (std::size_t i = 0; i < kHeadEnd.size(); ++i) same += last[i] == kHeadEnd[i] ? 1 : 0;
        // Without its first byte it is an empty line all the same.
        if (same + 1 != static_cast<int>(kHeadEnd.size()) || last[0] != kHeadEnd[0]) continue;
        const std::string_view behind = text.substr(end);
        if (behind.empty() || !isHeaderLine(behind.substr(0, behind.find('\n')))) return end;
    }
    return std::nullopt;
}

namespace {

/// `allIsHere`: where there is no empty line, a damaged one at the end of the bytes counts.
Parsed<Head> parse(ByteView bytes, bool allIsHere) {
    HeadEnd end;
    std::optional<std::size_t> size = end.feed(bytes);
    const bool damaged = allIsHere && !size && damagedHeadEnd(bytes, bytes.size()) == bytes.size();
    if (damaged) size = bytes.size();
    if (!size) return Parsed<Head>::needs(bytes.size() + end.missing());

    const std::string_view text = asText(bytes.first(*size));
    Line line = lineAt(text, 0);
    while (line.text.empty()) line = lineAt(text, line.range.end);

    Head head;
    head.range = {line.range.begin, *size};
    head.startLine = line.text;
    head.startLineRange = rangeOf(line.text, line.text, line.range.begin);
    if (isStatusLine(line.text)) {
        head.kind = HeadKind::Response;
        parseStatusLine(head, line.text, line.range.begin);
    } else {
        parseRequestLine(head, line.text, line.range.begin);
    }
    for (line = lineAt(text, line.range.end); line.range.begin < *size;
         line = lineAt(text, line.range.end)) {
        if (line.text.empty()) continue;
        // The line end was damaged, and with it the empty line behind it.
        if (damaged && line.text.size() > 2 && line.range.end == *size &&
            line.text[line.text.size() - 2] == '\r') {
            line.text.remove_suffix(2);
            line.range.end -= 3;
        }
        if (isBlank(line.text.front()) && !head.headers.empty() && !head.headers.back().malformed) {
            fold(head.headers.back(), line);
        } else {
            head.headers.push_back(parseHeader(line));
        }
    }
    return Parsed<Head>::complete(std::move(head), *size);
}

}  // namespace

Parsed<Head> parseHead(ByteView bytes) {
    return parse(bytes, false);
}

Parsed<Head> parseWholeHead(ByteView bytes) {
    return parse(bytes, true);
}

void encode(const Head& head, ByteWriter& out) {
    if (head.startLineMalformed) {
        out.text(head.startLine);
    } else if (head.kind == HeadKind::Request) {
        out.text(head.method);
        out.text(" ");
        out.text(head.target);
        out.text(" ");
        out.text(head.version);
    } else {
        out.text(head.version);
        out.text(" ");
        std::string digits = std::to_string(head.status);
        digits.insert(0, digits.size() < 3 ? 3 - digits.size() : 0, '0');
        out.text(digits);
        out.text(" ");
        out.text(head.phrase);
    }
    out.text("\r\n");
    for (const Header& header : head.headers) {
        if (!header.malformed) {
            out.text(header.name);
            out.text(": ");
        }
        out.text(header.value);
        out.text("\r\n");
    }
    out.text("\r\n");
}

void check(const Head& head, IssueSink& issues) {
    if (head.startLineMalformed) {
        const FieldId line =
            head.kind == HeadKind::Request ? FieldId::HttpRequestLine : FieldId::HttpResponseLine;
        issues.add(IssueCode::HttpStartLineMalformed, static_cast<std::uint16_t>(line));
    }
    for (const Header& header : head.headers) {
        if (!header.malformed) continue;
        issues.add(IssueCode::HttpHeaderMalformed, static_cast<std::uint16_t>(FieldId::HttpHeader));
    }
}

namespace {

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

bool isHeaderLine(std::string_view line) {
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos && isToken(line.substr(0, colon));
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

namespace {

/// A request line of which only method and the beginning of the target are there.
Head cutRequest(ByteView bytes) {
    const std::string_view line = asText(bytes);
    const std::size_t method = line.find(' ');
    const std::size_t target = std::min(line.find(' ', method + 1), line.size());
    Head head;
    head.startLine = line;
    head.method = line.substr(0, method);
    head.target = line.substr(method + 1, target - method - 1);
    head.methodRange = {0, method};
    head.targetRange = {method + 1, target};
    head.startLineRange = head.range = {0, line.size()};
    return head;
}

}  // namespace

std::optional<Head> parseCutHead(ByteView bytes) {
    if (looksLikeHttp(bytes) == Verdict::NeedMore && looksLikeCutRequest(bytes)) {
        return cutRequest(bytes);
    }
    Bytes completed(bytes.begin(), bytes.end());
    ByteWriter(completed).text("\r\n\r\n");
    auto head = parseHead(completed);
    if (!head || head->startLineMalformed) return std::nullopt;
    // The line ends that were added are in none of the capture's bytes.
    const auto clip = [&](ByteRange& range) {
        range.begin = std::min<std::uint64_t>(range.begin, bytes.size());
        range.end = std::min<std::uint64_t>(range.end, bytes.size());
    };
    for (Header& header : head->headers) {
        clip(header.range);
        clip(header.nameRange);
        clip(header.valueRange);
    }
    for (ByteRange* range :
         {&head->startLineRange, &head->methodRange, &head->targetRange, &head->versionRange,
          &head->statusRange, &head->phraseRange, &head->range}) {
        clip(*range);
    }
    return std::move(*head);
}

}  // namespace framescope::http
