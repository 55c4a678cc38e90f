#include "dissector/sse/event_splitter.h"

#include <algorithm>
#include <array>

namespace framescope::sse {
namespace {

constexpr std::array<std::uint8_t, 3> kByteOrderMark = {0xef, 0xbb, 0xbf};

bool endsLine(std::uint8_t byte) {
    return byte == '\r' || byte == '\n';
}

}  // namespace

EventSplitter::Step EventSplitter::feed(ByteView bytes) {
    std::size_t at = 0;
    const auto take = [&](std::size_t count) {
        at += count;
        m_position += count;
    };
    while (at < bytes.size()) {
        const std::uint8_t byte = bytes[at];
        if (m_afterCr) {
            m_afterCr = false;
            m_crAlone = byte != '\n';
            if (!m_crAlone) take(1);
            if (endLine()) return {at, true};
            continue;
        }
        if (m_skipLf) {
            m_skipLf = false;
            if (byte == '\n') {
                m_crAlone = false;
                take(1);
                continue;
            }
        }
        if (byte == '\n') {
            take(1);
            m_crAlone = false;
            if (endLine()) return {at, true};
        } else if (byte == '\r') {
            take(1);
            m_afterCr = !m_crAlone;
            m_skipLf = m_crAlone;
            if (m_crAlone && endLine()) return {at, true};
        } else if (m_line == Line::Start) {
            beginLine(byte);
            take(1);
        } else {
            const ByteView rest = bytes.subspan(at);
            take(static_cast<std::size_t>(std::ranges::find_if(rest, endsLine) - rest.begin()));
        }
    }
    return {at, false};
}

bool EventSplitter::finish() {
    if (!m_afterCr) return false;
    m_afterCr = false;
    return endLine();
}

void EventSplitter::beginAt(std::uint64_t position) {
    *this = {};
    m_position = m_unitBegin = position;
}

void EventSplitter::resume(std::uint64_t position) {
    *this = {};
    m_position = m_unitBegin = position;
    m_inUnit = m_hasFields = true;
    m_line = Line::Field;
}

void EventSplitter::beginLine(std::uint8_t first) {
    if (!m_inUnit) {
        m_inUnit = true;
        m_unitBegin = m_position;
        m_hasFields = false;
    }
    // Behind a byte order mark the first line is still to begin.
    if (m_markBytes == m_position && m_markBytes < kByteOrderMark.size() &&
        first == kByteOrderMark[m_markBytes]) {
        ++m_markBytes;
        return;
    }
    m_line = first == ':' ? Line::Comment : Line::Field;
}

/// Whether the unit ends with this line.
bool EventSplitter::endLine() {
    const Line line = m_line;
    m_line = Line::Start;
    if (line == Line::Field) m_hasFields = true;
    const bool blank = line == Line::Start;
    if (blank && !m_hasFields) {
        m_inUnit = false;
        return false;
    }
    if (!blank && (line == Line::Field || m_hasFields)) return false;
    m_comment = line == Line::Comment;
    m_inUnit = m_hasFields = false;
    return true;
}

}  // namespace framescope::sse
