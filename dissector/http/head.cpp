// A head is cut into lines first (HeadEnd finds its end), then each line into its parts; what does
// not fit the grammar is kept as text and marked.
#include "dissector/http/head.h"

#include <algorithm>

#include "dissector/field/field_id.h"
#include "dissector/http/list_pieces.h"
#include "dissector/http/start_line.h"
#include "dissector/http/whole_head.h"

namespace framescope::http {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The range of a part of `whole`, which stands at `begin`.
ByteRange rangeOf(std::string_view partText, std::string_view whole, std::uint64_t begin) {
    const auto at = static_cast<std::uint64_t>(partText.data() - whole.data()) + begin;
    return {at, at + partText.size()};
}

void parseStatusLine(Head& head, std::string_view line, std::uint64_t begin) {
    // Section 4: HTTP-version SP status-code SP [ reason-phrase ]; the second SP is often left out.
    const std::string_view version = line.substr(0, line.find(' '));
    head.version = std::string(version);
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
    head.phrase = std::string(rest);
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
        head.method = std::string(method);
        head.methodRange = rangeOf(method, line, begin);
    }
    head.target = std::string(target);
    if (!target.empty()) head.targetRange = rangeOf(target, line, begin);
    head.version = std::string(version);
    if (!version.empty()) head.versionRange = rangeOf(version, line, begin);
    head.startLineMalformed = !sound || !isVersion(version) || target.empty() ||
                              target.find(' ') != std::string_view::npos;
}

Header parseHeader(const Line& line) {
    const std::size_t colon = line.text.find(':');
    const std::string_view name = line.text.substr(0, std::min(colon, line.text.size()));
    if (colon == std::string_view::npos || !isToken(name)) {
        const ByteRange whole = rangeOf(line.text, line.text, line.range.begin);
        return {{}, std::string(line.text), line.range, {}, whole, true, false};
    }
    const std::string_view value = trimmed(line.text.substr(colon + 1));
    return {std::string(name),
            std::string(value),
            line.range,
            rangeOf(name, line.text, line.range.begin),
            rangeOf(value, line.text, line.range.begin),
            false,
            false};
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
    bool found = false;
    for (const Header& header : headers) {
        if (header.malformed || !equalsIgnoreCase(header.name, name)) continue;
        // As it is mostly written: alone.
        if (equalsIgnoreCase(header.value, token)) return true;
        visitOutsideQuotes(header.value, ',', [&](std::string_view element) {
            found = equalsIgnoreCase(trimmed(element.substr(0, element.find(';'))), token);
            return !found;
        });
        if (found) break;
    }
    return found;
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
        if (!isHeaderLine(rest.substr(0, size))) return false;
        line += size + 2;
    }
    return true;
}

}  // namespace

std::optional<std::size_t> HeadEnd::feed(ByteView chunk) {
    const std::string_view text = asText(chunk);
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view more = text.substr(begin, end - begin);
        if (!more.empty()) {
            m_line = m_line == LineSoFar::Empty && more == "\r" ? LineSoFar::Cr : LineSoFar::Text;
        }
        if (end == text.size()) return std::nullopt;
        const bool empty = m_line != LineSoFar::Text;
        m_line = LineSoFar::Empty;
        // Section 2.2: empty lines in front of the start line are skipped.
        if (empty && m_started) {
            if (m_passedFalseEnd || !isFalseEnd(chunk, end)) return end + 1;
            m_passedFalseEnd = true;
        }
        m_started = m_started || !empty;
        begin = end + 1;
    }
}

std::size_t HeadEnd::missing() const {
    if (m_line == LineSoFar::Text) return 2;
    return m_started ? 1 : 3;
}

std::optional<std::size_t> damagedHeadEnd(ByteView bytes, std::size_t from) {
    const std::string_view text = asText(bytes);
    const auto goesOn = [](std::string_view line) {
        return isBlank(line.front()) || isHeaderLine(line);
    };
    for (std::size_t end = std::max(from, kHeadEnd.size()); end <= text.size(); ++end) {
        const std::string_view last = text.substr(end - kHeadEnd.size(), kHeadEnd.size());
        int same = 0;
        for (std::size_t i = 0; i < kHeadEnd.size(); ++i) same += last[i] == kHeadEnd[i] ? 1 : 0;
        // Without its first byte it is an empty line all the same.
        if (same + 1 != static_cast<int>(kHeadEnd.size()) || last[0] != kHeadEnd[0]) continue;
        const std::string_view behind = text.substr(end);
        if (behind.empty() || !goesOn(behind.substr(0, behind.find('\n')))) return end;
    }
    return std::nullopt;
}

namespace {

/// `bytes` are a head and end with its empty line; `damaged`: with what became of that.
void read(ByteView bytes, bool damaged, Head& head) {
    const std::string_view text = asText(bytes);
    Line line = lineAt(text, 0);
    while (line.text.empty()) line = lineAt(text, line.range.end);

    head.range = {line.range.begin, text.size()};
    head.startLine = std::string(line.text);
    head.startLineRange = rangeOf(line.text, line.text, line.range.begin);
    if (beginsResponse(asBytes(line.text))) {
        head.kind = HeadKind::Response;
        parseStatusLine(head, line.text, line.range.begin);
    } else {
        parseRequestLine(head, line.text, line.range.begin);
    }
    // One line of the usual length after the other.
    constexpr std::size_t kUsualLine = 32;
    head.headers.reserve((text.size() - line.range.end) / kUsualLine + 1);
    for (line = lineAt(text, line.range.end); line.range.begin < text.size();
         line = lineAt(text, line.range.end)) {
        if (line.text.empty()) continue;
        // The line end was damaged, and with it the empty line behind it.
        if (damaged && line.text.size() > 2 && line.range.end == text.size() &&
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
}

}  // namespace

Parsed<Head> parseHead(ByteView bytes) {
    HeadEnd end;
    const std::optional<std::size_t> size = end.feed(bytes);
    if (!size) return Parsed<Head>::needs(bytes.size() + end.missing());
    return Parsed<Head>::complete(parseEndedHead(bytes.first(*size)), *size);
}

Head parseEndedHead(ByteView bytes) {
    Head head;
    read(bytes, false, head);
    return head;
}

std::optional<Head> parseWholeHead(ByteView bytes) {
    std::optional<std::size_t> size = HeadEnd().feed(bytes);
    const bool damaged = !size && damagedHeadEnd(bytes, bytes.size()) == bytes.size();
    if (damaged) size = bytes.size();
    std::optional<Head> head;
    if (size) read(bytes.first(*size), damaged, head.emplace());
    return head;
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
