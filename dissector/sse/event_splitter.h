// Finds where the units of an event stream begin and end, fed piece by piece. Keeps a few numbers
// and no bytes. What it finds depends on the bytes alone, not on where they are cut.
//
// A unit is a comment line in front of an event (a keep-alive is to be seen when it comes, whether
// or not a blank line follows it), or the lines of an event up to and with its blank line. Blank
// lines between units belong to none.
#pragma once

#include <cstdint>

#include "dissector/core/bytes.h"

namespace framescope::sse {

class EventSplitter {
public:
    struct Step {
        std::size_t taken = 0;  ///< bytes read: all, or up to the end of a unit
        bool ended = false;     ///< a unit ends behind them
    };
    /// Reads on to the end of the next unit. Call again with what it did not take.
    Step feed(ByteView bytes);
    /// No more bytes come; whether a unit ends here after all.
    bool finish();
    /// The first byte of a unit, from which reading begins, stands here.
    void beginAt(std::uint64_t position);
    /// Reading goes on behind missing bytes, in the midst of what may be an event.
    void resume(std::uint64_t position);

    /// A unit has begun and has not ended.
    bool inUnit() const { return m_inUnit; }
    /// First byte of the unit that has begun, or has just ended.
    std::uint64_t unitBegin() const { return m_unitBegin; }
    /// The unit that has just ended is a comment.
    bool isComment() const { return m_comment; }
    std::uint64_t position() const { return m_position; }

private:
    enum class Line : std::uint8_t { Start, Comment, Field };

    void beginLine(std::uint8_t first);
    bool endLine();

    std::uint64_t m_position = 0;
    std::uint64_t m_unitBegin = 0;
    Line m_line = Line::Start;
    bool m_inUnit = false;
    bool m_hasFields = false;
    bool m_comment = false;
    /// A CR ended the line, unless an LF belongs to it. Where the line end before it was a CR alone
    /// this one is taken for one too, so that the last event of such a stream is not kept waiting.
    bool m_afterCr = false;
    bool m_crAlone = false;
    bool m_skipLf = false;
    std::uint8_t m_markBytes = 0;  ///< of a byte order mark at the very start
};

}  // namespace framescope::sse
