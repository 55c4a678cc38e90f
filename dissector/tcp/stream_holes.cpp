// What becomes of holes. A hole is given up when the other side acknowledged its bytes and
// kPatience packets of the capture have passed since without filling it: the receiver has them, so
// nobody will send them again, and only a capture out of order could still bring them. What is
// given up is what all acknowledgments since have covered, so that a damaged or forged one makes
// nothing missing. Where nothing of the other side was captured, the same packets are waited for.
// What was cut off a packet is waited for as well, for as long as the sink has patience. A hole is
// told with the packet that showed it, whatever ended the waiting.
#include <algorithm>

#include "dissector/tcp/stream_assembler.h"

namespace framescope::tcp {

void StreamAssembler::acknowledged(const Acknowledgment& acknowledgment) {
    if (m_start != Start::Known) {
        const auto before = [](std::uint32_t a, std::uint32_t b) {
            return static_cast<std::int32_t>(a - b) < 0;
        };
        if (!m_lowestAck || before(acknowledgment.number, *m_lowestAck)) {
            m_lowestAck = acknowledgment.number;
        }
        if (!m_highestAck || before(m_highestAck->number, acknowledgment.number)) {
            m_highestAck = acknowledgment;
        }
        return;
    }
    std::int64_t widened = widen(acknowledgment.number, here());
    if (widened < static_cast<std::int64_t>(m_next) - kGreatestWindow) {
        // It says nothing of a jump ahead unless bytes were captured there.
        widened += kTurn;
        if (widened > static_cast<std::int64_t>(sentEnd()) + 1) return;
    }
    if (widened < 0) return;
    const auto offset = static_cast<StreamOffset>(widened);
    const bool repeated = m_everAcknowledged && offset == m_lastAck;
    if (!repeated) m_lastAckBy = {acknowledgment.packet, acknowledgment.timeNs, 0};
    m_everAcknowledged = true;
    m_windowClosed = acknowledgment.windowClosed;
    m_lastAck = offset;
    if (offset <= m_next && !m_armed && m_held.empty()) {
        m_highAck = std::max(m_highAck, offset);
        return;
    }
    if (offset > m_next) {
        if (m_ahead != 0 && m_next >= m_ahead) m_lags = true;
        m_ahead = offset;
    }
    if (m_armed && m_floor == kNoFloor) m_armed = false;
    if (offset <= sentEnd()) {
        m_highAck = std::max(m_highAck, offset);
    } else {
        m_ackBeyond = std::max(m_ackBeyond, offset);
    }
    if (offset == m_next && hasHole()) {
        // Two repetitions: of a packet that was captured twice there is one.
        if (repeated && acknowledgment.bare && m_repeats < 2) ++m_repeats;
        m_missed = m_missed || acknowledgment.selective || m_repeats >= 2;
    }
    const StreamOffset end = endOfBytes(offset);
    if (end <= m_next) {
        m_armed = false;
    } else if (!m_armed) {
        arm({acknowledgment.packet, acknowledgment.timeNs, 0}, end);
    } else {
        noteFloor({acknowledgment.packet, acknowledgment.timeNs, 0}, end);
    }
}

/// While a hole is waited for, others behind it may be acknowledged: the waiting for them begins
/// with that.
void StreamAssembler::noteFloor(Origin by, StreamOffset end) {
    if (end <= m_floor) {
        m_floor = end;
        m_laterFloors.clear();
        return;
    }
    bool lowered = false;
    while (!m_laterFloors.empty() && m_laterFloors.back().end >= end) {
        by = m_laterFloors.back().by;
        lowered = true;
        m_laterFloors.pop_back();
    }
    if (!lowered && !m_laterFloors.empty()) {
        // Where nothing was captured between them, it is one hole that grows.
        const auto between = m_held.lower_bound(m_laterFloors.back().end);
        const bool same = between == m_held.end() || between->first >= end;
        if (same || m_laterFloors.size() == kMostFloors) m_laterFloors.pop_back();
    }
    m_laterFloors.push_back({end, by});
}

/// How far the bytes reach that an acknowledgment covers: the FIN has a number of its own.
StreamOffset StreamAssembler::endOfBytes(StreamOffset acknowledged) const {
    if (m_fin) return std::min(acknowledged, *m_fin);
    return acknowledged == sentEnd() + 1 ? acknowledged - 1 : acknowledged;
}

void StreamAssembler::arm(const Origin& by, StreamOffset floor) {
    m_armed = true;
    m_since = by.packet;
    m_armedBy = by;
    m_floor = floor;
    m_laterFloors.clear();
}

/// What was waited for keeps coming: the capture lags behind its acknowledgments.
void StreamAssembler::madeProgress(PacketNumber packet) {
    if (m_next < m_floor && (m_floor != kNoFloor || hasHole())) m_since = packet;
    passFloor(packet);
}

/// The stream may have come to where it was waited for, in `packet`. Acknowledgments may have gone
/// farther meanwhile: what the first of those covers is waited for since it came.
void StreamAssembler::passFloor(PacketNumber packet) {
    if (!m_armed) return;
    if (m_floor == kNoFloor) {
        m_armed = hasHole();
        return;
    }
    if (m_next < m_floor) return;
    auto next = std::ranges::find_if(
        m_laterFloors, [this](const Floor& floor) { return endOfBytes(floor.end) > m_next; });
    m_armed = next != m_laterFloors.end();
    if (m_armed) {
        m_floor = endOfBytes(next->end);
        m_armedBy = next->by;
        m_since = std::max(next->by.packet, packet);
        ++next;
    }
    m_laterFloors.erase(m_laterFloors.begin(), next);
}

/// What of the bytes in front of a captured one is known to have arrived.
StreamOffset StreamAssembler::acknowledgedOfSent() const {
    // Of those that were ahead of what had been seen, the last counts, and every one that what came
    // since has caught up with.
    const StreamOffset last = endOfBytes(m_lastAck);
    const StreamOffset known = std::max(acknowledgedEnd(), last);
    return m_ackBeyond <= sentEnd() + 1 ? std::max(known, endOfBytes(m_ackBeyond)) : known;
}

PacketNumber StreamAssembler::deadline(const StreamAssembler& other) const {
    PacketNumber first = std::numeric_limits<PacketNumber>::max();
    if (hasCut()) first = m_cutBy.packet + m_cutWait + 1;
    if (isHeldUp()) {
        // The hole behind these is looked at once they were handed on.
        if (waitsForHole(other)) return first;
        return std::min(first, firstHeldPacket() + kPatience + 1);
    }
    return m_armed ? std::min(first, m_since + patience() + 1) : first;
}

/// One behind the bytes that are missing at the moment, as far as they were acknowledged.
StreamOffset StreamAssembler::holeEnd() const {
    StreamOffset end = m_floor;
    if (!m_held.empty()) end = std::min(end, m_held.begin()->first);
    if (end == kNoFloor) end = m_next;
    return end;
}

bool StreamAssembler::giveUpDue(PacketNumber now, StreamSink& sink) {
    if (hasCut() && now - m_cutBy.packet > m_cutWait) {
        giveUpCut(LimitMet::None, sink);
        return true;
    }
    return m_armed && now - m_since > patience() && giveUp(now, sink);
}

bool StreamAssembler::giveUpAcknowledged(StreamSink& sink) {
    if (hasCut()) {
        giveUpCut(LimitMet::None, sink);
        return true;
    }
    return m_armed && m_floor != kNoFloor && hasHole() && giveUp(m_since, sink);
}

bool StreamAssembler::giveUp(PacketNumber now, StreamSink& sink) {
    dropStale();
    const StreamOffset end = holeEnd();
    if (end <= m_next) {
        // There is no hole, or what stands in front of it waits for the other direction.
        m_armed = m_floor != kNoFloor && m_floor > m_next;
        if (!isHeldUp()) m_since = now;
        return false;
    }
    const bool oneSided = m_floor == kNoFloor;
    gap(end, oneSided ? GapCause::OneSided : GapCause::NotCaptured, LimitMet::None, shownBy(),
        sink);
    passFloor(0);
    return true;
}

Origin StreamAssembler::shownBy() const {
    if (!m_held.empty()) return m_held.begin()->second.origin;
    return m_armed ? m_armedBy : Origin{};
}

void StreamAssembler::noteCutBefore(std::uint32_t sequence, std::uint64_t length) {
    if (m_start != Start::Known) return;
    const std::int64_t offset = offsetOf(sequence);
    if (offset < static_cast<std::int64_t>(m_next)) return;
    if (!m_cutBefore) m_cutBefore = std::make_unique<std::map<StreamOffset, StreamOffset>>();
    m_cutBefore->erase(m_cutBefore->begin(), m_cutBefore->lower_bound(m_next));
    if (m_cutBefore->size() >= kMostCutBefore) return;
    const auto begin = static_cast<StreamOffset>(offset);
    m_cutBefore->insert_or_assign(begin, begin + length);
}

/// Tells what of missing bytes was cut off a packet before it was captured apart from the rest.
void StreamAssembler::gapOfCuts(StreamOffset end, GapCause cause, LimitMet limitMet,
                                const Origin& shownBy, StreamSink& sink) {
    const auto cut = m_cutBefore->extract(m_next);
    if (cut.mapped() <= end) gap(cut.mapped(), GapCause::CutShort, limitMet, shownBy, sink);
    if (m_next < end) gap(end, cause, limitMet, shownBy, sink);
}

void StreamAssembler::gap(StreamOffset end, GapCause cause, LimitMet limitMet,
                          const Origin& shownBy, StreamSink& sink) {
    if (hasCut() && cause != GapCause::CutShort) {
        giveUpCut(limitMet, sink);
        if (m_next >= end) return;
    }
    if (m_cutBefore && cause != GapCause::CutShort && m_cutBefore->contains(m_next)) {
        gapOfCuts(end, cause, limitMet, shownBy, sink);
        return;
    }
    const Gap gap{m_next, end - m_next, cause, limitMet, shownBy};
    if (!m_givenUp) m_givenUp = std::make_unique<GivenUp>();
    m_givenUp->add(m_next, end);
    m_next = end;
    m_ahead = 0;
    m_missed = false;
    m_repeats = 0;
    if (m_held.empty() && cause != GapCause::CutShort) {
        // Nothing of this direction is captured at the moment. The other one goes on without it,
        // and what is acknowledged from here on is gathered in fewer and greater holes.
        m_silent = true;
        if (m_doublings < 16) ++m_doublings;
    }
    sink.streamGap(gap);
    tellFin(sink);
}

void StreamAssembler::giveUpCut(LimitMet limitMet, StreamSink& sink) {
    if (!hasCut()) return;
    const StreamOffset end = m_held.empty() ? m_cutEnd : std::min(m_cutEnd, m_held.begin()->first);
    m_cutEnd = 0;
    if (m_cutWait != 0) sink.streamCutEnded(false);
    gap(end, GapCause::CutShort, limitMet, m_cutBy, sink);
    passFloor(m_cutBy.packet);
}

/// Tells what was acknowledged of the missing bytes apart from what was not.
void StreamAssembler::splitGap(StreamOffset end, LimitMet limitMet, StreamSink& sink) {
    const StreamOffset acknowledged = std::min(acknowledgedOfSent(), end);
    const Origin by = shownBy();
    if (acknowledged > m_next) gap(acknowledged, GapCause::NotCaptured, limitMet, by, sink);
    if (end > m_next) {
        const GapCause unanswered =
            m_everAcknowledged ? GapCause::NotAcknowledged : GapCause::OneSided;
        gap(end, limitMet != LimitMet::None ? GapCause::GivenUp : unanswered, limitMet, by, sink);
    }
}

/// A byte of doubtful origin with a hole in front of it: what stood in its place is not known.
void StreamAssembler::dropStale() {
    while (!m_held.empty() && m_held.begin()->second.doubtful && m_held.begin()->first > m_next) {
        m_heldBytes -= m_held.begin()->second.bytes.size();
        m_held.erase(m_held.begin());
    }
}

/// A segment that cannot be this stream's, whatever its number: it was captured before the FIN that
/// stands in front of it, or lies farther ahead than any window reaches, and was never
/// acknowledged. Nothing is missing in front of it, so it is told beside the stream.
bool StreamAssembler::dropStray(StreamSink& sink) {
    const auto& [offset, held] = *m_held.begin();
    if (offset <= m_next || acknowledgedEnd() > offset) return false;
    const bool behindFin = m_fin && offset > *m_fin && held.origin.packet < m_finPacket;
    const bool tooFar =
        m_everAcknowledged && offset - std::max(m_next, acknowledgedEnd()) > kGreatestWindow;
    if (!behindFin && !tooFar) return false;
    const auto stray = m_held.extract(m_held.begin());
    m_heldBytes -= stray.mapped().bytes.size();
    sink.streamUnplaced(static_cast<std::int64_t>(stray.key()), stray.mapped().bytes,
                        stray.mapped().origin);
    return true;
}

void StreamAssembler::giveUpFirstHole(StreamSink& sink) {
    dropStale();
    if (m_held.empty() || dropStray(sink)) return;
    skipFinNumber();
    if (hasHole()) splitGap(m_held.begin()->first, LimitMet::None, sink);
}

void StreamAssembler::relieve(LimitMet limitMet, StreamSink& sink) {
    dropStale();
    if (m_held.empty() || dropStray(sink)) return;
    skipFinNumber();
    if (hasHole()) splitGap(m_held.begin()->first, limitMet, sink);
    deliver(sink);
}

void StreamAssembler::flush(StreamSink& sink) {
    while (!m_held.empty()) relieve(LimitMet::None, sink);
    giveUpCut(LimitMet::None, sink);
    const StreamOffset sent = std::max(m_next, m_emptyEnd);
    // Nothing will contradict the last acknowledgment any more.
    if (m_armed && m_floor != kNoFloor) m_highAck = std::max(m_highAck, m_lastAck);
    StreamOffset end = std::max(acknowledgedEnd(), sent);
    if (m_fin) {
        end = *m_fin;
    } else if (end == sent + 1) {
        // One more than the data: a FIN that was acknowledged but not captured.
        end = sent;
    }
    if (end > m_next) splitGap(end, LimitMet::None, sink);
    m_armed = false;
    tellFin(sink);
}

/// RFC 9293 section 3.8.4: a keep-alive repeats the byte before the next one, or sends anything in
/// its place, and wants nothing but an answer.
bool StreamAssembler::isKeepAlive(const Segment& segment, std::int64_t end) const {
    return segment.length == 1 && !segment.pushed && m_start == Start::Known &&
           (end == static_cast<std::int64_t>(m_next) ||
            end == static_cast<std::int64_t>(sentEnd()));
}

void StreamAssembler::noteKeepAlive(StreamOffset end) {
    if (end == m_keepAlives.front()) return;
    std::rotate(m_keepAlives.begin(), std::prev(m_keepAlives.end()), m_keepAlives.end());
    m_keepAlives.front() = end;
}

/// One that was captured twice: the stream may have gone on before its copy came.
bool StreamAssembler::isKeepAliveAgain(const Segment& segment, std::int64_t end) const {
    return segment.length == 1 && !segment.pushed && end > 0 &&
           std::ranges::find(m_keepAlives, static_cast<StreamOffset>(end)) != m_keepAlives.end();
}

/// Whether a single byte that was acknowledged before it came can be a keep-alive's. None has the
/// PSH flag, which asks for data to be handed on. Senders wait for a second at the least before
/// they ask whether somebody is there; only of a capture that is known to bring acknowledgments in
/// front of their bytes is it said that what comes sooner is data.
bool StreamAssembler::mayBeMadeUp(const Segment& segment) const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    return !segment.pushed && (!m_lags || segment.origin.timeNs - m_lastAckBy.timeNs >= kSecond);
}

}  // namespace framescope::tcp
