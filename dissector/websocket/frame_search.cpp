#include "dissector/websocket/frame_search.h"

#include <algorithm>

namespace framescope::websocket {
namespace {

/// Up to this size every arrival is searched: there is little to read, and people wait for it.
constexpr std::size_t kSearchedAtOnce = 512;
/// A frame may be masked otherwise than its direction lets expect, where roles were guessed.
constexpr double kUnexpectedMask = 4;
/// By so much the best chain has to outweigh the next one, while more bytes may decide it.
constexpr double kMargin = 6;
/// Of larger windows, another search takes in half as much again.
constexpr std::size_t kLargeWindow = 2 * FrameSearch::kMaxSearch;

}  // namespace

bool hasRoom(HoldBudget::Share& share, std::size_t bytes, const HoldBudget& budget) {
    const bool room = share.set(bytes + HoldBudget::kMaxBytes / 2, budget);
    share.set(bytes, budget);
    return room;
}

void FrameSearch::add(ByteView bytes, const Arrival& arrival) {
    if (bytes.empty()) return;
    m_segments.push_back({end(), arrival});
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
}

FrameChains FrameSearch::chains(const FrameHabits& habits, Doubt doubt, bool atEnd, Behind behind,
                                std::size_t window, std::uint64_t cut) {
    const std::size_t share = m_haste == Haste::Late ? 1 : m_bytes.size() >= kLargeWindow ? 2 : 4;
    const std::size_t more = m_bytes.size() / share;
    m_nextSearch = m_bytes.size() < kSearchedAtOnce ? 0 : m_bytes.size() + more;
    m_searched = m_bytes.size();
    m_positions.clear();
    for (const Segment& segment : m_segments) {
        if (segment.at >= m_start) {
            m_positions.push_back(static_cast<std::size_t>(segment.at - m_start));
        }
    }
    const ByteView bytes = ByteView(m_bytes).first(std::min(window, m_bytes.size()));
    while (!m_positions.empty() && m_positions.back() >= bytes.size()) m_positions.pop_back();
    return {bytes,  m_positions, habits, doubt, atEnd && bytes.size() == m_bytes.size(),
            behind, cut};
}

std::optional<std::size_t> FrameSearch::find(std::optional<bool> masked, bool expected,
                                             bool deflate, bool atEnd, std::uint64_t cut) {
    if (m_bytes.empty()) return std::nullopt;
    const auto bestOf = [&](bool mask) {
        return chains({mask, deflate}, Doubt::OfFrames, atEnd, Behind::Frames, kWholeWindow, cut)
            .best();
    };
    auto best = bestOf(masked.value_or(expected));
    if (!masked) {
        auto other = bestOf(!expected);
        if (other) {
            other->weight -= kUnexpectedMask;
            if (!best || other->weight > best->weight) best = other;
        }
    }
    if (!best || best->weight < (atEnd ? kNeededAtEnd : kNeeded)) return std::nullopt;
    if (!atEnd && !full() && best->weight - best->rival < kMargin) return std::nullopt;
    return best->at;
}

std::size_t FrameSearch::excess(const HoldBudget& budget) {
    if (!full()) return 0;
    const bool room = hasRoom(m_share, m_bytes.size(), budget);
    if (!room) m_share.set(0, budget);
    if (room && m_bytes.size() < 2 * kMaxSearchIfRoom) return 0;
    return std::max(kMaxSearch, m_bytes.size() / 2);
}

void FrameSearch::drop(std::size_t count) {
    m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(count));
    m_start += count;
    // The segment that is cut keeps the moment of its rest.
    auto kept = std::ranges::upper_bound(m_segments, m_start, {}, &Segment::at);
    if (kept != m_segments.begin()) --kept;
    m_segments.erase(m_segments.begin(), kept);
    m_nextSearch = 0;
    m_searched = 0;
}

Arrival FrameSearch::arrivalOf(StreamOffset at) const {
    const auto behind = std::ranges::upper_bound(m_segments, at, {}, &Segment::at);
    return behind == m_segments.begin() ? Arrival{} : std::prev(behind)->arrival;
}

}  // namespace framescope::websocket
