// Packets far from where their connection is. Usually that is a hole in the capture, or a damaged
// number. But the ports may have been used again while nobody captured how the older connection
// ended and the other one began, or two places of the capture see two pairs of ends that have the
// same addresses.
//
// What tells is both numbers of a packet at once: where a capture has a hole, rarely much is
// missing of both directions, and no damage changes both numbers so that packets agree. So a packet
// whose numbers both lie outside of what the connection has sent, by more than is likely to have
// passed since, is held. Once packets of both directions agree with each other (each acknowledges
// what the other one sends), or several of one, they are another connection, joined in its midst;
// the older one is over, unless it has said something meanwhile. Where nothing agrees within
// kPatience packets they are told beside the stream: nothing is said to be missing for their sake.
//
// How much may have passed counts in what the connection has sent so far. In a long time anything
// may have: then only contents tell, a request behind an upgrade, or the beginning of TLS.
#include <algorithm>
#include <numeric>
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {
namespace {

/// What may be missing in both directions at once, whatever was sent before.
constexpr std::uint64_t kSmallHole = 1U << 16;
/// Likewise where packets overtake each other, or the connection's beginning is not known for sure.
constexpr std::uint64_t kGreatHole = 1U << 24;
/// Of what was sent before, so many times as much may be missing.
constexpr std::uint64_t kTimesSent = 8;
/// The connection may have become so many times as fast as it was.
constexpr double kTimesFaster = 16;
/// Or it may have come to this rate, in both directions, up to the greatest of windows.
constexpr double kBytesPerSecond = 1e6;
constexpr double kMostAtThatRate = 1U << 30;
/// Packets agree whose numbers lie no farther from each other: others between them may be lost.
constexpr std::uint32_t kNearby = 1U << 20;
/// So many packets of one direction that agree are enough where nothing of the other is captured.
constexpr std::size_t kEnoughOfOne = 3;

bool isNearby(std::uint32_t a, std::uint32_t b) {
    return a - b + kNearby <= 2 * kNearby;
}

bool isSamePacket(const DecodedPacket& a, const DecodedPacket& b) {
    return a.tcp.sequence == b.tcp.sequence && a.tcp.acknowledgment == b.tcp.acknowledgment &&
           a.payloadLength == b.payloadLength;
}

}  // namespace

/// Whether a packet is worth a look: it does not come next.
bool TcpTracker::isOutOfPlace(const Connection& connection, const DecodedPacket& decoded) {
    return !connection.ended &&
           decoded.tcp.sequence !=
               connection.live->stream(connection.directionOf(decoded.source)).nextNumber();
}

void TcpTracker::noteFirst(Connection& connection, ByteView bytes) {
    constexpr std::string_view kUpgrade = "HTTP/1.1 101";
    if (asText(bytes).starts_with(kUpgrade)) connection.live->upgraded = true;
}

/// Whether both numbers lie outside of what the connection has sent; `implausible`: by more than
/// can have passed since its last packet.
bool TcpTracker::isElsewhere(const Connection& connection, const DecodedPacket& decoded,
                             const Origin& origin, bool& implausible) const {
    const Live& live = *connection.live;
    const Direction direction = connection.directionOf(decoded.source);
    const bool orderly = connection.settled && !m_outOfOrder;
    // A keep-alive asks with the number before the first byte.
    const std::uint64_t before = connection.synSeen ? 1 : kNearby;
    const auto small = [&](Direction d) {
        return (orderly ? kSmallHole : kGreatHole) + kTimesSent * live.stream(d).extent();
    };
    const auto isOutside = [&](Direction d, std::uint32_t number, std::uint64_t ahead) {
        const Live::Side& side = live.sides[indexOf(d)];
        // All that is known may be the number of an acknowledgment.
        const bool isBare = !connection.settled && !side.stream.seen() && side.packets != 0;
        const std::uint32_t distance =
            number - side.lastSequence + static_cast<std::uint32_t>(ahead);
        return side.stream.isOutside(number, before, ahead) || (isBare && distance > 2 * ahead);
    };
    const Header& tcp = decoded.tcp;
    if (!isOutside(direction, tcp.sequence, small(direction)) ||
        !isOutside(opposite(direction), tcp.acknowledgment, small(opposite(direction)))) {
        return false;
    }
    constexpr double kSecond = 1e9;
    const auto elapsed =
        static_cast<double>(std::max<std::int64_t>(0, origin.timeNs - connection.last.timeNs));
    const double age = std::max(kSecond, static_cast<double>(connection.last.timeNs) -
                                             static_cast<double>(connection.first.timeNs));
    const auto great = [&](Direction d) {
        const double passed =
            kTimesFaster * static_cast<double>(live.stream(d).extent()) * elapsed / age +
            std::min(kBytesPerSecond * elapsed / kSecond, kMostAtThatRate);
        return small(d) + static_cast<std::uint64_t>(std::min(passed, 1e15));
    };
    implausible = isOutside(direction, tcp.sequence, great(direction)) &&
                  isOutside(opposite(direction), tcp.acknowledgment, great(opposite(direction)));
    return true;
}

/// True: the packet is held, or its connection is another one by now.
bool TcpTracker::holdElsewhere(Connection& connection, const DecodedPacket& decoded,
                               ByteView packet, const Origin& origin) {
    Live& live = *connection.live;
    const Header& tcp = decoded.tcp;
    if (!tcp.has(kAck) || tcp.has(kSyn) || live.rival || live.reset) return false;
    // An RST alone says nothing of another connection.
    if (tcp.has(kRst) && !live.elsewhere) return false;
    bool implausible = false;
    if (!isElsewhere(connection, decoded, origin, implausible)) return false;
    if (!live.elsewhere) live.elsewhere = std::make_unique<Live::Elsewhere>();
    std::vector<Live::Elsewhere::Packet>& packets = live.elsewhere->packets;
    const std::size_t bytes = std::accumulate(
        packets.begin(), packets.end(), packet.size(),
        [](std::size_t sum, const auto& other) { return sum + other.held.bytes.size(); });
    if (packets.size() >= kMostElsewhere || bytes > kMostBytesElsewhere) {
        if (!packets.empty()) {
            tellElsewhere(connection, false);
        } else {
            live.elsewhere.reset();
        }
        return false;
    }
    packets.push_back({{decoded, Bytes(packet.begin(), packet.end()), origin}, implausible});
    const std::vector<bool> agreed = agreeing(connection);
    if (agreed.empty()) {
        schedule(connection);
    } else {
        beginElsewhere(connection, agreed);
    }
    return true;
}

/// Whether data begins a conversation that cannot begin in the midst of this one.
bool TcpTracker::opensConversation(const Connection& connection, ByteView payload) const {
    // RFC 8446 section 5.1: a handshake record, of any version, with a ClientHello.
    if (payload.size() > 5 && payload[0] == 22 && payload[1] == 3 && payload[2] <= 4 &&
        payload[5] == 1) {
        return true;
    }
    constexpr std::size_t kMethod = 3;
    const bool isWord = payload.size() > kMethod &&
                        std::ranges::all_of(payload.first(kMethod),
                                            [](std::uint8_t c) { return c >= 'A' && c <= 'Z'; });
    return connection.live->upgraded && isWord && m_guessRole != nullptr &&
           m_guessRole(payload) == Direction::ClientToServer;
}

/// Which of the packets that are held are another connection's, the last one among them: as many
/// flags as packets. Empty: that is not known.
std::vector<bool> TcpTracker::agreeing(const Connection& connection) const {
    const std::vector<Live::Elsewhere::Packet>& packets = connection.live->elsewhere->packets;
    const DecodedPacket& last = packets.back().held.decoded;
    std::vector<bool> agreed(packets.size());
    std::size_t ofOne = 0;
    bool ofOther = false;
    bool implausible = true;
    bool opens = false;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const DecodedPacket& at = packets[i].held.decoded;
        const bool same = isSameEnd(at.source, last.source);
        const std::uint32_t sequence = same ? at.tcp.sequence : at.tcp.acknowledgment;
        const std::uint32_t acknowledgment = same ? at.tcp.acknowledgment : at.tcp.sequence;
        agreed[i] = isNearby(sequence, last.tcp.sequence) &&
                    isNearby(acknowledgment, last.tcp.acknowledgment);
        if (!agreed[i]) continue;
        if (!same) ofOther = true;
        // What was captured twice counts once.
        if (same && (i == 0 || !isSamePacket(at, packets[i - 1].held.decoded))) ++ofOne;
        implausible = implausible && packets[i].implausible;
        opens = opens || opensConversation(connection, packets[i].held.payload());
    }
    if ((!ofOther && ofOne < kEnoughOfOne) || (!implausible && !opens)) return {};
    return agreed;
}

void TcpTracker::beginElsewhere(Connection& connection, const std::vector<bool>& agreed) {
    std::vector<Live::Elsewhere::Packet> packets = std::move(connection.live->elsewhere->packets);
    connection.live->elsewhere.reset();
    std::vector<HeldPacket> its;
    std::vector<Live::Elsewhere::Packet> others;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (agreed[i]) {
            its.push_back(std::move(packets[i].held));
        } else {
            others.push_back(std::move(packets[i]));
        }
    }
    // One that has just come into view may still go on.
    const bool begins =
        !connection.settled && m_now - connection.last.packet <= StreamAssembler::kPatience;
    const bool goesOn = connection.last.packet > its.front().origin.packet || begins;
    if (!others.empty()) {
        connection.live->elsewhere = std::make_unique<Live::Elsewhere>();
        connection.live->elsewhere->packets = std::move(others);
        tellElsewhere(connection, false);
    }
    if (!connection.ended && goesOn) {
        connection.live->overtakenIn = m_now;
        schedule(connection);
    } else if (!connection.ended) {
        endReused(connection, its.front().decoded.source);
    }
    const DecodedPacket& first = its.front().decoded;
    Connection& another = make(keyOf(first.source, first.destination), first, its.front().origin);
    for (const HeldPacket& held : its) receive(another, held.decoded, held.bytes, held.origin);
}

/// Nothing agrees with them. What may be behind a hole is the connection's, and the rest has no
/// place in it. `ending`: its end is being told.
void TcpTracker::tellElsewhere(Connection& connection, bool ending) {
    const std::unique_ptr<Live::Elsewhere> elsewhere = std::move(connection.live->elsewhere);
    for (const Live::Elsewhere::Packet& packet : elsewhere->packets) {
        const auto& [decoded, bytes, origin] = packet.held;
        if (!ending && !connection.ended) settle(connection);
        const bool unplaced = packet.implausible && connection.opened;
        if (!unplaced && !ending) {
            receive(connection, decoded, bytes, origin);
            continue;
        }
        m_observer.packet(connection.id, origin);
        if (packet.held.payload().empty()) continue;
        const bool retired = !connection.live;
        if (retired) revive(connection);
        const Direction direction = connection.directionOf(decoded.source);
        if (unplaced) {
            Origin at = origin;
            at.fileOffset += decoded.payloadOffset;
            tellUnplaced(connection, direction,
                         connection.live->stream(direction).offsetOf(decoded.tcp.sequence),
                         packet.held.payload(), at);
        } else {
            addSegment(connection, direction, decoded, packet.held.payload(), origin);
        }
        if (retired) retire(connection);
    }
}

}  // namespace framescope::tcp
