// The units of an event stream (WHATWG HTML section 9.2.5, "Parsing an event stream"): lines, up to
// the blank line that makes the browser dispatch what they say. Every text is such lines, so
// nothing fails to parse; what a browser ignores is kept and told of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"

namespace framescope::sse {

enum class LineKind : std::uint8_t { Blank, Comment, Event, Data, Id, Retry, Unknown };
enum class LineEnd : std::uint8_t { None, Lf, Cr, CrLf };

/// One line. Views are into the text it was read from, or whatever it is to be written with.
struct Line {
    LineKind kind = LineKind::Blank;
    std::string_view name;   ///< in front of the colon; empty in a comment
    std::string_view value;  ///< behind the colon and one space
    bool colon = false;
    bool space = false;  ///< one behind the colon, which is not part of the value
    LineEnd end = LineEnd::Lf;
    ByteRange range;       ///< with its line end, counted from the unit's first byte
    ByteRange valueRange;  ///< empty where the value is

    bool operator==(const Line&) const = default;
};

struct Event {
    bool byteOrderMark = false;
    std::vector<Line> lines;  ///< the blank one at the end among them

    bool operator==(const Event&) const = default;
};

/// What an event's lines mean (section 9.2.6, "Interpreting an event stream").
struct Meaning {
    std::string type = "message";
    bool hasData = false;  ///< without any data line, nothing is dispatched
    std::string data;      ///< the data lines joined by LF
    std::optional<std::string_view> id;
    std::optional<std::uint64_t> retry;  ///< milliseconds
};

/// How a unit stands in its stream; `form` of its record.
enum class Form : std::uint8_t {
    Event,          ///< dispatched
    WithoutData,    ///< ended by its blank line, but there is nothing to dispatch
    Comment,        ///< a comment in front of an event: a keep-alive, mostly
    Unfinished,     ///< the stream ended before the blank line
    EndLost,        ///< bytes are missing behind it
    BeginningLost,  ///< bytes are missing in front of it
};

/// Reads the lines of a unit. `atStart`: it is the first one, so a byte order mark may stand there.
Event parse(std::string_view unit, bool atStart);
/// Makes a line that encode() writes as `name: value`, or `: value` for a comment.
Line makeLine(LineKind kind, std::string_view value, LineEnd end = LineEnd::Lf);
/// Writes what it is told: parse() gives the same event again.
void encode(const Event& event, ByteWriter& out);
Meaning interpret(const Event& event);

/// Whether meaning.type is what the event is of: a line that names it may be among missing bytes.
/// What is cut itself names nothing.
bool isTypeKnown(const Event& event, Form form);

/// What the standard says about a unit, by its bytes, its form and whether there are more bytes of
/// it than these (at most kMaxMessageRead are to be given).
void check(std::string_view unit, bool atStart, Form form, bool cut, IssueSink& issues);

/// Appends the unit's layer, whose first byte stands at `place`, and the JSON in its data. Data of
/// several lines that is JSON becomes a byte source of its own.
FieldIndex describe(const Event& event, std::string_view unit, Form form, Dissection& dissection,
                    Place place);
/// "update  id=7  {"price":12}", "comment  keep-alive": at most `maxChars` characters.
std::string summary(const Event& event, Form form, std::size_t maxChars);

}  // namespace framescope::sse
