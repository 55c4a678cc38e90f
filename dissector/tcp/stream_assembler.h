// One direction of a TCP connection put back in order. Segments come in as they were captured; the
// sink gets every stream byte once, in order, and is told of holes. Of bytes that arrive twice the
// first ones count. Sequence numbers are widened to 64-bit stream offsets, so a stream may wrap
// them any number of times (RFC 9293 section 3.4).
//
// A segment that is in order passes through without being copied. What is held:
// - segments ahead of a hole, or of what was cut off a packet, until the hole is filled or given up
// (stream_holes.cpp);
// - segments that acknowledge bytes of the other direction which have not been seen yet: the
//   capture is out of order between its directions, so that they wait for each other;
// - everything, while the stream's first sequence number is not known for sure (stream_start.cpp);
// - a single byte that a receiver without window was probed with, until it is acknowledged.
// Packets of a capture that is in order meet none of these.
//
// No byte is dropped in silence but one that was told before: what fills a hole that was given up,
// and what lies before the stream's start, is told beside the stream. No window is greater than
// 1 GiB (RFC 7323 section 2.3), so what lies farther behind than that is taken for a jump ahead, of
// 2 to 3 GiB, that the sequence numbers cannot tell from it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"
#include "dissector/tcp/given_up.h"
#include "dissector/tcp/stream_sink.h"

namespace framescope::tcp {

/// A segment's payload.
struct Segment {
    std::uint32_t sequence = 0;
    ByteView captured;         ///< bytes of it that are in the capture
    std::uint64_t length = 0;  ///< bytes of it on the wire
    Origin origin;             ///< of its first byte
    /// What it acknowledges of the other direction, if it does.
    std::optional<std::uint32_t> acknowledgment;
    /// All that it acknowledges was handed on.
    bool ready = true;
    bool pushed = false;  ///< its sender has set PSH
};

/// What the other direction acknowledges.
struct Acknowledgment {
    std::uint32_t number = 0;
    PacketNumber packet = 0;
    std::int64_t timeNs = 0;  ///< of that packet
    bool bare = false;        ///< its segment has no data, so it may be one of several alike
    bool windowClosed = false;
    /// A selective acknowledgment tells of bytes behind `number`: what is there is missing.
    bool selective = false;
};

class StreamAssembler {
public:
    /// Packets of the capture that may still bring what somebody waits for: captures of several
    /// queues or interfaces are out of order by a few dozen packets.
    static constexpr PacketNumber kPatience = 128;
    /// Memory that a held segment takes beside its bytes.
    static constexpr std::size_t kCostOfSegment = 176;

    bool started() const { return m_start == Start::Known; }
    /// Sequence number of stream offset 0, modulo 2^32.
    std::uint32_t base() const { return m_base; }
    /// Fixes the sequence number of stream offset 0; nothing if it is fixed already.
    void start(std::uint32_t base);
    /// No SYN came, and none is waited for: the stream starts with the first byte that was seen, or
    /// that was acknowledged where the other side's SYN was seen.
    void startWithoutSyn(bool otherSynSeen);
    /// Whether a SYN in front of `base` can belong to what was seen so far, or acknowledged.
    bool canStartAt(std::uint32_t base) const;
    /// Segments or a FIN came, also if the start is not known yet.
    bool seen() const { return m_start != Start::Unknown; }
    /// Goes on where a stream of this base had come to.
    void resume(std::uint32_t base, StreamOffset next, std::optional<StreamOffset> fin,
                std::unique_ptr<GivenUp> givenUp);
    /// What is to be remembered of its holes once its connection has ended; null for nothing.
    std::unique_ptr<GivenUp> takeGivenUp();
    /// Numbers nearer than this to where a stream is may be its own.
    static constexpr std::int32_t kNear = 1 << 24;
    /// Whether a number can be one of this stream as it is: it lies near to where it is, or nothing
    /// is known of it yet.
    bool isNear(std::uint32_t number) const;
    /// How far a number lies from what is waited for or has come already, of a stream that was
    /// seen.
    std::uint64_t distanceTo(std::uint32_t number) const;
    /// Whether a number lies outside of what was sent or acknowledged, more than `ahead` behind its
    /// end and more than `before` in front of its start. False where nothing is known.
    bool isOutside(std::uint32_t number, std::uint64_t before, std::uint64_t ahead) const;
    /// Bytes from the first to the last one that was sent or acknowledged.
    std::uint64_t extent() const { return farthest() - std::min(farthest(), firstOffset()); }

    // The short way of what is in order; a test holds it against the long one.
    /// Nothing is held, missing, ahead or at its end, and the other direction is in the capture.
    bool isPlain() const {
        return m_start == Start::Known && m_everAcknowledged && !m_armed && !m_fin &&
               m_held.empty() && m_lastAck <= m_next && m_cutEnd <= m_next;
    }
    /// Of a plain stream: the bytes from `sequence` on are the next ones.
    bool isNext(std::uint32_t sequence) const {
        return sequence == static_cast<std::uint32_t>(m_base + m_next);
    }
    /// Of a plain stream: the peer has just said that it takes nothing.
    bool isWindowClosed() const { return m_windowClosed; }
    /// Of a plain stream: how many of its bytes an acknowledgment leaves out; negative if it has
    /// not come that far.
    std::int64_t leftOutBy(std::uint32_t acknowledgment) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(m_base + m_next) -
                                         acknowledgment);
    }
    /// Whether acknowledgedPlain() may be told of an acknowledgment that leaves out so many bytes.
    bool canLeaveOut(std::int64_t leftOut) const {
        return leftOut >= 0 && leftOut <= kGreatestWindow &&
               static_cast<StreamOffset>(leftOut) <= m_next;
    }
    /// As acknowledged(), of a plain stream.
    void acknowledgedPlain(std::int64_t leftOut, bool windowClosed, PacketNumber packet,
                           std::int64_t timeNs) {
        const StreamOffset offset = m_next - static_cast<StreamOffset>(leftOut);
        if (offset != m_lastAck) m_lastAckBy = {packet, timeNs, 0};
        m_lastAck = offset;
        m_highAck = std::max(m_highAck, offset);
        m_windowClosed = windowClosed;
    }
    /// As segment(), of a plain stream's next `size` bytes; returns their offset.
    StreamOffset pass(std::size_t size) {
        m_silent = false;
        m_doublings = 0;
        const StreamOffset offset = m_next;
        m_next += size;
        return offset;
    }

    void segment(const Segment& segment, StreamSink& sink);
    /// What its packet calls `length` bytes more behind those of a segment that end in front of
    /// `sequence`: whoever handed the packet on had cut it. Should they turn out to be missing,
    /// that is why.
    void noteCutBefore(std::uint32_t sequence, std::uint64_t length);
    /// The peer acknowledged everything before a number.
    void acknowledged(const Acknowledgment& acknowledgment);
    /// The direction's FIN stands at `sequence`; it was captured in `packet`.
    void finish(std::uint32_t sequence, PacketNumber packet, StreamSink& sink);

    /// Whether the first of what is held can be handed on: `other` is the other direction.
    bool ready(const StreamAssembler& other, PacketNumber now) const;
    /// Hands it on.
    void deliver(StreamSink& sink);
    /// Tells the FIN, once, if all before it was handed on.
    void tellFin(StreamSink& sink);
    PacketNumber firstHeldPacket() const { return m_held.begin()->second.origin.packet; }
    /// The bytes of the first of what is held; empty if nothing is.
    ByteView firstHeld() const {
        return m_held.empty() ? ByteView() : ByteView(m_held.begin()->second.bytes);
    }
    /// The newest of what was handed on from what was held came in this packet.
    bool movedIn(PacketNumber packet) const { return m_moved == packet; }
    /// The first of what is held acknowledges bytes of `other` that were not handed on.
    bool waitsFor(const StreamAssembler& other) const;

    /// What the first of what is held acknowledges stands behind a hole that `other` waits to be
    /// filled. Only where something is held.
    bool waitsForHole(const StreamAssembler& other) const {
        const bool hole = other.m_held.empty() || other.hasHole();
        return hole && other.m_armed && other.m_floor != kNoFloor && waitsFor(other);
    }

    /// Something waits here: bytes, or a hole for being given up.
    bool waiting() const { return m_armed || !m_held.empty() || hasCut(); }
    /// The first packet at which a hole is given up, or the waiting for `other`; the greatest
    /// number if there is none.
    PacketNumber deadline(const StreamAssembler& other) const;
    /// Gives up one hole that has been waited for long enough; false if there is none.
    bool giveUpDue(PacketNumber now, StreamSink& sink);
    /// Gives up one hole whose bytes were acknowledged and behind which others came, without
    /// waiting; false if there is none.
    bool giveUpAcknowledged(StreamSink& sink);
    /// The same whether others came behind it or not.
    bool giveUpHole(StreamSink& sink) {
        return m_armed && m_floor != kNoFloor && giveUp(m_since, sink);
    }
    /// Gives up waiting for the first of what is held: its hole, or what it acknowledges. It is
    /// handed on. `limitMet`: whether too much is held.
    void relieve(LimitMet limitMet, StreamSink& sink);
    /// Tells the hole in front of what is held, which stays held.
    void giveUpFirstHole(StreamSink& sink);
    /// Gives up every hole: hands on what is held, and what was acknowledged but never captured.
    void flush(StreamSink& sink);
    /// Tells what was cut off a packet as missing, if a whole copy of it is waited for.
    void giveUpCut(LimitMet limitMet, StreamSink& sink);
    /// The other direction waits no longer for what it acknowledged of this one, until more of
    /// it comes.
    void letPass() { m_silent = true; }

    /// All that `acknowledgment` covers was handed on, or nobody waits for it.
    bool covers(std::uint32_t acknowledgment) const {
        const auto ahead =
            static_cast<std::int32_t>(acknowledgment - static_cast<std::uint32_t>(m_base + m_next));
        return ahead <= 0 || m_silent || (ahead == 1 && m_finTold);
    }
    /// Where a sequence number lies; negative: before the stream's start.
    std::int64_t offsetOf(std::uint32_t sequence) const { return widen(sequence, here()); }
    /// True once every byte before the FIN was handed on.
    bool finished() const { return m_finTold; }
    std::optional<StreamOffset> fin() const { return m_fin; }
    /// The last acknowledgment is that of the FIN.
    bool isFinAcknowledged() const {
        return m_fin && m_everAcknowledged && m_lastAck == *m_fin + 1;
    }
    /// The last acknowledgment covers more than the FIN: it may be none.
    bool isMoreThanFinAcknowledged() const {
        return m_fin && m_everAcknowledged && m_lastAck > *m_fin + 1;
    }
    /// Whether a FIN may stand at `sequence`: not in the place of a byte that was captured.
    bool mayFinishAt(std::uint32_t sequence) const;
    /// The FIN was none; another one behind it may be.
    void withdrawFin();
    /// Another FIN stands behind the one that is believed, in front of all that is acknowledged.
    bool isFartherFinAcknowledged() const {
        return m_fartherFin && m_everAcknowledged && m_lastAck >= *m_fartherFin;
    }
    /// Offset of the next byte in order.
    StreamOffset next() const { return m_next; }
    /// Its sequence number.
    std::uint32_t nextNumber() const { return m_base + static_cast<std::uint32_t>(m_next); }
    /// One behind the last byte that was sent or acknowledged.
    StreamOffset farthest() const { return std::max(sentEnd(), m_lastAck); }
    /// The last acknowledgment, or how far the stream has come where there was none.
    StreamOffset lastAcknowledged() const { return m_everAcknowledged ? m_lastAck : m_next; }
    /// Nothing of it was sent or acknowledged yet.
    bool untouched() const {
        return m_next == 0 && m_held.empty() && !m_fin && (!m_everAcknowledged || m_lastAck == 0);
    }
    bool everAcknowledged() const { return m_everAcknowledged; }
    /// Bytes are held behind a hole.
    bool hasHole() const { return !m_held.empty() && m_held.begin()->first > m_next; }
    bool holds() const { return !m_held.empty(); }
    std::size_t heldBytes() const { return m_heldBytes; }
    std::size_t heldSegments() const { return m_held.size(); }
    /// What is held costs about this many bytes of memory.
    std::size_t heldCost() const { return m_heldBytes + m_held.size() * kCostOfSegment; }

private:
    struct Held {
        Bytes bytes;
        Origin origin;
        std::uint64_t cut = 0;  ///< bytes behind these that were on the wire but not captured
        std::optional<std::uint32_t> acknowledgment;
        /// A byte that a keep-alive or a window probe may have made up.
        bool doubtful = false;
    };
    enum class Start : std::uint8_t {
        Unknown,
        Assumed,  ///< somewhere before the first byte seen; everything is held
        Known,
    };
    /// What every acknowledgment covers since a packet.
    struct Floor {
        StreamOffset end = 0;
        Origin by;
    };
    static constexpr StreamOffset kNoFloor = std::numeric_limits<StreamOffset>::max();

    std::int64_t widen(std::uint32_t sequence, StreamOffset here) const {
        // The distance as the signed 32-bit number that TCP's own comparison uses picks the right
        // turn of the sequence space.
        const auto distance =
            static_cast<std::int32_t>(sequence - static_cast<std::uint32_t>(m_base + here));
        return static_cast<std::int64_t>(here) + distance;
    }
    /// Where the stream is at the moment. Of a direction that is captured in part, what is
    /// acknowledged says more than what was seen.
    StreamOffset here() const { return std::max(m_next, m_lastAck); }
    StreamOffset sentEnd() const {
        StreamOffset end = std::max({m_next, m_emptyEnd, m_cutEnd});
        if (!m_held.empty()) {
            const auto& [offset, held] = *m_held.rbegin();
            end = std::max(end, offset + held.bytes.size() + held.cut);
        }
        return end;
    }
    /// Of the first byte that was seen.
    StreamOffset firstOffset() const { return m_start == Start::Known ? 0 : m_firstSeen; }
    /// The next bytes are there and wait for the other direction.
    bool isHeldUp() const {
        return m_start == Start::Known && !m_held.empty() && m_held.begin()->first == m_next &&
               !m_held.begin()->second.doubtful;
    }
    /// The hole at m_next is what was cut off a packet of which a whole copy is waited for.
    bool hasCut() const { return m_cutEnd > m_next; }
    StreamOffset acknowledgedEnd() const {
        return m_armed && m_floor != kNoFloor ? std::max(m_highAck, m_floor) : m_highAck;
    }

    // stream_start.cpp
    void assumeStart(std::uint32_t firstSeen);
    bool wasAcknowledgedBefore(const Segment& segment) const;
    bool mayBeMadeUp(const Segment& segment) const;
    void moveBase(std::uint32_t base);

    /// Farther behind than this no real segment lies.
    static constexpr std::int64_t kGreatestWindow = std::int64_t{1} << 30;
    /// What more than this was cut off is no packet of which a copy could be whole.
    static constexpr std::uint64_t kGreatestPacket = 1U << 20;
    /// Holes behind the one that is waited for of which is known since when they are.
    static constexpr std::size_t kMostFloors = 256;
    /// Packets that are remembered as cut before they were captured.
    static constexpr std::size_t kMostCutBefore = 4096;
    static constexpr std::int64_t kTurn = std::int64_t{1} << 32;

    void tellLate(StreamOffset offset, ByteView bytes, const Origin& origin, StreamSink& sink);
    void segmentOutOfOrder(const Segment& segment, std::int64_t begin, StreamSink& sink);
    void hold(StreamOffset offset, ByteView bytes, std::uint64_t cut, const Segment& segment,
              Origin origin, bool doubtful, Difference& difference);
    void dropDoubtful(StreamOffset begin, StreamOffset end);
    void handOn(ByteView bytes, const Origin& origin, StreamSink& sink);
    void handOnAcrossFin(ByteView bytes, const Origin& origin, StreamSink& sink);
    void skipCut(std::uint64_t cut, const Origin& origin, StreamSink& sink);
    void skipFinNumber();

    // stream_holes.cpp
    bool isKeepAlive(const Segment& segment, std::int64_t end) const;
    void noteKeepAlive(StreamOffset end);
    bool isKeepAliveAgain(const Segment& segment, std::int64_t end) const;
    void arm(const Origin& by, StreamOffset floor);
    void noteFloor(Origin by, StreamOffset end);
    StreamOffset endOfBytes(StreamOffset acknowledged) const;
    StreamOffset acknowledgedOfSent() const;
    void madeProgress(PacketNumber packet);
    void passFloor(PacketNumber packet);
    PacketNumber patience() const { return kPatience << m_doublings; }
    StreamOffset holeEnd() const;
    bool giveUp(PacketNumber now, StreamSink& sink);
    /// The packet that shows the hole at m_next.
    Origin shownBy() const;
    void gap(StreamOffset end, GapCause cause, LimitMet limitMet, const Origin& shownBy,
             StreamSink& sink);
    void gapOfCuts(StreamOffset end, GapCause cause, LimitMet limitMet, const Origin& shownBy,
                   StreamSink& sink);
    void splitGap(StreamOffset end, LimitMet limitMet, StreamSink& sink);
    void dropStale();
    bool dropStray(StreamSink& sink);

    std::uint32_t m_base = 0;
    Start m_start = Start::Unknown;
    bool m_everAcknowledged = false;  ///< the other direction is in the capture
    bool m_windowClosed = false;      ///< the peer's
    bool m_silent = false;            ///< see letPass()
    bool m_missed = false;            ///< the receiver misses what is missing here
    bool m_armed = false;             ///< a hole is waited for
    bool m_finTold = false;
    /// Bytes were captured behind their acknowledgment, more than once.
    bool m_lags = false;
    std::uint8_t m_repeats = 0;    ///< of the last acknowledgment
    std::uint8_t m_doublings = 0;  ///< holes in a row behind which nothing was captured
    PacketNumber m_moved = 0;
    PacketNumber m_since = 0;  ///< since when a hole is waited for
    Origin m_armedBy;          ///< the packet that showed first that it is one
    StreamOffset m_next = 0;
    StreamOffset m_lastAck = 0;
    Origin m_lastAckBy;            ///< the packet that brought it first
    StreamOffset m_ahead = 0;      ///< the last one of bytes that had not come yet; 0: none
    StreamOffset m_highAck = 0;    ///< the highest one of bytes that were sent
    StreamOffset m_ackBeyond = 0;  ///< the highest one of bytes that had not been seen
    /// While armed: what every acknowledgment since has covered. None of several that is higher
    /// than what the others say can make bytes missing.
    StreamOffset m_floor = 0;
    /// The same of later packets, each of which goes farther.
    std::vector<Floor> m_laterFloors;
    StreamOffset m_emptyEnd = 0;  ///< of segments ahead of a hole of which no byte was captured
    StreamOffset m_cutEnd = 0;    ///< of what was cut off a packet; old if it is not behind m_next
    Origin m_cutBy;               ///< that packet
    PacketNumber m_cutWait = 0;   ///< packets behind it that may bring a whole copy
    /// Ends of the last keep-alives, 0 where there were fewer.
    std::array<StreamOffset, 4> m_keepAlives{};
    std::optional<StreamOffset> m_fin;         ///< the nearest of several
    std::optional<StreamOffset> m_fartherFin;  ///< the next one behind it
    PacketNumber m_finPacket = 0;
    std::map<StreamOffset, Held> m_held;
    std::size_t m_heldBytes = 0;
    std::unique_ptr<GivenUp> m_givenUp;
    /// Begin and end of what was cut off packets before they were captured, if it was of any.
    std::unique_ptr<std::map<StreamOffset, StreamOffset>> m_cutBefore;
    // While the start is not known:
    StreamOffset m_firstSeen = 0;
    std::optional<std::uint32_t> m_lowestAck;
    std::optional<Acknowledgment> m_highestAck;
};

}  // namespace framescope::tcp
