// Which connection a packet belongs to.
//
// Nearly always there is one of its addresses and ports, which is alive and was carried by the same
// VLAN or tunnel; no more is looked at then. The same packet may be captured with and without its
// tag, and each direction may have a tag of its own, so another tag alone says nothing. Where the
// numbers contradict each other as well, it is another connection, in a network that uses the same
// addresses. Which networks carry the two directions of one connection is told by its numbers: a
// SYN-ACK belongs to the SYN that it acknowledges, other packets to the nearest connection, and
// from then on the network tells. Several of the same ends stand in a list, the newest first: those
// of other networks, and a few that have ended, so that what is captured late is known for theirs.
#include <algorithm>
#include <cstring>

#include "dissector/tcp/tcp_connection.h"
#include "dissector/tcp/tcp_options.h"

namespace framescope::tcp {

namespace {

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

TcpTracker::Key TcpTracker::keyOf(const Endpoint& a, const Endpoint& b) {
    return a < b ? Key{a, b} : Key{b, a};
}

/// Whether this SYN begins another connection between the ports of `connection`.
bool TcpTracker::opensAnother(const Connection& connection, const DecodedPacket& decoded,
                              ByteView packet, const Origin& origin) const {
    const Header& tcp = decoded.tcp;
    if (connection.live && connection.live->rival) return !isOfRival(connection, decoded);
    // A SYN or SYN-ACK that is not the repetition of the one that opened this connection opens
    // another one between the same ports (RFC 9293 section 3.6.1); it is no repetition if what it
    // starts is not where the stream starts. Where a side has not sent anything yet, its SYN
    // belongs to this connection: also when both sides open at once (section 3.5).
    const std::uint32_t start = tcp.sequence + 1;
    const Direction direction = connection.directionOf(decoded.source);
    if (connection.ended) {
        const Connection::Rest& rest = connection.rest[indexOf(direction)];
        if (!rest.started || rest.base != start) return true;
        // The sender's clock tells a copy, however late, from a program that always begins with the
        // same number.
        const auto time = timestampValue(optionsOf(tcp, packet, decoded.tcpOffset));
        if (time && time == rest.synTime) return false;
        return isRepeatedMuchLater(connection, origin);
    }
    return !connection.live->stream(direction).canStartAt(start) &&
           !answersAgain(connection, decoded) && !answersLate(connection, decoded) &&
           !continues(connection, decoded);
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

/// A SYN-ACK for the SYN that opened the connection, which another one has answered: another
/// connection would have begun with another SYN.
bool TcpTracker::answersLate(const Connection& connection, const DecodedPacket& decoded) {
    if (!decoded.tcp.has(kAck) || !connection.synSeen) return false;
    const StreamAssembler& other =
        connection.live->stream(opposite(connection.directionOf(decoded.source)));
    return other.started() && other.base() == decoded.tcp.acknowledgment;
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

/// Whether both numbers of a packet are another connection's than one that has ended, although they
/// may lie near: both sides go on behind their FINs, or have jumped since the RST, which no byte of
/// the old connection explains. The SYNs of that other one were not captured.
bool TcpTracker::isBehindEnd(const Connection& connection, const DecodedPacket& decoded) {
    /// What is lost beside an RST that nobody takes is less, in one direction at the least.
    constexpr std::int64_t kJump = 1 << 16;
    const Header& tcp = decoded.tcp;
    if (!connection.ended || !tcp.has(kAck) || tcp.has(kRst) || tcp.has(kSyn)) return false;
    const auto& rest = connection.rest;
    if (!rest[0].started || !rest[1].started) return false;
    const auto isFinished = [](const Connection::Rest& r) { return r.fin && r.next >= *r.fin; };
    const bool closed = isFinished(rest[0]) && isFinished(rest[1]);
    if (!closed && !connection.mayGoOn) return false;
    const auto isOutside = [&](const Connection::Rest& r, std::uint32_t number) {
        const std::int64_t ahead =
            static_cast<std::int32_t>(number - static_cast<std::uint32_t>(r.base + r.next));
        const std::int64_t allowed =
            closed ? static_cast<std::int64_t>(*r.fin) + 1 - static_cast<std::int64_t>(r.next)
                   : kJump;
        // A keep-alive asks with the number before the first byte.
        const bool beforeStart =
            connection.synSeen && ahead < -static_cast<std::int64_t>(r.next) - 1;
        return ahead > allowed || beforeStart;
    };
    const Direction direction = connection.directionOf(decoded.source);
    return isOutside(rest[indexOf(direction)], tcp.sequence) &&
           isOutside(rest[indexOf(opposite(direction))], tcp.acknowledgment);
}

/// A SYN with the very number of a connection that has ended: captured twice, or one of a program
/// that always begins with the same number.
bool TcpTracker::isRepeatedMuchLater(const Connection& connection, const Origin& origin) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t later = origin.timeNs - connection.last.timeNs;
    return later > kSecond ||
           (later > 0 && origin.packet - connection.last.packet > StreamAssembler::kPatience);
}

/// Whether both numbers of a packet can be those of a connection.
bool TcpTracker::fits(const Connection& connection, const DecodedPacket& decoded) {
    const Direction direction = connection.directionOf(decoded.source);
    const auto isNear = [&connection](Direction d, std::uint32_t number) {
        if (connection.live) return connection.live->stream(d).isNear(number);
        const Connection::Rest& rest = connection.rest[indexOf(d)];
        const auto distance =
            static_cast<std::int32_t>(number - static_cast<std::uint32_t>(rest.base + rest.next));
        return rest.started && distance <= StreamAssembler::kNear &&
               distance >= -StreamAssembler::kNear;
    };
    return isNear(direction, decoded.tcp.sequence) &&
           (!decoded.tcp.has(kAck) || isNear(opposite(direction), decoded.tcp.acknowledgment));
}

/// How far both numbers of a packet that fits a connection lie from where that is. `unknown` counts
/// for what is not known of it.
std::uint64_t TcpTracker::distanceTo(const Connection& connection, const DecodedPacket& decoded,
                                     std::int64_t unknown) {
    const Direction direction = connection.directionOf(decoded.source);
    const auto distance = [&](Direction d, std::uint32_t number) -> std::uint64_t {
        if (connection.live && connection.live->stream(d).seen()) {
            return connection.live->stream(d).distanceTo(number);
        }
        std::int64_t ahead = unknown;
        if (const Connection::Rest& rest = connection.rest[indexOf(d)]; rest.started) {
            ahead = static_cast<std::int32_t>(number -
                                              static_cast<std::uint32_t>(rest.base + rest.next));
        }
        return static_cast<std::uint64_t>(ahead < 0 ? -ahead : ahead);
    };
    return distance(direction, decoded.tcp.sequence) +
           (decoded.tcp.has(kAck) ? distance(opposite(direction), decoded.tcp.acknowledgment) : 0);
}

/// Whether a SYN-ACK acknowledges the very SYN of a connection.
bool TcpTracker::answersSyn(const Connection& connection, const DecodedPacket& decoded) {
    if (!decoded.tcp.has(kAck)) return false;
    if (connection.live && connection.live->rival) return isOfRival(connection, decoded);
    const Direction other = opposite(connection.directionOf(decoded.source));
    const std::uint32_t acknowledged = decoded.tcp.acknowledgment;
    if (connection.live) {
        const StreamAssembler& stream = connection.live->stream(other);
        return stream.started() && stream.base() == acknowledged;
    }
    const Connection::Rest& rest = connection.rest[indexOf(other)];
    return rest.started && rest.base == acknowledged;
}

TcpTracker::Connection& TcpTracker::find(const DecodedPacket& decoded, ByteView packet,
                                         const Origin& origin) {
    // Both directions have one place here, whatever the order of the ends.
    Connection*& recent =
        m_recent[(hashOf(decoded.source) + hashOf(decoded.destination)) % m_recent.size()];
    const bool known =
        recent != nullptr && isBetween(*recent, decoded) && isPlainly(*recent, decoded);
    if (!known || decoded.tcp.has(kSyn)) recent = &lookUp(decoded, packet, origin);
    return *recent;
}

TcpTracker::Connection& TcpTracker::lookUp(const DecodedPacket& decoded, ByteView packet,
                                           const Origin& origin) {
    const Key key = keyOf(decoded.source, decoded.destination);
    const auto found = m_current.find(key);
    if (found == m_current.end()) return make(key, decoded, origin);
    Connection& newest = *found->second;
    if (decoded.tcp.has(kSyn)) return chooseForSyn(newest, decoded, packet, origin);
    return isPlainly(newest, decoded) ? newest : choose(newest, decoded, origin);
}

/// Whether a packet between its ends that is no SYN is a connection's beyond doubt: there is no
/// other, or none but connections that are over, and the packet's numbers are its own. choose()
/// would come to the same.
bool TcpTracker::isPlainly(const Connection& connection, const DecodedPacket& decoded) {
    if (connection.isPlainFor(decoded.network)) return true;
    return connection.newest && !connection.ended && connection.isOf(decoded.network) &&
           !connection.live->rival && !connection.mayOlderLive() && fits(connection, decoded);
}

bool TcpTracker::isBetween(const Connection& connection, const DecodedPacket& decoded) {
    return (isSameEnd(decoded.source, connection.a) &&
            isSameEnd(decoded.destination, connection.b)) ||
           (isSameEnd(decoded.source, connection.b) &&
            isSameEnd(decoded.destination, connection.a));
}

/// For a packet that is no SYN: the one whose numbers fit, the nearest if there are several. Its
/// own network goes before.
TcpTracker::Connection& TcpTracker::choose(Connection& newest, const DecodedPacket& decoded,
                                           const Origin& origin) {
    if (newest.live && newest.live->rival) {
        if (Connection* const chosen = chooseBetween(newest, decoded)) return *chosen;
    }
    constexpr std::int64_t kJustFitting = StreamAssembler::kNear;
    Connection* same = nullptr;  // the newest of the same network
    Connection* own = nullptr;   // of the same network, and fitting
    Connection* fitting = nullptr;
    for (Connection* at = &newest; at != nullptr; at = at->older) {
        const bool isOf = at->isOf(decoded.network);
        if (isOf && same == nullptr) same = at;
        const bool alone = at->ended && newest.older == nullptr;
        const bool hasNumbers = alone ? !isFarFrom(*at, decoded) : fits(*at, decoded);
        if (!hasNumbers || isBehindEnd(*at, decoded)) continue;
        if (isOf) {
            // An older one that lives as well has to be nearer.
            if (own == nullptr ||
                (at->mayLive() && distanceTo(*at, decoded, 0) < distanceTo(*own, decoded, 0))) {
                own = at;
            }
            if (at == &newest && at->live && distanceTo(*at, decoded, kJustFitting) == 0) break;
            continue;
        }
        if (fitting == nullptr ||
            distanceTo(*at, decoded, kJustFitting) < distanceTo(*fitting, decoded, kJustFitting)) {
            fitting = at;
        }
    }
    if (own != nullptr) return *own;
    if (fitting != nullptr) {
        // The same packets with another tag, or the other direction.
        fitting->noteNetwork(decoded.network);
        return *fitting;
    }
    // Far from everything that is alive there: a stray packet, or bytes behind a jump.
    if (same != nullptr && !same->ended) return *same;
    return make(keyOf(decoded.source, decoded.destination), decoded, origin);
}

/// For a SYN: the one that it opened or answers, or a new one, which ends what its network has of
/// the same ends.
TcpTracker::Connection& TcpTracker::chooseForSyn(Connection& newest, const DecodedPacket& decoded,
                                                 ByteView packet, const Origin& origin) {
    // An answer is told by what it acknowledges, then anything by the network.
    const auto likeness = [&decoded](const Connection& connection) {
        const bool fitting = !decoded.tcp.has(kAck) || fits(connection, decoded);
        return (answersSyn(connection, decoded) ? 4 : 0) + (fitting ? 2 : 0) +
               (connection.isOf(decoded.network) ? 1 : 0);
    };
    Connection* its = nullptr;
    for (Connection* at = &newest; at != nullptr; at = at->older) {
        if (opensAnother(*at, decoded, packet, origin)) continue;
        if (its == nullptr || likeness(*at) > likeness(*its)) its = at;
    }
    if (its != nullptr) {
        if (answersSyn(*its, decoded)) its->noteNetwork(decoded.network);
        noteGoingOn(newest, *its, decoded);
        if (decoded.tcp.has(kAck) && its->live && its->live->rival) endOlder(*its);
        return *its;
    }
    std::vector<Connection*> before;
    for (Connection* at = &newest; at != nullptr; at = at->older) {
        if (!at->ended && at->isOf(decoded.network)) before.push_back(at);
    }
    bool objected = false;
    for (Connection* const at : before) {
        // The end of one may have made the tracker forget another.
        if (at->id == kNoConnection || at->ended) continue;
        if (mayObject(*at, decoded)) {
            objected = true;
            continue;
        }
        overtake(*at, decoded.source);
    }
    Connection& connection = make(keyOf(decoded.source, decoded.destination), decoded, origin);
    if (objected) {
        connection.live->rival = std::make_unique<Live::Rival>();
        connection.live->rival->source = decoded.source;
        connection.live->rival->start = decoded.tcp.sequence + 1;
    }
    return connection;
}

/// Makes room for one more of the same ends.
void TcpTracker::keepFewAlike(const Key& key) {
    const auto found = m_current.find(key);
    if (found == m_current.end()) return;
    std::size_t all = 0;
    std::size_t ended = 0;
    std::vector<Connection*> tooMany;
    for (Connection* at = found->second; at != nullptr; at = at->older) {
        ++all;
        if (at->ended) ++ended;
        if (all >= kMaxAlike || (at->ended && ended > kMaxEndedAlike)) tooMany.push_back(at);
    }
    for (Connection* const connection : tooMany) {
        // The end of one may have made the tracker forget another.
        if (connection->id == kNoConnection) continue;
        if (!connection->ended) {
            settle(*connection);
            endUnfinished(*connection, Direction::ClientToServer, EndReason::PortReused);
        }
        if (connection->live) {
            flush(*connection);
            retire(*connection);
        }
        forget(*connection);
    }
}

TcpTracker::Connection& TcpTracker::make(const Key& key, const DecodedPacket& decoded,
                                         const Origin& origin) {
    keepFewAlike(key);
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
    connection.networks.fill(decoded.network);
    connection.live = std::make_unique<Live>();
    Connection*& current = m_current[key];
    connection.older = current;
    if (current != nullptr) {
        current->alone = connection.alone = false;
        current->newest = false;
    }
    current = &connection;
    return connection;
}

void TcpTracker::forget(Connection& connection) {
    const auto found = m_current.find(keyOf(connection.a, connection.b));
    if (found != m_current.end()) {
        Connection** at = &found->second;
        while (*at != nullptr && *at != &connection) at = &(*at)->older;
        if (*at != nullptr) *at = connection.older;
        if (found->second == nullptr) {
            m_current.erase(found);
        } else {
            found->second->alone = found->second->older == nullptr;
            found->second->newest = true;
        }
    }
    m_observer.forgotten(connection.id);
    connection = Connection();
    m_free.push_back(&connection);
}

}  // namespace framescope::tcp
