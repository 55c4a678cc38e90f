// How connections end, and what becomes of packets behind their end.
#include <algorithm>
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {

/// RFC 5961 section 3.2 and RFC 9293 section 3.5.3: an RST counts when its sequence number lies in
/// the receiver's window. One that is guessed by somebody beside the connection rarely does.
bool TcpTracker::isAcceptableReset(const Connection& connection, Direction direction,
                                   const Header& tcp) {
    const Live& live = *connection.live;
    const StreamAssembler& stream = live.stream(direction);
    if (!stream.started()) {
        // The answer to a SYN has no sequence number of its own; what it acknowledges counts.
        const StreamAssembler& other = live.stream(opposite(direction));
        if (!other.started() || !tcp.has(kAck)) return true;
        // What it acknowledges may be captured behind it.
        constexpr StreamOffset kNear = 1U << 16;
        const std::int64_t offset = other.offsetOf(tcp.acknowledgment);
        return offset >= 0 && static_cast<StreamOffset>(offset) <= other.farthest() + kNear;
    }
    const Live::Side& receiver = live.sides[indexOf(opposite(direction))];
    const std::int64_t offset = stream.offsetOf(tcp.sequence);
    const std::uint64_t window = std::uint64_t{receiver.window} << receiver.scale;
    const StreamOffset low = std::min(stream.next(), stream.lastAcknowledged());
    return offset >= static_cast<std::int64_t>(low) &&
           static_cast<StreamOffset>(offset) <=
               stream.farthest() + std::max<std::uint64_t>(window, 1);
}

void TcpTracker::reset(Connection& connection, Direction direction, const DecodedPacket& decoded,
                       ByteView packet, const Origin& origin) {
    const ByteView payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    Live& live = *connection.live;
    Live::Reset reset;
    reset.direction = direction;
    reset.sequence = decoded.tcp.sequence;
    reset.origin = origin;
    reset.origin.fileOffset += decoded.payloadOffset;
    if (live.reset) {
        const bool again = live.reset->direction == direction &&
                           live.reset->sequence == reset.sequence &&
                           std::ranges::equal(live.reset->payload(), payload);
        if (again || payload.empty()) return;
        settle(connection);
        tellUnplaced(connection, direction, live.stream(direction).offsetOf(reset.sequence),
                     payload, reset.origin);
        return;
    }
    if (decoded.payloadLength != 0) {
        reset.data = std::make_unique<HeldPacket>();
        *reset.data = {decoded, Bytes(packet.begin(), packet.end()), origin};
        reset.data->decoded.tcp.flags &= static_cast<std::uint16_t>(~(kRst | kSyn | kFin));
        const StreamAssembler& stream = live.stream(direction);
        const std::int64_t end =
            stream.offsetOf(reset.sequence) + static_cast<std::int64_t>(decoded.payloadLength);
        reset.isNew = end > static_cast<std::int64_t>(stream.next());
    }
    const bool now = !m_outOfOrder && connection.opened && !live.holds() &&
                     isComplete(connection, direction, decoded.tcp);
    live.reset = std::move(reset);
    if (now) endByReset(connection);
}

/// Whether an RST leaves nothing open that was sent before it. In a capture that has been in order
/// so far it need not be waited for then.
bool TcpTracker::isComplete(const Connection& connection, Direction direction,
                            const Header& tcp) const {
    const StreamAssembler& stream = connection.live->stream(direction);
    const StreamAssembler& other = connection.live->stream(opposite(direction));
    if (stream.started() &&
        stream.offsetOf(tcp.sequence) > static_cast<std::int64_t>(stream.next()) + 1) {
        return false;
    }
    return !tcp.has(kAck) || !other.started() || other.covers(tcp.acknowledgment);
}

void TcpTracker::endDirection(Connection& connection, Direction direction, EndReason reason) {
    Live::Side& side = connection.live->side(direction);
    if (side.ended) return;
    side.ended = true;
    const Origin at = reason == EndReason::Fin ? side.finAt : Origin();
    m_observer.directionEnded(connection.id, direction, reason, at);
}

/// Data in an RST says why it was sent, if anything (RFC 9293 section 3.5.2); it is none of the
/// stream's, so it is told behind the end, unless its receiver acknowledges it.
void TcpTracker::endByReset(Connection& connection) {
    // Behind two FINs it says nothing more.
    if (!connection.live->reset->data) endIfFinished(connection, connection.last, false);
    if (connection.ended) return;
    Live::Reset reset = std::move(*connection.live->reset);
    connection.live->reset.reset();
    end(connection, reset.direction, EndReason::Reset, reset.origin);
    connection.mayGoOn = connection.rest[0].started && connection.rest[1].started;
    if (!reset.data) return;
    if (!connection.live) revive(connection);
    StreamAssembler& stream = connection.live->stream(reset.direction);
    if (connection.mayGoOn && reset.isNew) {
        connection.live->behind.push_back(std::move(*reset.data));
        schedule(connection);
        return;
    }
    if (!stream.started()) stream.start(reset.sequence);
    add(connection, reset.data->decoded, reset.data->bytes, reset.data->origin);
    flush(connection);
    retire(connection);
}

void TcpTracker::endUnfinished(Connection& connection, Direction by, EndReason reason) {
    Live& live = *connection.live;
    settle(connection);
    endIfFinished(connection, connection.last, false);
    if (connection.ended) return;
    // The last that was seen was an RST: nobody objected, so it was right.
    if (!live.reset && live.doubted) live.reset = std::move(live.doubted);
    if (live.reset) {
        endByReset(connection);
    } else {
        end(connection, by, reason, connection.last);
    }
}

void TcpTracker::end(Connection& connection, Direction by, EndReason reason, const Origin& at) {
    Live& live = *connection.live;
    if (!connection.opened) {
        // Nothing but acknowledgments was seen of it.
        open(connection, connection.a.port >= connection.b.port, false, connection.first);
    }
    if (live.elsewhere) tellElsewhere(connection, true);
    flush(connection);
    for (const Direction d : kBothDirections) {
        // A FIN that had been waiting behind a hole counts as what ended its direction.
        const bool fin = live.stream(d).finished();
        endDirection(connection, d, fin ? EndReason::Fin : reason);
    }
    connection.ended = true;
    // What flushing brought to light may have ended what the capture's end did not.
    if (reason == EndReason::CaptureEnd && live.firstFin) {
        by = *live.firstFin;
        const bool both = live.sides[0].stream.finished() && live.sides[1].stream.finished();
        reason = both ? EndReason::Fin : EndReason::HalfClosed;
    }
    m_observer.ended(connection.id, by, reason, at);
    retire(connection);
    m_ended.push_back({0, connection.id, &connection});
    while (m_ended.size() > kMaxEnded) {
        const Deadline oldest = m_ended.front();
        m_ended.pop_front();
        if (oldest.connection->id != oldest.id || !oldest.connection->ended) continue;
        if (oldest.connection->live) {
            flush(*oldest.connection);
            retire(*oldest.connection);
        }
        forget(*oldest.connection);
    }
}

/// Gives the memory of a connection that has ended back.
void TcpTracker::retire(Connection& connection) {
    for (const Direction d : kBothDirections) {
        const Live::Side& side = connection.live->side(d);
        StreamAssembler& stream = connection.live->stream(d);
        Sink sink(*this, connection, d);
        stream.giveUpCut(LimitMet::None, sink);
        connection.rest[indexOf(d)] = {stream.next(),    stream.fin(),         stream.base(),
                                       stream.started(), stream.takeGivenUp(), side.handedOn,
                                       side.synTime};
    }
    m_held -= connection.live->cost;
    connection.live.reset();
}

void TcpTracker::revive(Connection& connection) {
    connection.live = std::make_unique<Live>();
    for (const Direction d : kBothDirections) {
        Live::Side& side = connection.live->side(d);
        Connection::Rest& rest = connection.rest[indexOf(d)];
        if (rest.started) {
            side.stream.resume(rest.base, rest.next, rest.fin, std::move(rest.givenUp));
        }
        side.ended = true;
        side.handedOn = rest.handedOn;
        side.synTime = rest.synTime;
        side.startTold = rest.started;
    }
}

void TcpTracker::afterEnd(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                          const Origin& origin) {
    if (connection.mayGoOn && holdBehindReset(connection, decoded, packet, origin)) return;
    // A FIN, an RST or an acknowledgment says nothing new.
    if (decoded.payloadLength == 0) return;
    if (!connection.live) revive(connection);
    add(connection, decoded, packet, origin);
    if (connection.live->holds() || !connection.live->behind.empty()) {
        schedule(connection);
    } else {
        retire(connection);
    }
}

/// A segment of a connection that has ended.
void TcpTracker::add(Connection& connection, const DecodedPacket& decoded, ByteView packet,
                     const Origin& origin) {
    addSegment(connection, connection.directionOf(decoded.source), decoded,
               packet.subspan(decoded.payloadOffset, decoded.payloadCaptured), origin);
    giveUpHoles(connection);
    pump(connection);
    keepLimits(connection);
}

void TcpTracker::finish() {
    std::vector<Connection*> open;
    for (const auto& connection : m_places) {
        if (connection->id != kNoConnection && connection->live) open.push_back(connection.get());
    }
    std::ranges::sort(open, {}, &Connection::id);
    for (Connection* const connection : open) {
        if (connection->live && connection->live->elsewhere) tellElsewhere(*connection, false);
    }
    for (Connection* const connection : open) {
        // Nobody has objected to its SYN.
        if (connection->live && connection->live->rival && connection->live->rival->syn) {
            endOlder(*connection);
        }
    }
    for (Connection* const connection : open) {
        if (!connection->live) continue;
        if (!connection->ended) {
            endUnfinished(*connection, Direction::ClientToServer,
                          isOvertaken(*connection) ? EndReason::PortReused : EndReason::CaptureEnd);
        }
        if (connection->live) {
            // Data behind an end may have left holes of its own.
            flush(*connection);
            retire(*connection);
        }
    }
}

}  // namespace framescope::tcp
