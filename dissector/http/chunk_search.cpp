#include "dissector/http/chunk_search.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace framescope::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
/// Digits of a chunk's size, and bytes of its line with its extensions.
constexpr std::size_t kMostDigits = 8;
constexpr std::size_t kLongestSizeLine = 256;

std::optional<std::uint64_t> hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

/// The size that a line without its end says; nothing if it is no size line.
std::optional<std::uint64_t> sizeIn(std::string_view line) {
    std::size_t digits = 0;
    std::uint64_t size = 0;
    while (digits < line.size()) {
        const auto digit = hexDigit(line[digits]);
        if (!digit) break;
        if (++digits > kMostDigits) return std::nullopt;
        size = size << 4 | *digit;
    }
    if (digits == 0 || line.size() > kLongestSizeLine) return std::nullopt;
    const bool ends = digits == line.size() || line[digits] == ';' || line[digits] == ' ';
    return ends ? std::optional(size) : std::nullopt;
}

}  // namespace

void ChunkSearch::add(StreamOffset offset, ByteView bytes, Arrival arrival,
                      const HoldBudget& budget) {
    if (m_pieces.empty()) m_start = offset;
    m_pieces.push_back({offset, bytes.size(), arrival});
    m_text += asText(bytes);
    const std::size_t cost = m_text.size() + m_pieces.size() * sizeof(Piece);
    m_overLimit = cost > kMaxHeld || !m_share.set(cost, budget);
    while (true) {
        const std::size_t end = m_text.find(kLineEnd, m_seen);
        if (end == std::string::npos) {
            // The last byte may be the first one of a line end.
            m_seen = std::max(m_line, m_text.size() - 1);
            break;
        }
        lookAtLine(m_line, end);
        m_line = m_seen = end + kLineEnd.size();
    }
    checkCandidates();
}

void ChunkSearch::lookAtLine(std::size_t begin, std::size_t end) {
    if (begin == end) return;
    ++m_lines;
    const auto size = sizeIn(std::string_view(m_text).substr(begin, end - begin));
    if (!size) return;
    ++m_sizeLines;
    const StreamOffset at = m_start + begin;
    const StreamOffset dataEnd = m_start + end + kLineEnd.size() + *size;
    // At the front of a segment that goes on in its data.
    const Piece& piece = m_pieces.back();
    const bool goesOn =
        *size != 0 && at == piece.at && dataEnd + kLineEnd.size() > piece.at + piece.size;
    if (m_candidates.size() < kMaxCandidates) m_candidates.push_back({at, dataEnd, goesOn});
}

bool ChunkSearch::isOfNumbers() const {
    // Where chunks carry text, a line of it stands between two size lines.
    constexpr std::size_t kFew = 4;
    return m_sizeLines > kFew && 5 * m_sizeLines > 3 * m_lines;
}

/// A segment begins here, or all that is held ends.
bool ChunkSearch::isBorder(StreamOffset at) const {
    return at == m_start + m_text.size() ||
           std::ranges::binary_search(m_pieces, at, {}, &Piece::at);
}

/// Believes the first one behind whose data a line ends, and drops those where none does. Among
/// numbers, chunk and segments have to begin and end together.
void ChunkSearch::checkCandidates() {
    const StreamOffset end = m_start + m_text.size();
    const bool numbers = isOfNumbers();
    std::erase_if(m_candidates, [&](const Candidate& candidate) {
        const auto believe = [&] {
            if (!m_found || candidate.at < *m_found) m_found = candidate.at;
        };
        if (candidate.goesOn && !numbers) {
            believe();
            return true;
        }
        if (candidate.dataEnd + kLineEnd.size() > end) return false;
        if (numbers && !(isBorder(candidate.at) && isBorder(candidate.dataEnd + kLineEnd.size()))) {
            return true;
        }
        // The data of a last chunk is the empty line itself.
        const std::string_view behind =
            std::string_view(m_text).substr(candidate.dataEnd - m_start);
        if (behind.starts_with(kLineEnd)) believe();
        return true;
    });
}

}  // namespace framescope::http
