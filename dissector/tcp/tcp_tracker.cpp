#include "dissector/tcp/tcp_tracker.h"

#include <algorithm>
#include <cstring>
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

std::uint64_t hashOf(const Endpoint& end) {
    std::uint64_t words[2];
    static_assert(sizeof words == sizeof end.address.bytes);
    std::memcpy(words, end.address.bytes.data(), sizeof words);
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
    const std::uint64_t hash = ((words[0] ^ end.port) * kOdd ^ words[1]) * kOdd;
    return hash ^ hash >> 32;
}

}  // namespace

std::size_t TcpTracker::KeyHash::operator()(const Key& key) const {
    return hashOf(key.low) * 31 + hashOf(key.high);
}

TcpTracker::TcpTracker(TcpObserver& observer, RoleGuess guessRole, const TrackerLimits& limits)
    : m_observer(observer),
      m_guessRole(guessRole),
      m_limits(limits),
      m_firstDeadline(std::numeric_limits<PacketNumber>::max()) {}
TcpTracker::~TcpTracker() = default;

TcpTracker::Key TcpTracker::keyOf(const Endpoint& a, const Endpoint& b) {
    return a < b ? Key{a, b} : Key{b, a};
}

/// Whether this packet begins another connection between the ports of `connection`.
bool TcpTracker::opensAnother(const Connection& connection, const DecodedPacket& decoded,
                              const Origin& origin) const {
    const Header& tcp = decoded.tcp;
    if (!tcp.has(kSyn)) return connection.ended && isFarFrom(connection, decoded);
    // A SYN or SYN-ACK that is not the repetition of the one that opened this connection opens
    // another one between the same ports (RFC 9293 section 3.6.1); it is no repetition if what it
    // starts is not where the stream starts. Where a side has not sent anything yet, its SYN
    // belongs to this connection: also when both sides open at once (section 3.5).
    const std::uint32_t start = tcp.sequence + 1;
    const Direction direction = connection.directionOf(decoded.source);
    if (connection.ended) {
        const Connection::Rest& rest = connection.rest[indexOf(direction)];
        if (!rest.started || rest.base != start) return true;
        return isRepeatedMuchLater(connection, origin);
    }
    return !connection.live->stream(direction).canStartAt(start) &&
           !answersAgain(connection, decoded) && !continues(connection, decoded);
}

/// Whether both numbers of a packet are those of the connection as it is: then its SYN is a damaged
/// or forged flag (RFC 5961 section 4), since another connection would bring other numbers.
bool TcpTracker::continues(const Connection& connection, const DecodedPacket& decoded) {
    const Direction direction = connection.directionOf(decoded.source);
    const StreamAssembler& stream = connection.live->stream(direction);
    const StreamAssembler& other = connection.live->stream(opposite(direction));
    if (!decoded.tcp.has(kAck) || !stream.started() || !other.started()) return false;
    const auto isWithin = [](const StreamAssembler& known, std::uint32_t number) {
        const std::int64_t offset = known.offsetOf(number);
        return offset >= 0 && static_cast<StreamOffset>(offset) <= known.farthest();
    };
    return isWithin(stream, decoded.tcp.sequence) && isWithin(other, decoded.tcp.acknowledgment);
}

/// A SYN-ACK with another number than the one before, which its receiver had not taken: servers
/// that remember nothing before the handshake is complete, or several behind one address, send
/// such.
bool TcpTracker::answersAgain(const Connection& connection, const DecodedPacket& decoded) {
    if (!decoded.tcp.has(kAck)) return false;
    const Direction direction = connection.directionOf(decoded.source);
    const StreamAssembler& stream = connection.live->stream(direction);
    const StreamAssembler& other = connection.live->stream(opposite(direction));
    if (!stream.started() || !other.started() || !stream.untouched() || stream.everAcknowledged()) {
        return false;
    }
    const std::int64_t acknowledged = other.offsetOf(decoded.tcp.acknowledgment);
    return acknowledged >= 0 && static_cast<StreamOffset>(acknowledged) <= other.farthest();
}

/// Behind the end of a connection only repetitions are left, which lie near to where it was.
bool TcpTracker::isFarFrom(const Connection& connection, const DecodedPacket& decoded) {
    constexpr std::int64_t kFar = 1 << 24;
    if (decoded.payloadLength == 0) return false;
    const auto far = [](const Connection::Rest& rest, std::uint32_t number) {
        const auto distance =
            static_cast<std::int32_t>(number - static_cast<std::uint32_t>(rest.base + rest.next));
        return rest.started && (distance > kFar || distance < -kFar);
    };
    const Direction direction = connection.directionOf(decoded.source);
    return far(connection.rest[indexOf(direction)], decoded.tcp.sequence) ||
           (decoded.tcp.has(kAck) &&
            far(connection.rest[indexOf(opposite(direction))], decoded.tcp.acknowledgment));
}

/// A SYN with the very number of a connection that has ended: captured twice, or one of a program
/// that always begins with the same number.
bool TcpTracker::isRepeatedMuchLater(const Connection& connection, const Origin& origin) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t later = origin.timeNs - connection.last.timeNs;
    return later > kSecond ||
           (later > 0 && origin.packet - connection.last.packet > StreamAssembler::kPatience);
}

TcpTracker::Connection& TcpTracker::find(const DecodedPacket& decoded, const Origin& origin) {
    // Both directions have one place here, whatever the order of the ends.
    Connection*& recent =
        m_recent[(hashOf(decoded.source) + hashOf(decoded.destination)) % m_recent.size()];
    const bool known = recent != nullptr && isBetween(*recent, decoded) && !recent->ended;
    if (!known || decoded.tcp.has(kSyn)) recent = &lookUp(decoded, origin);
    return *recent;
}

TcpTracker::Connection& TcpTracker::lookUp(const DecodedPacket& decoded, const Origin& origin) {
    const Key key = keyOf(decoded.source, decoded.destination);
    if (const auto found = m_current.find(key); found != m_current.end()) {
        Connection& connection = *found->second;
        if (!decoded.tcp.has(kSyn) && !connection.ended) return connection;
        if (!opensAnother(connection, decoded, origin)) return connection;
        if (!connection.ended) {
            settle(connection);
            endUnfinished(connection, connection.directionOf(decoded.source),
                          EndReason::PortReused);
        }
        forget(connection);
    }
    return make(key, decoded, origin);
}

TcpTracker::Connection& TcpTracker::make(const Key& key, const DecodedPacket& decoded,
                                         const Origin& origin) {
    if (m_free.empty()) {
        m_places.push_back(std::make_unique<Connection>());
        m_free.push_back(m_places.back().get());
    }
    Connection& connection = *m_free.back();
    m_free.pop_back();
    connection.id = m_nextId++;
    connection.a = decoded.source;
    connection.b = decoded.destination;
    connection.first = origin;
    connection.last = origin;
    connection.live = std::make_unique<Live>();
    m_current[key] = &connection;
    return connection;
}

bool TcpTracker::isBetween(const Connection& connection, const DecodedPacket& decoded) {
    return (isSameEnd(decoded.source, connection.a) &&
            isSameEnd(decoded.destination, connection.b)) ||
           (isSameEnd(decoded.source, connection.b) &&
            isSameEnd(decoded.destination, connection.a));
}

void TcpTracker::forget(Connection& connection) {
    const auto found = m_current.find(keyOf(connection.a, connection.b));
    if (found != m_current.end() && found->second == &connection) m_current.erase(found);
    m_observer.forgotten(connection.id);
    connection = Connection();
    m_free.push_back(&connection);
}

void TcpTracker::packet(const DecodedPacket& decoded, ByteView packet, const Origin& origin) {
    m_now = origin.packet;
    if (m_now >= m_firstDeadline) expire();
    Connection& connection = find(decoded, origin);
    const Header& tcp = decoded.tcp;
    const ByteView payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    connection.last = origin;
    m_observer.packet(connection.id, origin);
    if (connection.ended) {
        afterEnd(connection, decoded, payload, origin);
        return;
    }
    if (!connection.opened) openFor(connection, decoded, payload, origin);

    Live& live = *connection.live;
    const Direction direction = connection.directionOf(decoded.source);
    if (tcp.has(kSyn)) noteSyn(connection, direction, decoded, packet);
    if (tcp.has(kRst) && !isAcceptableReset(connection, direction, tcp)) {
        live.doubted = Live::Reset{direction, tcp.sequence, origin, {}, 0};
        return;
    }
    if (tcp.has(kAck)) acknowledge(connection, direction, decoded, packet);
    if (tcp.has(kRst)) {
        reset(connection, direction, decoded, payload, origin);
        if (connection.ended) return;
    } else {
        if (live.doubted) live.doubted.reset();
        if (decoded.payloadLength != 0) {
            addSegment(connection, direction, decoded, payload, origin);
        }
        if (tcp.has(kFin)) {
            const std::uint32_t fin = dataSequence(live.stream(direction), tcp) +
                                      static_cast<std::uint32_t>(decoded.payloadLength);
            Sink sink(*this, connection, direction);
            if (!live.stream(direction).started() && connection.settled) {
                live.stream(direction).start(fin);
                tellStarts(connection);
            }
            if (!live.firstFin) live.firstFin = direction;
            live.stream(direction).finish(fin, sink);
        }
    }
    if (!connection.settled) settleIfOrderly(connection, direction, tcp);
    if (live.waiting() || live.cost != 0 || !connection.settled || live.reset) {
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
        std::swap(live.sides[0], live.sides[1]);
        if (live.firstFin) live.firstFin = opposite(*live.firstFin);
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
        side.stream = StreamAssembler();
        side.startTold = false;
    }
    if (side.stream.seen()) m_outOfOrder = true;
    side.scale = windowScale(optionsOf(decoded.tcp, packet, decoded.tcpOffset)).value_or(0);
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
    other.acknowledged(acknowledgment);
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

}  // namespace framescope::tcp
