#include "dissector/sse/event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "dissector/payload/utf8.h"

namespace framescope::sse {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct KindName {
    LineKind kind;
    std::string_view name;
};
/// Names are compared literally (section 9.2.6): neither case nor space is forgiven.
constexpr std::array kNames = {
    KindName{LineKind::Event, "event"},
    KindName{LineKind::Data, "data"},
    KindName{LineKind::Id, "id"},
    KindName{LineKind::Retry, "retry"},
};

LineKind kindOf(std::string_view name) {
    const auto* const found = std::ranges::find(kNames, name, &KindName::name);
    return found == kNames.end() ? LineKind::Unknown : found->kind;
}

std::string_view textOf(LineEnd end) {
    switch (end) {
        case LineEnd::None:
            return "";
        case LineEnd::Lf:
            return "\n";
        case LineEnd::Cr:
            return "\r";
        case LineEnd::CrLf:
            return "\r\n";
    }
    return "";
}

LineEnd lineEndAt(std::string_view rest) {
    if (rest.empty()) return LineEnd::None;
    if (rest[0] == '\n') return LineEnd::Lf;
    return rest.starts_with("\r\n") ? LineEnd::CrLf : LineEnd::Cr;
}

/// A line without its end, which begins at `begin`.
Line readLine(std::string_view text, std::uint64_t begin) {
    Line line;
    if (text.empty()) return line;
    const std::size_t colon = text.find(':');
    line.name = text.substr(0, colon);
    line.kind = colon == 0 ? LineKind::Comment : kindOf(line.name);
    if (colon == std::string_view::npos) {
        line.valueRange = {begin + text.size(), begin + text.size()};
        return line;
    }
    line.colon = true;
    line.space = text.substr(colon + 1).starts_with(' ');
    line.value = text.substr(colon + (line.space ? 2 : 1));
    line.valueRange = {begin + text.size() - line.value.size(), begin + text.size()};
    return line;
}

bool isDigits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Position of the first byte that is not UTF-8. A character that the end of what is given cuts
/// counts where the text is over there.
std::optional<std::uint64_t> invalidUtf8(std::string_view text, bool cut) {
    Utf8Validator validator;
    validator.feed(asBytes(text));
    if (!cut) validator.finish();
    return validator.invalidAt();
}

std::uint16_t part(FieldId id) {
    return static_cast<std::uint16_t>(id);
}

void checkLine(const Line& line, IssueSink& issues) {
    switch (line.kind) {
        case LineKind::Blank:
        case LineKind::Comment:
        case LineKind::Event:
        case LineKind::Data:
            break;
        case LineKind::Id:
            if (line.value.find('\0') != std::string_view::npos) {
                issues.add(IssueCode::EventStreamIdWithNul, part(FieldId::SseId));
            }
            break;
        case LineKind::Retry:
            if (!isDigits(line.value)) {
                issues.add(IssueCode::EventStreamRetryNotNumber, part(FieldId::SseRetry),
                           printable(line.value, 40));
            }
            break;
        case LineKind::Unknown:
            issues.add(IssueCode::EventStreamFieldUnknown, part(FieldId::SseUnknown),
                       printable(line.name, 40));
            break;
    }
}

/// Issues of single lines that are told of one unit: a body that is no event stream at all would
/// otherwise bring one for each of its lines.
constexpr std::size_t kMaxLineIssues = 100;

}  // namespace

Event parse(std::string_view unit, bool atStart) {
    Event event;
    std::size_t at = 0;
    if (atStart && unit.starts_with(kByteOrderMark)) {
        event.byteOrderMark = true;
        at = kByteOrderMark.size();
    }
    while (at < unit.size()) {
        const std::size_t end = std::min(unit.find_first_of("\r\n", at), unit.size());
        Line line = readLine(unit.substr(at, end - at), at);
        line.end = lineEndAt(unit.substr(end));
        line.range = {at, end + textOf(line.end).size()};
        at = line.range.end;
        event.lines.push_back(line);
    }
    return event;
}

Line makeLine(LineKind kind, std::string_view value, LineEnd end) {
    Line line;
    line.kind = kind;
    line.end = end;
    if (kind == LineKind::Blank) return line;
    const auto* const named = std::ranges::find(kNames, kind, &KindName::kind);
    if (named != kNames.end()) line.name = named->name;
    line.value = value;
    line.colon = line.space = true;
    return line;
}

void encode(const Event& event, ByteWriter& out) {
    if (event.byteOrderMark) out.text(kByteOrderMark);
    for (const Line& line : event.lines) {
        out.text(line.name);
        if (line.colon) out.text(line.space ? ": " : ":");
        out.text(line.value);
        out.text(textOf(line.end));
    }
}

Meaning interpret(const Event& event) {
    Meaning meaning;
    for (const Line& line : event.lines) {
        switch (line.kind) {
            case LineKind::Blank:
            case LineKind::Comment:
            case LineKind::Unknown:
                break;
            case LineKind::Event:
                meaning.type = line.value.empty() ? "message" : std::string(line.value);
                break;
            case LineKind::Data:
                if (meaning.hasData) meaning.data += '\n';
                meaning.hasData = true;
                meaning.data += line.value;
                break;
            case LineKind::Id:
                if (line.value.find('\0') == std::string_view::npos) meaning.id = line.value;
                break;
            case LineKind::Retry: {
                if (!isDigits(line.value)) break;
                std::uint64_t number = 0;
                const auto [stop, error] = std::from_chars(
                    line.value.data(), line.value.data() + line.value.size(), number);
                meaning.retry =
                    error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
                break;
            }
        }
    }
    return meaning;
}

bool isTypeKnown(const Event& event, Form form) {
    if (form != Form::EndLost && form != Form::BeginningLost) return true;
    return std::ranges::any_of(event.lines, [&](const Line& line) {
        const bool cut = line.end == LineEnd::None ||
                         (form == Form::BeginningLost && &line == &event.lines.front());
        return line.kind == LineKind::Event && !cut;
    });
}

void check(std::string_view unit, bool atStart, Form form, bool cut, IssueSink& issues) {
    if (form == Form::EndLost || form == Form::BeginningLost) {
        // Half a line would be judged as what it is not.
        issues.add(IssueCode::EventStreamBytesMissing);
        return;
    }
    if (const auto at = invalidUtf8(unit, cut || form == Form::Unfinished)) {
        issues.add(IssueCode::EventStreamNotUtf8, 0, "at byte " + std::to_string(*at));
    }
    if (cut) issues.add(IssueCode::EventStreamEventTooLong);
    if (form == Form::Unfinished) {
        issues.add(IssueCode::EventStreamUnfinished);
        return;
    }
    const Event event = parse(unit, atStart);
    for (const Line& line : event.lines) {
        const bool whole = line.end != LineEnd::None;
        if (whole && issues.issues().size() < kMaxLineIssues) checkLine(line, issues);
    }
}

}  // namespace framescope::sse
