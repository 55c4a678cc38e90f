// A SYN between the ends of a connection that is alive. Where the connection is alive at both ends,
// its receiver does not take it but answers with what it expects, a challenge (RFC 5961 section 4,
// RFC 9293 section 3.10.7.4), and the connection goes on; where it is not, the SYN opens another
// one. Which of them it is shows with the next packets, so the SYN is held until then: its
// connection has a number and is the newest of its ends, but nothing is told of it yet.
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {

/// Whether a connection may be alive: it was opened, and nobody has closed it. Its handshake need
/// not be complete: two places of the capture may see two connections of the same ends open.
bool TcpTracker::mayObject(const Connection& connection, const DecodedPacket& decoded) {
    const Live& live = *connection.live;
    const bool opened =
        connection.synSeen || (connection.settled && live.sides[0].stream.everAcknowledged() &&
                               live.sides[1].stream.everAcknowledged());
    return (decoded.tcp.flags & (kAck | kRst | kFin)) == 0 && opened && !live.rival &&
           !live.firstFin && !live.reset && !live.doubted;
}

/// Whether a packet goes on from the SYN, repeats it, or answers it.
bool TcpTracker::isOfRival(const Connection& connection, const DecodedPacket& decoded) {
    const Live::Rival& rival = *connection.live->rival;
    const Header& tcp = decoded.tcp;
    if (isSameEnd(decoded.source, rival.source)) {
        return tcp.sequence + (tcp.has(kSyn) ? 1U : 0U) == rival.start;
    }
    return tcp.has(kAck) && tcp.acknowledgment == rival.start;
}

/// For a packet that is no SYN. Null: any of the others may be its connection.
TcpTracker::Connection* TcpTracker::chooseBetween(Connection& newest,
                                                  const DecodedPacket& decoded) {
    if (!newest.isOf(decoded.network)) return nullptr;
    if (!isOfRival(newest, decoded)) {
        for (Connection* at = newest.older; at != nullptr; at = at->older) {
            if (at->ended || !at->isOf(decoded.network) || !fits(*at, decoded)) continue;
            noteGoingOn(newest, *at, decoded);
            if (newest.live->rival->syn) takeSyn(newest);
            return at;
        }
        if (!fits(newest, decoded)) return nullptr;
    }
    endOlder(newest);
    return &newest;
}

/// True if the packet is the SYN, or nothing but the same again; otherwise the SYN is waited for no
/// longer.
bool TcpTracker::holdSyn(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                         const Origin& origin) {
    std::unique_ptr<HeldPacket>& syn = connection.live->rival->syn;
    if (syn) {
        if (decoded.tcp.has(kSyn) && decoded.payloadLength == 0) return true;
        takeSyn(connection);
        return false;
    }
    syn = std::make_unique<HeldPacket>();
    *syn = {decoded, Bytes(packet.begin(), packet.end()), origin};
    schedule(connection);
    return true;
}

/// The SYN was sent, whatever became of it: it opens its connection.
void TcpTracker::takeSyn(Connection& connection) {
    const std::unique_ptr<HeldPacket> syn = std::move(connection.live->rival->syn);
    openFor(connection, syn->decoded, syn->payload(), syn->origin);
    take(connection, syn->decoded, syn->bytes, syn->origin);
}

/// A packet is one of `older`, behind the SYN of `newest`: the older one goes on if it says
/// something new.
void TcpTracker::noteGoingOn(Connection& newest, const Connection& older,
                             const DecodedPacket& decoded) {
    if (&newest == &older || !newest.live || !newest.live->rival || !older.live) return;
    const Direction direction = older.directionOf(decoded.source);
    const StreamAssembler& stream = older.live->stream(direction);
    const StreamAssembler& other = older.live->stream(opposite(direction));
    const Header& tcp = decoded.tcp;
    const std::int64_t end =
        stream.offsetOf(tcp.sequence) + static_cast<std::int64_t>(decoded.payloadLength);
    const bool sends = !stream.seen() || (decoded.payloadLength != 0 &&
                                          end > static_cast<std::int64_t>(stream.farthest()));
    const bool acknowledges =
        tcp.has(kAck) && other.started() &&
        (!other.everAcknowledged() ||
         other.offsetOf(tcp.acknowledgment) > static_cast<std::int64_t>(other.lastAcknowledged()));
    if (sends || acknowledges) newest.live->rival->olderGoesOn = true;
}

/// The SYN was taken. Whatever its ends had between them is over then, unless that has gone on
/// behind the SYN: then they are two pairs of ends with the same addresses.
void TcpTracker::endOlder(Connection& connection) {
    const std::unique_ptr<Live::Rival> rival = std::move(connection.live->rival);
    const std::uint32_t network = connection.networks[0];
    std::vector<Connection*> older;
    for (Connection* at = connection.older; at != nullptr; at = at->older) {
        if (!at->ended && at->isOf(network)) older.push_back(at);
    }
    for (Connection* const at : older) {
        if (at->id == kNoConnection || at->ended) continue;
        // Where both have just begun, the answer to the older one may still come.
        const bool begins =
            !at->settled && at->synSeen && m_now - at->last.packet <= StreamAssembler::kPatience;
        if (rival->olderGoesOn || begins) {
            at->live->overtakenIn = m_now;
            schedule(*at);
            continue;
        }
        overtake(*at, rival->source);
    }
    if (!rival->syn) return;
    connection.live->rival = std::make_unique<Live::Rival>();
    connection.live->rival->syn = std::move(rival->syn);
    takeSyn(connection);
    if (connection.live) connection.live->rival.reset();
}

/// A SYN opens another connection of the same ends. Where packets overtake each other, the last
/// ones of this one may still come; for those of one that was overtaken before it was waited
/// already.
void TcpTracker::overtake(Connection& connection, const Endpoint& by) {
    if (!m_outOfOrder || connection.live->overtakenIn != 0) {
        endReused(connection, by);
        return;
    }
    connection.live->overtakenIn = m_now;
    schedule(connection);
}

/// Whether nothing of a connection came for long enough since it was overtaken.
bool TcpTracker::isOvertaken(const Connection& connection) const {
    const PacketNumber overtakenIn = connection.live->overtakenIn;
    const PacketNumber late = m_outOfOrder ? StreamAssembler::kPatience / 2 : 0;
    return overtakenIn != 0 && connection.last.packet <= overtakenIn + late;
}

/// Another connection of the same ends lives. Should this one go on all the same, so does what is
/// read of it.
void TcpTracker::endReused(Connection& connection, const Endpoint& by) {
    settle(connection);
    endUnfinished(connection, connection.directionOf(by), EndReason::PortReused);
    connection.mayGoOn = connection.rest[0].started && connection.rest[1].started;
}

}  // namespace framescope::tcp
