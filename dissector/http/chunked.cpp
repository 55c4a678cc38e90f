// One state per place in the grammar; only numbers are kept between pieces. Lenient where peers are
// (bare LF, white space behind the size), strict where being lenient would lose the footing.
#include "dissector/http/chunked.h"

#include <algorithm>

namespace framescope::http {
namespace {

/// Longer size lines and trailers than this are no chunked coding any more.
constexpr std::uint64_t kLongestLine = 8192;
constexpr std::uint64_t kLongestTrailers = 65536;
constexpr std::uint64_t kLongestStrictLine = 256;

int hexDigit(std::uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

ChunkDecoder::ChunkDecoder(std::uint64_t remaining, Rules rules)
    : m_state(remaining == 0 ? State::Size : State::Data), m_remaining(remaining), m_rules(rules) {}

ChunkDecoder ChunkDecoder::ended() {
    ChunkDecoder decoder;
    decoder.m_state = State::Finished;
    return decoder;
}

std::optional<std::uint64_t> ChunkDecoder::resumable() const {
    if (m_state == State::Data) return m_remaining;
    if (m_state == State::Size && m_position == m_lineStart) return 0;
    return std::nullopt;
}

void ChunkDecoder::add(std::vector<ChunkPart>* parts, ChunkPart::Kind kind, ByteRange range) {
    if (parts == nullptr) return;
    if (kind == ChunkPart::Data && !parts->empty() && parts->back().kind == ChunkPart::Data &&
        parts->back().range.end == range.begin) {
        parts->back().range.end = range.end;
        return;
    }
    ChunkPart part{kind, range, 0, {}};
    if (kind == ChunkPart::SizeLine) {
        part.value = m_size;
        part.digits = {range.begin, m_digitsEnd};
    }
    parts->push_back(part);
}

/// The line that began at m_lineStart ends before `end`.
void ChunkDecoder::endLine(std::uint64_t end, std::vector<ChunkPart>* parts) {
    const ByteRange line{m_lineStart, end};
    if (m_state == State::DataEnd) {
        add(parts, ChunkPart::DataEnd, line);
        m_state = State::Size;
    } else if (m_state != State::Trailer) {
        add(parts, ChunkPart::SizeLine, line);
        m_remaining = m_size;
        m_state = m_size == 0 ? State::Trailer : State::Data;
    } else if (m_lineEmpty) {
        add(parts, ChunkPart::End, line);
        m_state = State::Finished;
    } else {
        add(parts, ChunkPart::Trailer, line);
    }
    m_size = m_state == State::Size ? 0 : m_size;
    m_lineStart = end;
    m_lineEmpty = true;
    m_afterCr = m_extensionBegun = false;
}

bool ChunkDecoder::fitsStrictly(std::uint8_t byte) const {
    if (m_state == State::Trailer) return true;
    // Nothing but CR LF ends a line.
    if (m_afterCr || byte == '\n') return m_afterCr && byte == '\n';
    if (m_position - m_lineStart > kLongestStrictLine) return false;
    if (m_state == State::Size) return m_size >> 28 == 0 || hexDigit(byte) < 0;
    if (m_state != State::Extension || byte == '\r') return true;
    const bool blank = byte == ' ' || byte == '\t';
    return blank || byte == ';' || (m_extensionBegun && byte > ' ' && byte < 0x7f);
}

bool ChunkDecoder::accepts(std::uint8_t byte) {
    const std::uint64_t lineBytes = m_position - m_lineStart;
    switch (m_state) {
        case State::Size:
            if (const int digit = hexDigit(byte); digit >= 0) {
                if (m_size >> 60 != 0) return false;  // would not fit 64 bits
                m_size = m_size << 4 | static_cast<std::uint64_t>(digit);
                m_digitsEnd = m_position + 1;
                return lineBytes < kLongestLine;
            }
            if (lineBytes == 0) return false;
            m_state = State::Extension;
            return byte == '\r' || byte == ';' || byte == ' ' || byte == '\t';
        case State::Extension:
            return lineBytes < kLongestLine;
        case State::DataEnd:
            return byte == '\r' && lineBytes == 0;
        case State::Trailer:
            if (byte != '\r' || lineBytes != 0) m_lineEmpty = false;
            return ++m_trailerSize <= kLongestTrailers;
        default:
            return false;
    }
}

std::size_t ChunkDecoder::feed(ByteView bytes, std::vector<ChunkPart>* parts) {
    std::size_t i = 0;
    while (i < bytes.size() && !finished() && !failed()) {
        if (m_state == State::Data) {
            const std::uint64_t count = std::min<std::uint64_t>(m_remaining, bytes.size() - i);
            add(parts, ChunkPart::Data, {m_position, m_position + count});
            i += static_cast<std::size_t>(count);
            takeData(count);
            continue;
        }
        const bool lineEnds =
            bytes[i] == '\n' && (m_state != State::Size || m_position != m_lineStart);
        const bool fits = m_rules == Rules::Lenient || fitsStrictly(bytes[i]);
        if (!fits || (!lineEnds && !accepts(bytes[i]))) {
            m_state = State::Failed;
            break;
        }
        m_afterCr = bytes[i] == '\r';
        m_extensionBegun = m_extensionBegun || bytes[i] == ';';
        ++i;
        ++m_position;
        if (lineEnds) endLine(m_position, parts);
    }
    return i;
}

void ChunkDecoder::takeData(std::uint64_t count) {
    m_position += count;
    m_dataSize += count;
    m_remaining -= count;
    if (m_remaining == 0) {
        m_state = State::DataEnd;
        m_lineStart = m_position;
    }
}

bool ChunkDecoder::skip(std::uint64_t count) {
    if (count > skippable()) {
        m_state = State::Failed;
        return false;
    }
    if (count > 0) takeData(count);
    return true;
}

}  // namespace framescope::http
