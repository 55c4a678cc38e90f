// What comes behind an RST that ended a connection. Whoever has sent or taken an RST sends nothing
// more and acknowledges nothing more (RFC 9293 section 3.10.7). But an RST that somebody else has
// made up may be dropped on its way behind the place of the capture, or ignored, and then the
// connection goes on. So data that is new is held for a while: if its receiver acknowledges it, the
// ends have not taken the RST. Otherwise it is told behind the end, being what was on its way.
#include <numeric>
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {

/// False: the packet has nothing that could be the connection's going on.
bool TcpTracker::holdBehindReset(Connection& connection, const DecodedPacket& decoded,
                                 ByteView packet, const Origin& origin) {
    const Header& tcp = decoded.tcp;
    if (tcp.has(kRst) || tcp.has(kSyn)) return false;
    if (acknowledgesBehindReset(connection, decoded)) {
        goOn(connection);
        takeOrAdd(connection, decoded, packet, origin);
        return true;
    }
    if (decoded.payloadLength == 0) return false;
    if (!connection.live) revive(connection);
    Live& live = *connection.live;
    const StreamAssembler& stream = live.stream(connection.directionOf(decoded.source));
    const std::int64_t end =
        stream.offsetOf(tcp.sequence) + static_cast<std::int64_t>(decoded.payloadLength);
    if (end <= static_cast<std::int64_t>(stream.next())) return false;
    if (!hasRoomBehind(connection, packet)) {
        tellBehindReset(connection);
        return false;
    }
    hold(connection, decoded, packet, origin);
    return true;
}

bool TcpTracker::hasRoomBehind(const Connection& connection, ByteView packet) {
    const std::vector<HeldPacket>& behind = connection.live->behind;
    const std::size_t held = std::accumulate(
        behind.begin(), behind.end(), packet.size(),
        [](std::size_t sum, const HeldPacket& other) { return sum + other.bytes.size(); });
    return behind.size() < kMostBehindReset && held <= kMostBytesBehindReset;
}

void TcpTracker::hold(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                      const Origin& origin) {
    connection.live->behind.push_back({decoded, Bytes(packet.begin(), packet.end()), origin});
    schedule(connection);
}

/// A packet behind an RST that is waited for, because the capture may be out of order. Nobody
/// acknowledges what an RST says, and where new data is acknowledged again and again the ends have
/// not taken it.
void TcpTracker::watchReset(Connection& connection, Direction direction,
                            const DecodedPacket& decoded) {
    Live& live = *connection.live;
    const StreamAssembler& stream = live.stream(direction);
    const StreamAssembler& other = live.stream(opposite(direction));
    if (!connection.opened || !stream.started() || !other.started()) return;
    Live::Reset& reset = *live.reset;
    if (decoded.tcp.has(kAck)) {
        const std::int64_t acknowledged = other.offsetOf(decoded.tcp.acknowledgment);
        StreamOffset& sent = reset.sent[indexOf(opposite(direction))];
        if (sent != 0 && acknowledged >= static_cast<std::int64_t>(sent)) {
            sent = 0;
            ++reset.answered;
        }
        if (reset.data && reset.isNew && reset.direction != direction) {
            const std::int64_t end = other.offsetOf(reset.sequence) +
                                     static_cast<std::int64_t>(reset.data->decoded.payloadLength);
            if (acknowledged == end) reset.answered = Live::Reset::kEnough;
        }
    }
    const std::int64_t end =
        stream.offsetOf(decoded.tcp.sequence) + static_cast<std::int64_t>(decoded.payloadLength);
    if (decoded.payloadLength != 0 && end > static_cast<std::int64_t>(stream.farthest())) {
        reset.sent[indexOf(direction)] = static_cast<StreamOffset>(end);
    }
    if (reset.answered < Live::Reset::kEnough) return;
    const std::unique_ptr<HeldPacket> data = std::move(reset.data);
    const Direction sender = reset.direction;
    live.reset.reset();
    if (data) addSegment(connection, sender, data->decoded, data->payload(), data->origin);
}

/// Whether a packet acknowledges data of the other side that is held.
bool TcpTracker::acknowledgesBehindReset(const Connection& connection,
                                         const DecodedPacket& decoded) {
    if (!connection.live || !decoded.tcp.has(kAck)) return false;
    const Live& live = *connection.live;
    const StreamAssembler& other = live.stream(opposite(connection.directionOf(decoded.source)));
    const std::int64_t acknowledged = other.offsetOf(decoded.tcp.acknowledgment);
    if (acknowledged <= static_cast<std::int64_t>(other.next())) return false;
    for (const HeldPacket& held : live.behind) {
        if (isSameEnd(held.decoded.source, decoded.source)) continue;
        const std::int64_t end = other.offsetOf(held.decoded.tcp.sequence) +
                                 static_cast<std::int64_t>(held.decoded.payloadLength) +
                                 (held.decoded.tcp.has(kFin) ? 1 : 0);
        if (acknowledged <= end) return true;
    }
    return false;
}

void TcpTracker::goOn(Connection& connection) {
    Live& live = *connection.live;
    connection.ended = false;
    connection.mayGoOn = false;
    for (const Direction d : kBothDirections) {
        live.side(d).ended = live.stream(d).finished();
        if (live.side(d).ended) live.firstFin = d;
    }
    m_observer.wentOn(connection.id);
    for (const Direction d : kBothDirections) {
        if (live.side(d).ended) m_observer.directionEnded(connection.id, d, EndReason::Fin, {});
    }
    for (const HeldPacket& held : std::exchange(live.behind, {})) {
        m_observer.released(connection.id, connection.directionOf(held.decoded.source));
        takeOrAdd(connection, held.decoded, held.bytes, held.origin);
    }
}

/// What went on may have ended meanwhile.
void TcpTracker::takeOrAdd(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                           const Origin& origin) {
    if (connection.ended) {
        afterEnd(connection, decoded, packet, origin);
    } else {
        take(connection, decoded, packet, origin);
    }
}

/// Nobody has acknowledged it: it stands behind the end.
void TcpTracker::tellBehindReset(Connection& connection) {
    connection.mayGoOn = false;
    for (const HeldPacket& held : std::exchange(connection.live->behind, {})) {
        m_observer.released(connection.id, connection.directionOf(held.decoded.source));
        add(connection, held.decoded, held.bytes, held.origin);
    }
}

}  // namespace framescope::tcp
