#include "dissector/tcp/tcp_tracker.h"

#include <algorithm>
#include <utility>

#include "dissector/tcp/tcp_connection.h"
#include "dissector/tcp/tcp_options.h"

namespace framescope::tcp {
namespace {

/// The sequence number of a packet's first byte: a SYN takes one in front of it. One that is not
/// where the stream begins is none.
std::uint32_t dataSequence(const StreamAssembler& stream, const Header& tcp) {
    const bool syn = tcp.has(kSyn) && (!stream.started() || stream.base() == tcp.sequence + 1);
    return tcp.sequence + (syn ? 1U : 0U);
}

/// Bytes of the payload that the IP header tells of beyond the packet as it was on the wire:
/// whoever handed the packet on, a broker or a mirror, had cut it. Only of the plain headers that
/// all have.
std::uint64_t cutBefore(const DecodedPacket& decoded, ByteView packet) {
    constexpr std::uint8_t kPlain4 = 0x45;
    constexpr std::uint8_t kTcp = 6;
    constexpr std::size_t kSize4 = 20;
    constexpr std::size_t kSize6 = 40;
    const auto u16 = [packet](std::size_t at) {
        return static_cast<std::size_t>(packet[at] << 8 | packet[at + 1]);
    };
    std::size_t end = 0;
    if (decoded.source.address.version == 4) {
        if (decoded.tcpOffset < kSize4) return 0;
        const std::size_t ip = decoded.tcpOffset - kSize4;
        if (packet[ip] == kPlain4 && packet[ip + 9] == kTcp) end = ip + u16(ip + 2);
    } else {
        if (decoded.tcpOffset < kSize6) return 0;
        const std::size_t ip = decoded.tcpOffset - kSize6;
        if (packet[ip] >> 4 == 6 && packet[ip + 6] == kTcp) end = ip + kSize6 + u16(ip + 4);
    }
    const std::size_t known = decoded.payloadOffset + decoded.payloadLength;
    return end > known ? end - known : 0;
}

/// For a segment that its stream has.
void noteCut(StreamAssembler& stream, const DecodedPacket& decoded, ByteView packet) {
    const std::uint64_t cut = cutBefore(decoded, packet);
    if (cut == 0) return;
    stream.noteCutBefore(decoded.tcp.sequence + static_cast<std::uint32_t>(decoded.payloadLength),
                         cut);
}

}  // namespace

TcpTracker::TcpTracker(TcpObserver& observer, RoleGuess guessRole, const TrackerLimits& limits)
    : m_observer(observer),
      m_guessRole(guessRole),
      m_limits(limits),
      m_firstDeadline(std::numeric_limits<PacketNumber>::max()) {}
TcpTracker::~TcpTracker() = default;

void TcpTracker::packet(const DecodedPacket& decoded, ByteView packet, const Origin& origin) {
    // A datagram that is given up comes with the packet of its last fragment.
    m_now = std::max(m_now, origin.packet);
    if (m_now >= m_firstDeadline) expire();
    if (decoded.tcp.has(kSyn) && decoded.tcp.has(kRst)) {
        packetOfNonsense(decoded, packet, origin);
        return;
    }
    handOn(decoded, packet, origin);
}

/// No system opens and resets at once (RFC 9293 section 3.10.7): the byte with the flags is a
/// damaged one. It says nothing, then, of a connection of which it is the next packet.
void TcpTracker::packetOfNonsense(const DecodedPacket& decoded, ByteView packet,
                                  const Origin& origin) {
    DecodedPacket sane = decoded;
    const auto found = m_current.find(keyOf(decoded.source, decoded.destination));
    const Connection* at = found == m_current.end() ? nullptr : found->second;
    for (; at != nullptr; at = at->older) {
        if (at->ended || !at->live) continue;
        const StreamAssembler& stream = at->live->stream(at->directionOf(decoded.source));
        if (!stream.started()) continue;
        const std::int64_t offset = stream.offsetOf(decoded.tcp.sequence);
        if (offset < 0 || static_cast<StreamOffset>(offset) > stream.farthest()) continue;
        sane.tcp.flags &= static_cast<std::uint16_t>(~(kSyn | kRst | kFin));
        break;
    }
    handOn(sane, packet, origin);
}

void TcpTracker::handOn(const DecodedPacket& decoded, ByteView packet, const Origin& origin) {
    Connection& connection = find(decoded, packet, origin);
    if (takePlain(connection, decoded, packet, origin)) return;
    if (isOutOfPlace(connection, decoded) && holdElsewhere(connection, decoded, packet, origin)) {
        return;
    }
    receive(connection, decoded, packet, origin);
}

/// A packet that is known to be the connection's.
void TcpTracker::receive(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                         const Origin& origin) {
    const ByteView payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    if (origin.packet >= connection.last.packet) connection.last = origin;
    m_observer.packet(connection.id, origin);
    if (connection.ended) {
        afterEnd(connection, decoded, packet, origin);
        return;
    }
    if (!connection.opened) {
        if (connection.live->rival && holdSyn(connection, decoded, packet, origin)) return;
        if (!connection.opened) openFor(connection, decoded, payload, origin);
    }
    take(connection, decoded, packet, origin);
}

/// What nearly every packet of nearly every capture is: the next one of a connection about which
/// nothing is in doubt. It is taken as take() would take it, without asking what cannot be; false,
/// with nothing changed, for any other packet.
bool TcpTracker::takePlain(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                           const Origin& origin) {
    const Header& tcp = decoded.tcp;
    if ((tcp.flags & ~(kPsh | kEce | kCwr)) != kAck) return false;
    if (connection.ended || !connection.opened || !connection.settled) return false;
    if (decoded.payloadCaptured != decoded.payloadLength ||
        origin.packet < connection.last.packet) {
        return false;
    }
    Live& live = *connection.live;
    if (live.rival || live.doubted || live.reset || live.firstFin || live.cost != 0) return false;
    const Direction direction = connection.directionOf(decoded.source);
    Live::Side& side = live.side(direction);
    StreamAssembler& other = live.stream(opposite(direction));
    if (!side.stream.isPlain() || !other.isPlain()) return false;
    const std::int64_t leftOut = other.leftOutBy(tcp.acknowledgment);
    if (!other.canLeaveOut(leftOut)) return false;
    const std::size_t size = decoded.payloadCaptured;
    if (!side.stream.isNext(tcp.sequence)) return false;
    // The first bytes of a stream are looked at, and one byte may be the probe of a closed window.
    if (size != 0 && (side.stream.next() == 0 || (side.stream.isWindowClosed() && size == 1))) {
        return false;
    }
    copyMembers(origin, connection.last);
    side.window = tcp.window;
    other.acknowledgedPlain(leftOut, tcp.window == 0, m_now, origin.timeNs);
    if (size == 0) {
        m_observer.packet(connection.id, origin);
        return true;
    }
    const StreamOffset offset = side.stream.pass(size);
    Origin place;
    copyMembers(origin, place);
    place.fileOffset += decoded.payloadOffset;
    m_handedOn.add(side.handedOn, offset, place.fileOffset, static_cast<std::uint32_t>(size));
    m_observer.packetWithData(connection.id, origin, direction, offset,
                              packet.subspan(decoded.payloadOffset, size), place);
    noteCut(side.stream, decoded, packet);
    return true;
}

/// A packet of a connection that is alive.
void TcpTracker::take(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                      const Origin& origin) {
    const Header& tcp = decoded.tcp;
    const ByteView payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    Live& live = *connection.live;
    const Direction direction = connection.directionOf(decoded.source);
    if (tcp.has(kSyn)) noteSyn(connection, direction, decoded, packet);
    if (tcp.has(kRst) && !isAcceptableReset(connection, direction, tcp)) {
        live.doubted = Live::Reset();
        live.doubted->direction = direction;
        live.doubted->sequence = tcp.sequence;
        live.doubted->origin = origin;
        Origin at = origin;
        at.fileOffset += decoded.payloadOffset;
        tellUnplaced(connection, direction, live.stream(direction).offsetOf(tcp.sequence), payload,
                     at);
        return;
    }
    if (tcp.has(kAck)) acknowledge(connection, direction, decoded, packet);
    if (tcp.has(kRst)) {
        // Behind two FINs it says nothing more.
        if (live.firstFin) endIfFinished(connection, origin, false);
        if (connection.ended) {
            afterEnd(connection, decoded, packet, origin);
            return;
        }
        reset(connection, direction, decoded, packet, origin);
        if (connection.ended) return;
    } else {
        if (live.doubted) live.doubted.reset();
        if (live.reset) watchReset(connection, direction, decoded);
        if (live.firstFin && holdBehindFin(connection, direction, decoded, packet, origin)) return;
        if (live.firstFin) tellSureFins(connection);
        if (decoded.payloadLength != 0) {
            addSegment(connection, direction, decoded, payload, origin);
            noteCut(live.stream(direction), decoded, packet);
        }
        if (tcp.has(kFin)) {
            takeFin(connection, direction,
                    dataSequence(live.stream(direction), tcp) +
                        static_cast<std::uint32_t>(decoded.payloadLength),
                    origin);
        }
    }
    if (!connection.settled) settleIfOrderly(connection, direction, tcp);
    if (live.waiting() || live.cost != 0 || !connection.settled || live.reset || live.firstFin) {
        giveUpHoles(connection);
        pump(connection);
        keepLimits(connection);
        schedule(connection);
    }
    if (live.firstFin) endIfFinished(connection, origin);
}

void TcpTracker::openFor(Connection& connection, const DecodedPacket& decoded, ByteView payload,
                         const Origin& origin) {
    const Header& tcp = decoded.tcp;
    const bool fromA = decoded.source == connection.a;
    if (tcp.has(kSyn)) {
        open(connection, fromA != tcp.has(kAck), true, origin);
    } else if (connection.settled &&
               (decoded.payloadLength != 0 || tcp.has(kRst) || tcp.has(kFin))) {
        // Also where nothing of the payload was captured: it is missing from this connection.
        std::optional<Direction> sender;
        if (m_guessRole != nullptr) sender = m_guessRole(payload);
        // Servers listen on the lower port as a rule; between equal ports who speaks first asks.
        const bool isClient = sender ? *sender == Direction::ClientToServer
                                     : decoded.source.port >= decoded.destination.port;
        open(connection, fromA == isClient, false, origin);
    }
}

void TcpTracker::open(Connection& connection, bool aIsClient, bool synSeen, const Origin& origin) {
    Live& live = *connection.live;
    if (!aIsClient) {
        // Until now "a" had counted as the client.
        live.sides.swap();
        if (live.firstFin) live.firstFin = opposite(*live.firstFin);
        std::swap(live.finTimesNs[0], live.finTimesNs[1]);
        if (live.reset) live.reset->direction = opposite(live.reset->direction);
        if (live.doubted) live.doubted->direction = opposite(live.doubted->direction);
    }
    connection.aIsClient = aIsClient;
    connection.opened = true;
    connection.synSeen = synSeen;
    const Endpoint& client = aIsClient ? connection.a : connection.b;
    const Endpoint& server = aIsClient ? connection.b : connection.a;
    m_observer.opened(connection.id, {client, server, synSeen, origin});
    tellStarts(connection);
}

void TcpTracker::tellStarts(Connection& connection) {
    if (!connection.opened) return;
    for (const Direction d : kBothDirections) {
        Live::Side& side = connection.live->side(d);
        if (side.startTold || !side.stream.started()) continue;
        side.startTold = true;
        m_observer.started(connection.id, d, side.stream.base());
        if (side.urgent) tellUrgent(connection, d, *side.urgent);
        for (const Live::EarlyConflict& early : std::exchange(side.conflicts, {})) {
            const std::int64_t offset = side.stream.offsetOf(early.sequence);
            if (offset < 0) continue;
            m_observer.conflict(
                connection.id, d,
                {static_cast<StreamOffset>(offset), early.length, early.later, early.last});
        }
    }
}

void TcpTracker::noteSyn(Connection& connection, Direction direction, const DecodedPacket& decoded,
                         ByteView packet) {
    Live& live = *connection.live;
    Live::Side& side = live.side(direction);
    if (side.stream.started()) {
        if (side.stream.base() == decoded.tcp.sequence + 1 || !answersAgain(connection, decoded)) {
            return;
        }
        if (side.offered.size() < kMaxOffered) side.offered.push_back(side.stream.base());
        side.stream = StreamAssembler();
        side.startTold = false;
    }
    if (side.stream.seen()) m_outOfOrder = true;
    const ByteView options = optionsOf(decoded.tcp, packet, decoded.tcpOffset);
    side.scale = windowScale(options).value_or(0);
    side.synTime = timestampValue(options);
    side.stream.start(decoded.tcp.sequence + 1);  // the SYN itself takes one sequence number
    tellStarts(connection);
    Sink sink(*this, connection, direction);
    side.stream.tellFin(sink);
    connection.settled = live.sides[0].stream.started() && live.sides[1].stream.started();
}

void TcpTracker::acknowledge(Connection& connection, Direction direction,
                             const DecodedPacket& decoded, ByteView packet) {
    const Header& tcp = decoded.tcp;
    Live& live = *connection.live;
    StreamAssembler& other = live.stream(opposite(direction));
    if (!tcp.has(kSyn) && !tcp.has(kRst)) live.side(direction).window = tcp.window;
    Acknowledgment acknowledgment;
    acknowledgment.number = tcp.acknowledgment;
    acknowledgment.packet = m_now;
    acknowledgment.timeNs = connection.last.timeNs;
    acknowledgment.bare = decoded.payloadLength == 0 && !tcp.has(kFin);
    acknowledgment.windowClosed =
        live.side(direction).window == 0 && !tcp.has(kRst) && !tcp.has(kSyn);
    if (other.hasHole() && tcp.headerLength > kMinimumHeader) {
        acknowledgment.selective =
            acknowledgesBehind(optionsOf(tcp, packet, decoded.tcpOffset), tcp.acknowledgment);
    }
    // Nothing of the other side came, and nothing is waited for: what it sent first is what is
    // acknowledged first, provided that the capture saw the connection open.
    if (!other.started() && connection.settled && connection.synSeen) {
        other.start(tcp.acknowledgment);
        tellStarts(connection);
    }
    if (!other.everAcknowledged() && !live.side(opposite(direction)).offered.empty()) {
        takeOffered(connection, opposite(direction), tcp.acknowledgment);
    }
    other.acknowledged(acknowledgment);
}

/// Of several SYN-ACKs with different numbers the one counts that is acknowledged.
void TcpTracker::takeOffered(Connection& connection, Direction direction,
                             std::uint32_t acknowledged) {
    Live::Side& side = connection.live->side(direction);
    if (!side.stream.untouched()) return;
    for (const std::uint32_t start : std::exchange(side.offered, {})) {
        const std::uint32_t ahead = acknowledged - start;
        if (side.stream.isNear(acknowledged) || ahead > StreamAssembler::kNear) continue;
        side.stream = StreamAssembler();
        side.startTold = false;
        side.stream.start(start);
        tellStarts(connection);
    }
}

void TcpTracker::addSegment(Connection& connection, Direction direction,
                            const DecodedPacket& decoded, ByteView payload, const Origin& origin) {
    const Header& tcp = decoded.tcp;
    Live& live = *connection.live;
    StreamAssembler& stream = live.stream(direction);
    const StreamAssembler& other = live.stream(opposite(direction));
    Segment segment;
    segment.sequence = dataSequence(stream, tcp);
    segment.captured = payload;
    segment.length = decoded.payloadLength;
    segment.pushed = tcp.has(kPsh);
    segment.origin = origin;
    segment.origin.fileOffset += decoded.payloadOffset;
    if (!stream.started() && connection.settled) {
        stream.start(segment.sequence);
        tellStarts(connection);
    }
    if (tcp.has(kAck) && !connection.ended) {
        segment.acknowledgment = tcp.acknowledgment;
        segment.ready = other.started() ? other.covers(tcp.acknowledgment) : connection.settled;
    }
    if (tcp.has(kUrg)) noteUrgent(connection, direction, tcp);
    Sink sink(*this, connection, direction);
    stream.segment(segment, sink);
}

/// RFC 6093 section 2.2: the pointer leads to the byte behind the urgent one.
void TcpTracker::noteUrgent(Connection& connection, Direction direction, const Header& tcp) {
    Live::Side& side = connection.live->side(direction);
    if (tcp.urgentPointer == 0) return;
    const std::uint32_t at = tcp.sequence + tcp.urgentPointer - 1U;
    if (!side.startTold) {
        side.urgent = at;
        return;
    }
    tellUrgent(connection, direction, at);
}

void TcpTracker::tellUrgent(Connection& connection, Direction direction, std::uint32_t sequence) {
    const std::int64_t offset = connection.live->stream(direction).offsetOf(sequence);
    if (offset >= 0) {
        m_observer.urgent(connection.id, direction, static_cast<StreamOffset>(offset));
    }
}

/// Bytes with a number that is no place in their stream, as far as they were not told before.
void TcpTracker::tellUnplaced(Connection& connection, Direction direction, std::int64_t place,
                              ByteView bytes, const Origin& origin) {
    if (bytes.empty()) return;
    for (const ToldBeside::Part& part : m_toldBeside.untold(
             connection.id, direction, place, bytes, origin.fileOffset, m_handedOn.readBack())) {
        Origin at = origin;
        at.fileOffset += part.offset;
        m_observer.beside(connection.id, direction,
                          {connection.live->stream(direction).next(), part.size, at, false});
    }
}

}  // namespace framescope::tcp
