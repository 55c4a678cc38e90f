// How a stream finds its first sequence number. A SYN says it. As long as none came, one may still
// come, because the capture is out of order: what is seen is held under an assumed number that lies
// far before it, and moved once the right one is known.
#include <algorithm>
#include <utility>

#include "dissector/tcp/stream_assembler.h"

namespace framescope::tcp {
namespace {

/// How far the assumed start lies before the first byte that was seen.
constexpr StreamOffset kBefore = 1U << 30;

bool isBefore(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b) < 0;
}

}  // namespace

/// One byte that the other side had acknowledged before it was seen: it may be a keep-alive's.
bool StreamAssembler::wasAcknowledgedBefore(const Segment& segment) const {
    return m_start != Start::Known && segment.length == 1 && !segment.pushed && m_highestAck &&
           m_highestAck->number == segment.sequence + 1;
}

/// The first byte that was seen and is surely one of the stream has the number `sequence`.
void StreamAssembler::assumeStart(std::uint32_t sequence) {
    if (m_start == Start::Unknown) {
        m_start = Start::Assumed;
        m_base = sequence - static_cast<std::uint32_t>(kBefore);
        m_firstSeen = kBefore;
        // Sequence numbers are told relative to this.
        m_lastAck = kBefore;
        return;
    }
    const std::int64_t offset = widen(sequence, kBefore);
    if (offset >= 0) m_firstSeen = std::min(m_firstSeen, static_cast<StreamOffset>(offset));
}

void StreamAssembler::start(std::uint32_t base) {
    if (m_start == Start::Known) return;
    if (m_start == Start::Assumed) moveBase(base);
    m_base = base;
    m_start = Start::Known;
    m_lastAck = 0;
    if (m_highestAck) acknowledged(*m_highestAck);
    if (!m_everAcknowledged && hasHole()) arm(m_held.begin()->second.origin, kNoFloor);
    m_highestAck.reset();
    m_lowestAck.reset();
}

void StreamAssembler::startWithoutSyn(bool otherSynSeen) {
    if (m_start == Start::Known) return;
    std::optional<std::uint32_t> first;
    if (m_start == Start::Assumed) first = m_base + static_cast<std::uint32_t>(m_firstSeen);
    // Whoever sent a SYN acknowledges from the other side's first byte on.
    if (otherSynSeen && m_lowestAck && (!first || isBefore(*m_lowestAck, *first))) {
        first = m_lowestAck;
    }
    if (first) start(*first);
}

bool StreamAssembler::canStartAt(std::uint32_t base) const {
    /// A SYN that is captured late stands this little before what was seen at the most.
    constexpr std::uint32_t kAtMost = 1U << 20;
    if (m_start == Start::Known) return m_base == base;
    if (m_start == Start::Assumed) {
        return m_base + static_cast<std::uint32_t>(m_firstSeen) - base <= kAtMost;
    }
    return !m_lowestAck || *m_lowestAck - base <= kAtMost;
}

void StreamAssembler::moveBase(std::uint32_t base) {
    const auto shift = static_cast<std::int64_t>(static_cast<std::int32_t>(base - m_base));
    std::map<StreamOffset, Held> held;
    m_heldBytes = 0;
    for (auto& [offset, piece] : m_held) {
        std::int64_t moved = static_cast<std::int64_t>(offset) - shift;
        const std::int64_t end = moved + static_cast<std::int64_t>(piece.bytes.size());
        if (end <= 0) {
            // A keep-alive's byte before the first one; others count as a jump ahead.
            if (piece.doubtful) continue;
            moved += kTurn;
        } else if (moved < 0) {
            piece.bytes.erase(piece.bytes.begin(), piece.bytes.begin() - moved);
            piece.origin.fileOffset += static_cast<std::uint64_t>(-moved);
        }
        m_heldBytes += piece.bytes.size();
        held.emplace(static_cast<StreamOffset>(std::max<std::int64_t>(moved, 0)), std::move(piece));
    }
    m_held = std::move(held);
    const auto move = [shift](StreamOffset offset) {
        return static_cast<StreamOffset>(
            std::max<std::int64_t>(static_cast<std::int64_t>(offset) - shift, 0));
    };
    if (m_emptyEnd != 0) m_emptyEnd = move(m_emptyEnd);
    if (m_fin) m_fin = move(*m_fin);
    if (m_fartherFin) m_fartherFin = move(*m_fartherFin);
}

void StreamAssembler::resume(std::uint32_t base, StreamOffset next, std::optional<StreamOffset> fin,
                             std::unique_ptr<GivenUp> givenUp) {
    m_base = base;
    m_start = Start::Known;
    m_next = next;
    m_fin = fin;
    m_finTold = fin && next >= *fin;
    m_givenUp = std::move(givenUp);
}

std::unique_ptr<GivenUp> StreamAssembler::takeGivenUp() {
    if (m_givenUp) m_givenUp->keepFew();
    return std::move(m_givenUp);
}

bool StreamAssembler::isNear(std::uint32_t number) const {
    const auto near = [](std::uint32_t a, std::uint32_t b) {
        const auto distance = static_cast<std::int32_t>(a - b);
        return distance <= kNear && distance >= -kNear;
    };
    switch (m_start) {
        case Start::Unknown:
            return !m_lowestAck || near(number, *m_lowestAck) || near(number, m_highestAck->number);
        case Start::Assumed:
            return near(number, m_base + static_cast<std::uint32_t>(m_firstSeen)) ||
                   near(number, m_base + static_cast<std::uint32_t>(sentEnd()));
        case Start::Known:
            break;
    }
    return near(number, m_base + static_cast<std::uint32_t>(m_next)) ||
           near(number, m_base + static_cast<std::uint32_t>(sentEnd())) ||
           near(number, m_base + static_cast<std::uint32_t>(m_lastAck));
}

std::uint64_t StreamAssembler::distanceTo(std::uint32_t number) const {
    // An assumed start lies far before anything that was sent.
    const StreamOffset first = m_start == Start::Assumed ? m_firstSeen : m_next;
    const auto low = static_cast<std::int64_t>(first);
    const auto high = static_cast<std::int64_t>(std::max(first, farthest()));
    const std::int64_t at = widen(number, first);
    return static_cast<std::uint64_t>(at < low ? low - at : std::max<std::int64_t>(at - high, 0));
}

bool StreamAssembler::isOutside(std::uint32_t number, std::uint64_t before,
                                std::uint64_t ahead) const {
    if (m_start == Start::Unknown && !m_lowestAck) return false;
    std::uint32_t low = 0;
    std::uint64_t span = 0;
    if (m_start == Start::Unknown) {
        low = *m_lowestAck;
        span = m_highestAck->number - low;
    } else {
        // Nothing real lies farther behind than the greatest window.
        constexpr auto kWindow = static_cast<StreamOffset>(kGreatestWindow);
        const StreamOffset first = std::max(firstOffset(), m_next - std::min(m_next, kWindow));
        low = m_base + static_cast<std::uint32_t>(first);
        span = farthest() - std::min(farthest(), first);
    }
    return number - (low - static_cast<std::uint32_t>(before)) > before + span + ahead;
}

}  // namespace framescope::tcp
