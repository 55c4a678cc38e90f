// The head of an HTTP/1.x message (RFC 9112): start line and header lines, each part with its place
// among the bytes. Reads what real peers send (bare LF, folded lines, empty lines in front) and
// keeps lines it cannot read as malformed ones, so nothing is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/http/grammar.h"
#include "dissector/issue/issue.h"

namespace framescope::http {

enum class HeadKind : std::uint8_t { Request, Response };

/// One header line, together with the lines folded into it.
struct Header {
    std::string name;        ///< as written; empty where malformed
    std::string value;       ///< without white space around it; the whole line where malformed
    ByteRange range;         ///< the line with its line end
    ByteRange nameRange;     ///< empty where malformed
    ByteRange valueRange;    ///< of `value`
    bool malformed = false;  ///< no colon, no name, or white space before the colon
    bool folded = false;     ///< was continued on further lines (obsolete, section 5.2)

    bool operator==(const Header&) const = default;
};

/// A request's or a response's head. Ranges count from the first byte given to parseHead().
struct Head {
    HeadKind kind = HeadKind::Request;
    bool startLineMalformed = false;  ///< parts that could not be told apart are empty
    std::string startLine;            ///< without its line end
    std::string method;               ///< request
    std::string target;               ///< request
    std::string version;              ///< "HTTP/1.1"
    std::uint16_t status = 0;         ///< response
    std::string phrase;               ///< response; may be empty
    std::vector<Header> headers;

    ByteRange startLineRange;
    ByteRange methodRange;
    ByteRange targetRange;
    ByteRange versionRange;
    ByteRange statusRange;
    ByteRange phraseRange;
    ByteRange range;  ///< from the start line to the empty line's end

    /// The first header of this name in any case; nothing if there is none.
    const Header* find(std::string_view name) const;
    /// Its value, or "".
    std::string_view value(std::string_view name) const;
    /// Whether a header of that name lists `token` among its comma-separated elements, parameters
    /// left aside, in any case (Connection: keep-alive, Upgrade).
    bool lists(std::string_view name, std::string_view token) const;
    /// All elements of all headers of that name, trimmed, with their parameters.
    std::vector<std::string_view> elements(std::string_view name) const;

    bool operator==(const Head&) const = default;
};

/// Reads a head up to and with its empty line. Accepts any bytes; the caller bounds the length.
/// What ends with a damaged empty line is read by parseWholeHead() (whole_head.h).
Parsed<Head> parseHead(ByteView bytes);

/// Where a head ends that has no empty line, as far as `bytes` go, because one byte of it or of the
/// line end in front of it was damaged: behind three of the four bytes of CRLF CRLF, if nothing
/// comes behind them or no header line. Looks at no end in front of `from`.
std::optional<std::size_t> damagedHeadEnd(ByteView bytes, std::size_t from = 0);

/// Reads a head of which only the beginning is there: a line that is cut counts as it stands.
/// Nothing if not even its start line can be made out.
std::optional<Head> parseCutHead(ByteView bytes);

/// Finds where a head ends, fed piece by piece, so that a head that comes one byte at a time is
/// not scanned again and again.
class HeadEnd {
public:
    /// Reads on. The number of bytes of `chunk` that still belong to the head once its empty line
    /// was found; nothing before.
    std::optional<std::size_t> feed(ByteView chunk);
    /// Bytes that must still come at the least.
    std::size_t missing() const;

private:
    enum class LineSoFar : std::uint8_t { Empty, Cr, Text };

    LineSoFar m_line = LineSoFar::Empty;
    bool m_passedFalseEnd = false;  ///< one damaged byte is believed in, not several
    bool m_started = false;         ///< a line that is not empty was seen
};

/// Writes start line parts and headers with CRLF and the empty line. Of a malformed start line or
/// header it writes the text that was kept of it.
void encode(const Head& head, ByteWriter& out);

/// Malformed start line and header lines.
void check(const Head& head, IssueSink& issues);

}  // namespace framescope::http
