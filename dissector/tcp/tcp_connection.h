// What the tracker keeps of a connection: while it lives, its two streams; afterwards a few numbers
// by which late packets are recognised. Only the files that implement TcpTracker include this.
#pragma once

#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "dissector/core/two_apart.h"
#include "dissector/tcp/tcp_tracker.h"

namespace framescope::tcp {

inline constexpr std::array kBothDirections{Direction::ClientToServer, Direction::ServerToClient};

/// Equality without a call: it is asked for every packet, more than once.
inline bool isSameEnd(const Endpoint& one, const Endpoint& other) {
    std::uint64_t a[2];
    std::uint64_t b[2];
    std::memcpy(a, one.address.bytes.data(), sizeof a);
    std::memcpy(b, other.address.bytes.data(), sizeof b);
    return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0 && one.port == other.port &&
           one.address.version == other.address.version;
}

/// As an assignment, but member by member: whoever copies in wider pieces what was just written in
/// narrower ones waits for that, and this is done for every packet.
inline void copyMembers(const Origin& from, Origin& to) {
    to.packet = from.packet;
    to.timeNs = from.timeNs;
    to.fileOffset = from.fileOffset;
}

/// A packet of which it is not known yet what it means.
struct HeldPacket {
    DecodedPacket decoded;
    Bytes bytes;
    Origin origin;

    ByteView payload() const {
        return ByteView(bytes).subspan(decoded.payloadOffset, decoded.payloadCaptured);
    }
};

struct TcpTracker::Live {
    /// A conflict among bytes whose place in the stream is not known yet.
    struct EarlyConflict {
        std::uint32_t sequence = 0;
        std::uint64_t length = 0;
        Origin later;
        bool last = false;
    };
    struct Side {
        /// RFC 7323 section 2.3: what the sender's SYN did not say. The usual factor of today's
        /// systems stands in for it.
        static constexpr std::uint8_t kUsualScale = 7;

        StreamAssembler stream;
        HandedOn::Tail handedOn;
        std::uint16_t window = 0xffff;  ///< that the sender of this direction announced last
        std::uint8_t scale = kUsualScale;
        std::optional<std::uint32_t> synTime;  ///< the timestamp in its SYN
        bool ended = false;                    ///< and that was told
        bool startTold = false;
        bool orderly = true;  ///< while a SYN is waited for: numbers only grew
        std::uint32_t lastSequence = 0;
        std::uint32_t lastAcknowledgment = 0;
        std::uint32_t packets = 0;             ///< likewise
        std::optional<std::uint32_t> urgent;   ///< sequence number of urgent data, to be told
        std::vector<EarlyConflict> conflicts;  ///< to be told
        /// Starts that SYN-ACKs before the last one named, as long as none was acknowledged.
        std::vector<std::uint32_t> offered;
        /// The packet with which it had come to its FIN.
        Origin finAt;

        /// It has come to a FIN, and nothing of who could acknowledge that is captured.
        bool isFinUnanswered() const {
            return stream.finished() && !ended && !stream.everAcknowledged();
        }
    };
    /// A SYN between the ends of a connection that is alive, and may not have been taken.
    struct Rival {
        Endpoint source;
        std::uint32_t start = 0;          ///< sequence number of the first byte
        std::unique_ptr<HeldPacket> syn;  ///< until it is known
        bool olderGoesOn = false;         ///< new bytes of the older one came behind it
    };
    /// Packets far from where the connection is, which may be another one's.
    struct Elsewhere {
        struct Packet {
            HeldPacket held;
            bool implausible = false;  ///< so much cannot have passed since the packet before
        };
        std::vector<Packet> packets;
    };
    struct Reset {
        /// Times that new data behind it was acknowledged after which it counts as not taken,
        /// although the capture may be out of order.
        static constexpr std::uint8_t kEnough = 2;

        Direction direction = Direction::ClientToServer;
        std::uint32_t sequence = 0;
        Origin origin;                     ///< of its payload
        std::unique_ptr<HeldPacket> data;  ///< its segment without the flag, if that has data
        bool isNew = false;                ///< its data was not seen before
        std::uint8_t answered = 0;         ///< times that new data behind it was acknowledged
        /// Up to where each direction has sent new data behind it that nobody has acknowledged.
        std::array<StreamOffset, 2> sent{};

        ByteView payload() const { return data ? data->payload() : ByteView(); }
    };

    TwoApart<Side> sides;
    /// Who closed first, by the time of the FINs: the capture may have them the other way round.
    std::optional<Direction> firstFin;
    std::array<std::int64_t, 2> finTimesNs{};
    Origin lastFin;  ///< by time, too
    /// The packet with which both directions had come to their FINs.
    std::optional<Origin> finished;
    /// An RST that ends the connection; data that was sent before it may still be captured.
    std::optional<Reset> reset;
    /// An RST that the receiver does not take (RFC 5961 section 3.2), as long as nothing follows.
    std::optional<Reset> doubted;
    /// Set while an older connection of the same ends may go on instead of this one.
    std::unique_ptr<Rival> rival;
    std::unique_ptr<Elsewhere> elsewhere;
    /// The packet in which another connection of the same ends was seen to live, although this one
    /// may not be over; 0: none.
    PacketNumber overtakenIn = 0;
    bool upgraded = false;  ///< a direction begins with an answer that leaves HTTP
    std::uint64_t conflicts = 0;
    /// Data that came behind the RST which ended the connection, as long as it may go on, or behind
    /// a FIN that may be none.
    std::vector<HeldPacket> behind;
    PacketNumber queuedAt = std::numeric_limits<PacketNumber>::max();
    std::size_t cost = 0;  ///< of what is held, as it is counted in the total

    Side& side(Direction d) { return sides[indexOf(d)]; }
    StreamAssembler& stream(Direction d) { return sides[indexOf(d)].stream; }
    const StreamAssembler& stream(Direction d) const { return sides[indexOf(d)].stream; }
    bool holds() const { return sides[0].stream.holds() || sides[1].stream.holds(); }
    bool waiting() const { return sides[0].stream.waiting() || sides[1].stream.waiting(); }
};

/// A connection keeps its ends as "a" (who sent the first packet) and "b" until it is known which
/// of them is the client; until then "a" counts as the client.
struct TcpTracker::Connection {
    /// What is left of a stream whose connection has ended.
    struct Rest {
        StreamOffset next = 0;
        std::optional<StreamOffset> fin;
        std::uint32_t base = 0;
        bool started = false;
        std::unique_ptr<GivenUp> givenUp;
        HandedOn::Tail handedOn;
        std::optional<std::uint32_t> synTime;
    };

    ConnectionId id = kNoConnection;
    Endpoint a;
    Endpoint b;
    bool aIsClient = true;
    bool opened = false;
    bool synSeen = false;
    bool ended = false;
    /// An RST ended it, or another one of its ends, and nothing was told behind that.
    bool mayGoOn = false;
    bool settled = false;  ///< no SYN is waited for any more
    Origin first;
    Origin last;
    std::unique_ptr<Live> live;
    std::array<Rest, 2> rest;
    /// DecodedPacket::network of its packets: the first one, and the first other one.
    std::array<std::uint32_t, 2> networks{};
    /// Of the same ends: one that has ended, or that another network carries.
    Connection* older = nullptr;
    bool alone = true;   ///< there is none of the same ends
    bool newest = true;  ///< of the same ends

    bool isOf(std::uint32_t network) const {
        return networks[0] == network || networks[1] == network;
    }
    /// A packet of its own came from this network.
    void noteNetwork(std::uint32_t network) {
        if (networks[0] == networks[1]) networks[1] = network;
    }
    /// A packet of its ends in this network is its own, if it is no SYN.
    bool isPlainFor(std::uint32_t network) const { return alone && !ended && isOf(network); }
    /// Whether it may still get packets that are new.
    bool mayLive() const { return !ended || mayGoOn; }
    /// Whether one of the same ends before it may.
    bool mayOlderLive() const {
        const Connection* at = older;
        while (at != nullptr && !at->mayLive()) at = at->older;
        return at != nullptr;
    }

    Direction directionOf(const Endpoint& source) const {
        return isSameEnd(source, a) == aIsClient ? Direction::ClientToServer
                                                 : Direction::ServerToClient;
    }
};

/// Passes what one assembler hands on to the observer.
class TcpTracker::Sink : public StreamSink {
public:
    Sink(TcpTracker& tracker, Connection& connection, Direction direction)
        : m_tracker(tracker), m_connection(connection), m_direction(direction) {}

    void streamData(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        if (offset == 0) m_tracker.noteFirst(m_connection, bytes);
        Live::Side& side = m_connection.live->side(m_direction);
        if (side.stream.finished() && !side.ended) {
            m_tracker.endDirection(m_connection, m_direction, EndReason::Fin);
        }
        m_tracker.m_handedOn.add(side.handedOn, offset, origin.fileOffset,
                                 static_cast<std::uint32_t>(bytes.size()));
        m_tracker.m_observer.data(m_connection.id, m_direction, offset, bytes, origin);
    }
    void streamGap(const Gap& gap) override {
        m_tracker.m_observer.gap(m_connection.id, m_direction, gap);
    }
    void streamFinished() override {
        // Its layers are told once it is sure.
        m_connection.live->side(m_direction).finAt = m_connection.last;
    }
    void streamOutOfOrder() override { m_tracker.m_outOfOrder = true; }
    Difference streamRepeated(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        return m_tracker.m_handedOn.compare(m_connection.live->side(m_direction).handedOn, offset,
                                            bytes, origin.fileOffset);
    }
    void streamConflict(const Difference& difference, const Origin& origin) override {
        std::uint64_t& count = m_connection.live->conflicts;
        if (count >= m_tracker.m_limits.conflicts) {
            ++m_tracker.m_conflictsNotTold;
            return;
        }
        const bool isLast = ++count == m_tracker.m_limits.conflicts;
        const std::uint64_t length = difference.end - difference.begin;
        Origin later = origin;
        later.fileOffset = difference.fileOffset;
        Live::Side& side = m_connection.live->side(m_direction);
        if (!side.startTold) {
            const auto sequence = static_cast<std::uint32_t>(side.stream.base() + difference.begin);
            side.conflicts.push_back({sequence, length, later, isLast});
            return;
        }
        m_tracker.m_observer.conflict(m_connection.id, m_direction,
                                      {difference.begin, length, later, isLast});
    }
    PacketNumber streamPatienceForCut() override {
        return StreamAssembler::kPatience >> 2 * m_tracker.m_cutsInVain;
    }
    void streamCutEnded(bool whole) override {
        std::uint8_t& inVain = m_tracker.m_cutsInVain;
        if (whole) {
            inVain = 0;
        } else if (inVain < kMaxCutsInVain) {
            ++inVain;
        }
    }
    void streamLate(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        m_tracker.m_cutsInVain = 0;
        m_tracker.m_observer.beside(m_connection.id, m_direction,
                                    {offset, bytes.size(), origin, true});
    }
    void streamPastMemory(std::uint64_t bytes) override {
        m_tracker.m_bytesPastMemory += std::min(bytes, m_tracker.m_handedOn.bytesOfNothing());
    }
    void streamUnplaced(std::int64_t place, ByteView bytes, const Origin& origin) override {
        m_tracker.tellUnplaced(m_connection, m_direction, place, bytes, origin);
    }
    void streamRecovered(StreamOffset offset, std::uint64_t size, std::int64_t waitedNs,
                         const Origin& origin) override {
        m_tracker.m_observer.recovered(m_connection.id, m_direction, offset, size, waitedNs,
                                       origin);
    }

private:
    TcpTracker& m_tracker;
    Connection& m_connection;
    Direction m_direction;
};

}  // namespace framescope::tcp
