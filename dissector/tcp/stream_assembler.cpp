#include "dissector/tcp/stream_assembler.h"

#include <utility>

#include "dissector/tcp/handed_on.h"

namespace framescope::tcp {

void StreamAssembler::segment(const Segment& segment, StreamSink& sink) {
    if (m_start != Start::Known) {
        assumeStart(segment.sequence + (wasAcknowledgedBefore(segment) ? 1U : 0U));
    }
    const std::int64_t begin = widen(segment.sequence, here());
    if (begin != static_cast<std::int64_t>(m_next) || !m_held.empty() || !segment.ready ||
        m_start != Start::Known || (m_windowClosed && segment.length == 1)) {
        segmentOutOfOrder(segment, begin, sink);
        return;
    }
    handOn(segment.captured, segment.origin, sink);
    skipCut(segment.length - segment.captured.size(), segment.origin, sink);
    if (m_armed) madeProgress(segment.origin.packet);
}

void StreamAssembler::segmentOutOfOrder(const Segment& segment, std::int64_t begin,
                                        StreamSink& sink) {
    const auto next = static_cast<std::int64_t>(m_next);
    if (begin < next - kGreatestWindow || (begin < 0 && m_start != Start::Known)) begin += kTurn;
    const std::int64_t end = begin + static_cast<std::int64_t>(segment.length);
    if (segment.length == 0) return;
    if (isKeepAlive(segment, end)) {
        noteKeepAlive(static_cast<StreamOffset>(end));
        return;
    }
    if (end <= next && isKeepAliveAgain(segment, end)) return;

    Difference difference;
    Origin at = segment.origin;
    ByteView bytes = segment.captured;
    if (begin < next) {
        const auto known =
            std::min<std::size_t>(static_cast<std::size_t>(next - begin), bytes.size());
        const std::size_t before =
            begin < 0 ? std::min<std::size_t>(static_cast<std::size_t>(-begin), known) : 0;
        if (before > 0) sink.streamUnplaced(begin, bytes.first(before), at);
        if (known > before) {
            Origin repeated = at;
            repeated.fileOffset += before;
            const auto offset =
                static_cast<StreamOffset>(begin + static_cast<std::int64_t>(before));
            const ByteView again = bytes.subspan(before, known - before);
            difference = sink.streamRepeated(offset, again, repeated);
            if (m_givenUp) tellLate(offset, again, repeated, sink);
        }
        bytes = bytes.subspan(known);
        at.fileOffset += known;
        begin = next;
    }
    // Of what was cut off, a copy that is no longer says nothing new.
    if (end > next && (!bytes.empty() || end > static_cast<std::int64_t>(m_cutEnd))) {
        auto offset = static_cast<StreamOffset>(begin);
        if (m_fin && m_next == *m_fin && m_finTold && offset == m_next + 1) m_next = offset;
        const std::uint64_t cut = static_cast<StreamOffset>(end) - offset - bytes.size();
        if (bytes.empty()) m_emptyEnd = std::max(m_emptyEnd, static_cast<StreamOffset>(end));
        // A byte that a closed window was probed with, or one that was acknowledged before: a
        // keep-alive repeats it, or something else in its place, to be acknowledged again.
        const bool acknowledgedBefore =
            offset != m_next &&
            (wasAcknowledgedBefore(segment) ||
             (m_everAcknowledged && m_lastAck == static_cast<StreamOffset>(end) &&
              mayBeMadeUp(segment)));
        const bool probe = offset == m_next && m_windowClosed && m_lastAck <= offset;
        const bool doubtful =
            segment.length == 1 && !bytes.empty() && (probe || acknowledgedBefore);
        if (!doubtful) {
            dropDoubtful(offset, offset + bytes.size());
        } else if (acknowledgedBefore && m_start == Start::Known) {
            m_highAck = std::max(m_highAck, static_cast<StreamOffset>(end));
        }
        if (offset == m_next && !bytes.empty() && hasHole()) {
            if (m_missed) {
                const std::int64_t since = m_held.begin()->second.origin.timeNs;
                sink.streamRecovered(offset, bytes.size(),
                                     std::max<std::int64_t>(0, at.timeNs - since), at);
            } else if (!hasCut()) {
                sink.streamOutOfOrder();
            }
        }
        const bool passes =
            offset == m_next && segment.ready && !doubtful && m_start == Start::Known &&
            (m_held.empty() || static_cast<StreamOffset>(end) <= m_held.begin()->first);
        if (passes) {
            const bool hadCut = hasCut();
            handOn(bytes, at, sink);
            if (hadCut && !hasCut()) sink.streamCutEnded(true);
            skipCut(cut, at, sink);
            m_missed = false;
            m_repeats = 0;
            m_moved = at.packet;
            if (m_armed) madeProgress(at.packet);
        } else {
            hold(offset, bytes, cut, segment, at, doubtful, difference);
        }
        // Where only one direction was captured, no acknowledgment will ever tell.
        if (!m_everAcknowledged && !m_armed && m_start == Start::Known && hasHole()) {
            arm(segment.origin, kNoFloor);
        }
    }
    if (!difference.empty()) sink.streamConflict(difference, segment.origin);
}

/// What of bytes that lie behind belongs to holes that were given up is new.
void StreamAssembler::tellLate(StreamOffset offset, ByteView bytes, const Origin& origin,
                               StreamSink& sink) {
    while (const auto part = m_givenUp->take({offset, offset + bytes.size()})) {
        Origin at = origin;
        at.fileOffset += part->begin - offset;
        sink.streamLate(part->begin, bytes.subspan(part->begin - offset, part->size()), at);
    }
    const StreamOffset forgotten = std::min(m_givenUp->forgottenEnd(), offset + bytes.size());
    if (offset < forgotten) sink.streamPastMemory(forgotten - offset);
}

void StreamAssembler::handOn(ByteView bytes, const Origin& origin, StreamSink& sink) {
    m_silent = false;
    m_doublings = 0;
    if (m_fin) {
        handOnAcrossFin(bytes, origin, sink);
        return;
    }
    const StreamOffset offset = m_next;
    m_next += bytes.size();
    if (!bytes.empty()) sink.streamData(offset, bytes, origin);
}

void StreamAssembler::handOnAcrossFin(ByteView bytes, const Origin& origin, StreamSink& sink) {
    Origin at = origin;
    const auto some = [&](std::size_t count) {
        if (count == 0) return;
        const StreamOffset offset = m_next;
        m_next += count;
        sink.streamData(offset, bytes.first(count), at);
        bytes = bytes.subspan(count);
        at.fileOffset += count;
    };
    if (!m_finTold && *m_fin >= m_next) {
        some(std::min<std::size_t>(*m_fin - m_next, bytes.size()));
        tellFin(sink);
    }
    some(bytes.size());
}

void StreamAssembler::tellFin(StreamSink& sink) {
    if (!m_fin || m_finTold || m_next < *m_fin) return;
    m_finTold = true;
    sink.streamFinished();
}

/// A FIN takes a sequence number of its own, which is no byte that could be missing.
void StreamAssembler::skipFinNumber() {
    if (m_finTold && m_next == *m_fin && !m_held.empty() && m_held.begin()->first == m_next + 1) {
        ++m_next;
    }
}

/// A capture that keeps only the beginning of each packet has lost the rest for good. But the same
/// packet may have been captured twice, or sent again, and be whole the second time.
void StreamAssembler::skipCut(std::uint64_t cut, const Origin& origin, StreamSink& sink) {
    if (cut == 0) return;
    if (!m_held.empty()) cut = std::min(cut, m_held.begin()->first - m_next);
    if (cut == 0) return;
    if (!hasCut()) {
        m_cutBy = origin;
        m_cutWait = cut > kGreatestPacket ? 0 : sink.streamPatienceForCut();
    }
    m_cutEnd = std::max(m_cutEnd, m_next + cut);
    if (m_cutWait == 0) giveUpCut(LimitMet::None, sink);
}

void StreamAssembler::hold(StreamOffset offset, ByteView bytes, std::uint64_t cut,
                           const Segment& segment, Origin origin, bool doubtful,
                           Difference& difference) {
    // Only what is not held yet is kept, in as many pieces as the held ones leave room for.
    const auto keep = [&](std::size_t count) {
        if (count == 0) return;
        const bool last = count == bytes.size();
        m_held.emplace(
            offset, Held{Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)),
                         origin, last ? cut : 0, segment.acknowledgment, doubtful});
        m_heldBytes += count;
    };
    const auto advance = [&](std::size_t count) {
        offset += count;
        origin.fileOffset += count;
        bytes = bytes.subspan(count);
    };
    const auto compare = [&](const StreamOffset begin, const Held& held) {
        const StreamOffset end = std::min(begin + held.bytes.size(), offset + bytes.size());
        if (doubtful || held.doubtful || end <= offset) return;
        difference.join(differenceOf(ByteView(held.bytes).subspan(offset - begin, end - offset),
                                     bytes.first(end - offset), offset, origin.fileOffset));
    };
    auto after = m_held.upper_bound(offset);
    if (after != m_held.begin()) {
        const auto before = std::prev(after);
        const StreamOffset end = before->first + before->second.bytes.size();
        if (end > offset) {
            compare(before->first, before->second);
            advance(std::min<std::size_t>(end - offset, bytes.size()));
        }
    }
    while (!bytes.empty()) {
        const std::size_t room = after == m_held.end()
                                     ? bytes.size()
                                     : std::min<std::size_t>(after->first - offset, bytes.size());
        keep(room);
        advance(room);
        if (after == m_held.end() || bytes.empty()) break;
        compare(after->first, after->second);
        advance(std::min(after->second.bytes.size(), bytes.size()));
        ++after;
    }
}

void StreamAssembler::dropDoubtful(StreamOffset begin, StreamOffset end) {
    if (m_held.empty()) return;
    auto at = m_held.lower_bound(begin);
    while (at != m_held.end() && at->first < end) {
        if (at->second.doubtful) {
            m_heldBytes -= at->second.bytes.size();
            at = m_held.erase(at);
        } else {
            ++at;
        }
    }
}

bool StreamAssembler::ready(const StreamAssembler& other, PacketNumber now) const {
    if (m_start != Start::Known || m_held.empty()) return false;
    const auto& [offset, held] = *m_held.begin();
    if (offset != m_next && !(m_finTold && m_next == *m_fin && offset == m_next + 1)) return false;
    if (held.doubtful && acknowledgedEnd() < offset + held.bytes.size()) return false;
    if (!waitsFor(other)) return true;
    // In front of what fills a hole, or of the hole, an answer would stand before its request.
    return now - held.origin.packet > kPatience && !waitsForHole(other);
}

bool StreamAssembler::waitsFor(const StreamAssembler& other) const {
    const std::optional<std::uint32_t>& acknowledgment = m_held.begin()->second.acknowledgment;
    if (!acknowledgment) return false;
    return other.started() ? !other.covers(*acknowledgment) : !other.m_silent;
}

void StreamAssembler::deliver(StreamSink& sink) {
    skipFinNumber();
    const auto node = m_held.extract(m_held.begin());
    const Held& held = node.mapped();
    m_heldBytes -= held.bytes.size();
    m_missed = false;
    m_repeats = 0;
    m_moved = std::max(m_moved, held.origin.packet);
    handOn(held.bytes, held.origin, sink);
    skipCut(held.cut, held.origin, sink);
    passFloor(held.origin.packet);
}

bool StreamAssembler::mayFinishAt(std::uint32_t sequence) const {
    if (m_start != Start::Known || m_fin) return true;
    const std::int64_t offset = widen(sequence, here());
    if (offset < 0) return true;
    const auto fin = static_cast<StreamOffset>(offset);
    if (fin < m_next) return m_givenUp && m_givenUp->contains(fin);
    const auto after = m_held.upper_bound(fin);
    if (after == m_held.begin()) return true;
    const auto& [begin, held] = *std::prev(after);
    return held.doubtful || begin + held.bytes.size() <= fin;
}

void StreamAssembler::finish(std::uint32_t sequence, PacketNumber packet, StreamSink& sink) {
    if (m_start != Start::Known) assumeStart(sequence);
    const std::int64_t offset = widen(sequence, here());
    if (offset < 0) return;
    const auto fin = static_cast<StreamOffset>(offset);
    // Of two that differ, one is not of this stream: the nearer one is believed.
    if (m_fin && fin > *m_fin) {
        m_fartherFin = std::min(fin, m_fartherFin.value_or(fin));
    } else if (!m_fin || (fin < *m_fin && !m_finTold)) {
        if (m_fin) m_fartherFin = m_fin;
        m_fin = fin;
        m_finPacket = packet;
    }
    if (m_start == Start::Known) tellFin(sink);
}

void StreamAssembler::withdrawFin() {
    m_fin = std::exchange(m_fartherFin, std::nullopt);
    m_finTold = false;
    // What was acknowledged beyond it is missing.
    const StreamOffset end = m_everAcknowledged ? endOfBytes(m_lastAck) : 0;
    if (!m_armed && end > m_next) arm(m_lastAckBy, end);
}

}  // namespace framescope::tcp
