#include "dissector/http/chunk_search.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "dissector/http/grammar.h"

namespace framescope::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
/// That a line stands at the front of a segment tells little of text that is sent line by line.
constexpr unsigned kMostBitsOfFront = 5;
/// "0", an empty line, and nothing behind it or the next response.
constexpr unsigned kBitsOfEnd = 12;
constexpr unsigned kMostBitsOfLink = 16;

/// Where a text consists of nothing but lines of a kind, it is likely to be regular, and no chance
/// that one leads to another. Where chunks carry text, a line of it stands between two size lines.
bool isMostOf(std::uint64_t count, std::uint64_t lines) {
    constexpr std::uint64_t kFew = 4;
    return count > kFew && 5 * count > 3 * lines;
}

unsigned logOf(std::uint64_t count) {
    return count == 0 ? 0 : static_cast<unsigned>(std::bit_width(count)) - 1;
}

}  // namespace

void ChunkSearch::add(StreamOffset offset, ByteView bytes, Arrival arrival,
                      const HoldBudget& budget) {
    if (bytes.empty()) return;
    const std::size_t begin = m_text.size();
    if (m_pieces.empty() || m_pieces.back().missing != 0) {
        m_run = m_line = m_seen = begin;
        m_runStart = offset;
        // A line end may be cut in two.
        if (asText(bytes).starts_with('\n')) ++m_line;
    }
    m_pieces.push_back({offset, bytes.size(), 0, arrival, begin});
    m_text += asText(bytes);
    m_bytes += bytes.size();
    const std::size_t cost = m_text.size() + m_pieces.size() * sizeof(Piece);
    m_overLimit = !m_share.set(cost, budget) || cost > kMaxHeld;
    if (endsWithLine()) ++m_linedFronts;
    while (!m_found) {
        const std::size_t end = m_text.find(kLineEnd, std::max(m_seen, m_line));
        if (end == std::string::npos) {
            // The last byte may be the first one of a line end.
            m_seen = m_text.size() - 1;
            break;
        }
        lookAtLine(m_line, end);
        m_line = m_seen = end + kLineEnd.size();
    }
    const StreamOffset behind = offset + bytes.size();
    const auto lead = m_leads.find(behind);
    if (lead != m_leads.end() && endsWithLine()) consider(lead->second, bitsOf(m_linedFronts));
}

void ChunkSearch::addGap(StreamOffset offset, std::uint64_t missing, Arrival arrival) {
    m_pieces.push_back({offset, 0, missing, arrival, m_text.size()});
    m_ending.reset();
}

void ChunkSearch::forget() {
    m_pieces.clear();
    m_text.clear();
    m_run = m_line = m_seen = 0;
    m_ending.reset();
    m_share = {};
    m_overLimit = false;
}

bool ChunkSearch::endsWithLine() const {
    return std::string_view(m_text).substr(m_run).ends_with(kLineEnd);
}

bool ChunkSearch::isFront(StreamOffset at) const {
    return std::ranges::binary_search(m_pieces, at, {}, &Piece::at);
}

void ChunkSearch::lookAtLine(std::size_t begin, std::size_t end) {
    const std::string_view line = std::string_view(m_text).substr(begin, end - begin);
    const StreamOffset at = offsetOf(begin);
    ++m_lines;
    if (m_ending) lookBehindLastChunk(line, end + kLineEnd.size());
    dropLeadsBefore(at);
    const auto lead = m_leads.find(at);
    std::optional<Chain> chain;
    if (lead != m_leads.end()) {
        chain = lead->second;
        m_leads.erase(lead);
    }
    const auto size = parseSizeLine(line);
    if (!size) return;
    const Kind kind = size->size == 0 ? Last : size->extended ? Extended : Plain;
    const bool front = isFront(at);
    ++m_sizeLines[front ? 1 : 0][kind];
    if (chain) {
        ++chain->links[kind];
        chain->last = at;
    }
    // What led here may be worth less than where it is.
    const Chain fresh{at, at, kind, front, {}};
    if (!chain || margin(fresh, 0, 0) > margin(*chain, 0, 0)) chain = fresh;
    if (size->size == 0) {
        m_ending = chain;
    } else {
        addLead(offsetOf(end + kLineEnd.size()) + size->size + kLineEnd.size(), *chain);
    }
    if (chain->first != at) consider(*chain, 0);
}

void ChunkSearch::lookBehindLastChunk(std::string_view line, std::size_t end) {
    if (!line.empty()) {
        if (!isHeaderLine(line)) m_ending.reset();
        return;
    }
    const std::string_view behind = std::string_view(m_text).substr(end);
    constexpr std::string_view kVersion = "HTTP/1.";
    if (behind.empty() || behind.starts_with(kVersion)) consider(*m_ending, kBitsOfEnd);
    m_ending.reset();
}

void ChunkSearch::addLead(StreamOffset at, const Chain& chain) {
    const auto [lead, isNew] = m_leads.try_emplace(at, chain);
    if (!isNew) {
        // Of two that agree the one that came further knows more.
        if (margin(chain, 0, 0) > margin(lead->second, 0, 0)) lead->second = chain;
    } else if (m_leads.size() > kMaxLeads) {
        // What leads furthest is the least likely.
        m_leads.erase(std::prev(m_leads.end()));
    }
}

void ChunkSearch::dropLeadsBefore(StreamOffset at) {
    m_leads.erase(m_leads.begin(), m_leads.lower_bound(at));
}

unsigned ChunkSearch::bitsOf(std::uint64_t count) const {
    return std::min(kMostBitsOfLink, logOf(m_bytes / std::max<std::uint64_t>(count, 1)));
}

int ChunkSearch::margin(const Chain& chain, unsigned bits, unsigned wanted) const {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        const std::uint64_t count = m_sizeLines[0][kind] + m_sizeLines[1][kind];
        if (chain.links[kind] == 0 || isMostOf(count, m_lines)) continue;
        bits += chain.links[kind] * bitsOf(count);
    }
    if (chain.front) bits += std::min(kMostBitsOfFront, bitsOf(m_lines));
    wanted += logOf(m_sizeLines[chain.front ? 1 : 0][chain.kind]);
    return static_cast<int>(bits) - static_cast<int>(wanted);
}

void ChunkSearch::consider(const Chain& chain, unsigned bits) {
    if (m_found || margin(chain, bits, kEvidence + m_mistakes * kEvidenceByMistake) < 0) return;
    // The beginning of the chain may have been given up.
    const StreamOffset at = chain.first >= start() ? chain.first : chain.last;
    if (at >= start()) m_found = at;
}

std::optional<StreamOffset> ChunkSearch::findAtEnd() const {
    if (m_found || m_pieces.empty()) return m_found;
    const Piece& end = m_pieces.back();
    const StreamOffset behind = end.at + end.size + end.missing;
    std::optional<StreamOffset> best;
    int bestMargin = 0;
    const unsigned wanted = kEvidenceAtEnd + m_mistakes * kEvidenceByMistake;
    for (const auto& [at, chain] : m_leads) {
        const StreamOffset found = chain.first >= start() ? chain.first : chain.last;
        if (found < start()) continue;
        const bool ends = at == behind && end.missing == 0 && endsWithLine();
        const int more = margin(chain, ends ? bitsOf(m_linedFronts) : 0, wanted);
        if (more < bestMargin || (more == bestMargin && best)) continue;
        best = found;
        bestMargin = more;
    }
    return best;
}

}  // namespace framescope::http
