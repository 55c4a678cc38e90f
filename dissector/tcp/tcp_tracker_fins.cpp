// A FIN, and whether it is one. The flag may be a damaged bit of any segment, or of an
// acknowledgment, and a FIN that somebody else has made up may stand anywhere within the window. So
// what a direction says is over only once its FIN is sure: its number was acknowledged, or the
// connection ends. Until then the layers are not told, and read on as if there were none if more
// comes.
//
// A FIN takes the number that no byte has, so data over that number says that it is none. It is
// held until its receiver acknowledges more than a FIN, which overrules the FIN, or the FIN alone;
// then the data is told behind it. Where neither comes, data that goes on without a hole is
// believed: no system sends it behind a FIN of its own.
#include <algorithm>
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {
namespace {

/// Whether packets that were captured the other way round are in order by their times. What lies
/// further apart was written by clocks that do not agree.
bool isEarlier(std::int64_t timeNs, std::int64_t thanNs) {
    constexpr std::int64_t kOneClockNs = 10'000'000'000;
    return timeNs < thanNs && thanNs - timeNs <= kOneClockNs;
}

/// Whether a packet has bytes in the place of a FIN, and none in front of it are missing.
bool standsInPlaceOf(StreamOffset fin, const StreamAssembler& stream,
                     const DecodedPacket& decoded) {
    const std::int64_t begin = stream.offsetOf(decoded.tcp.sequence);
    const std::int64_t end = begin + static_cast<std::int64_t>(decoded.payloadLength);
    return begin <= static_cast<std::int64_t>(fin) && end > static_cast<std::int64_t>(fin);
}

}  // namespace

/// In front of telling the stream of it.
void TcpTracker::noteFin(Live& live, Direction direction, bool again, const Origin& origin) {
    std::int64_t& timeNs = live.finTimesNs[indexOf(direction)];
    timeNs = again ? std::min(timeNs, origin.timeNs) : origin.timeNs;
    const bool alone = !live.firstFin;
    if (alone || isEarlier(timeNs, live.finTimesNs[indexOf(opposite(direction))])) {
        live.firstFin = direction;
    }
    if (alone || !isEarlier(origin.timeNs, live.lastFin.timeNs)) live.lastFin = origin;
}

void TcpTracker::takeFin(Connection& connection, Direction direction, std::uint32_t sequence,
                         const Origin& origin) {
    Live& live = *connection.live;
    StreamAssembler& stream = live.stream(direction);
    if (!stream.started() && connection.settled) {
        stream.start(sequence);
        tellStarts(connection);
    }
    if (!stream.mayFinishAt(sequence)) return;
    // Of two the nearer one is believed, so the time of the other does not count.
    const bool nearer =
        stream.fin() && stream.offsetOf(sequence) < static_cast<std::int64_t>(*stream.fin());
    if (nearer && live.firstFin == direction) {
        live.firstFin.reset();
        if (live.stream(opposite(direction)).fin()) live.firstFin = opposite(direction);
    }
    noteFin(live, direction, stream.fin() && !nearer, origin);
    Sink sink(*this, connection, direction);
    stream.finish(sequence, origin.packet, sink);
}

void TcpTracker::tellSureFins(Connection& connection) {
    for (const Direction d : kBothDirections) {
        const StreamAssembler& stream = connection.live->stream(d);
        if (stream.finished() && stream.isFinAcknowledged()) {
            endDirection(connection, d, EndReason::Fin);
        }
    }
}

/// Where nothing of the other direction is captured, no acknowledgment will ever come.
void TcpTracker::tellUnansweredFins(Connection& connection, bool waits) {
    for (const Direction d : kBothDirections) {
        const Live::Side& side = connection.live->side(d);
        if (!side.isFinUnanswered()) continue;
        if (waits && m_now - side.finAt.packet <= StreamAssembler::kPatience) continue;
        endDirection(connection, d, EndReason::Fin);
    }
}

/// Two FINs end their connection once one of them is acknowledged.
void TcpTracker::endIfFinished(Connection& connection, const Origin& at, bool waits) {
    tellSureFins(connection);
    Live& live = *connection.live;
    const Live::Side& one = live.sides[0];
    const Live::Side& other = live.sides[1];
    if (!one.stream.finished() || !other.stream.finished()) return;
    if (!live.finished) live.finished = at;
    const bool bothSure = one.ended && other.ended;
    const bool oneSure = one.ended || other.ended;
    const bool isOver =
        oneSure || !waits || m_now - live.finished->packet > StreamAssembler::kPatience;
    if (!bothSure && (!isOver || !live.behind.empty())) {
        schedule(connection);
        return;
    }
    const Origin finished =
        isEarlier(live.finished->timeNs, live.lastFin.timeNs) ? live.lastFin : *live.finished;
    end(connection, *live.firstFin, EndReason::Fin, finished);
}

/// Whether a packet has bytes for which a stream's FIN, which nobody has acknowledged, leaves no
/// room.
bool TcpTracker::goesOverFin(const StreamAssembler& stream, const DecodedPacket& decoded) {
    if (!stream.fin() || stream.isFinAcknowledged() || decoded.tcp.has(kSyn)) return false;
    if (decoded.payloadLength == 0) return false;
    const auto fin = static_cast<std::int64_t>(*stream.fin());
    const std::int64_t begin = stream.offsetOf(decoded.tcp.sequence);
    const std::int64_t end = begin + static_cast<std::int64_t>(decoded.payloadLength);
    return end > fin && begin - fin <= StreamAssembler::kNear;
}

/// True: the packet waits until it is known whether the FIN is one.
bool TcpTracker::holdBehindFin(Connection& connection, Direction direction,
                               const DecodedPacket& decoded, ByteView packet,
                               const Origin& origin) {
    Live& live = *connection.live;
    const Direction receiver = opposite(direction);
    while (decoded.tcp.has(kAck) && isFinOverruled(connection, receiver)) {
        overruleFin(connection, receiver);
    }
    const Live::Side& side = live.side(direction);
    const StreamAssembler& stream = side.stream;
    while (goesOverFin(stream, decoded)) {
        // Where acknowledgments are captured, it is told only if it is sure, or stands.
        if (side.ended && stream.everAcknowledged()) return false;
        const StreamOffset fin = *stream.fin();
        const std::int64_t begin = stream.offsetOf(decoded.tcp.sequence);
        const bool inPlace = standsInPlaceOf(fin, stream, decoded);
        const bool follows = std::ranges::any_of(live.behind, [&](const HeldPacket& held) {
            return connection.directionOf(held.decoded.source) == direction;
        });
        const bool acknowledged =
            stream.isMoreThanFinAcknowledged() &&
            (inPlace || static_cast<std::int64_t>(stream.lastAcknowledged()) >= begin);
        if (acknowledged || (inPlace && !stream.everAcknowledged())) {
            overruleFin(connection, direction);
            continue;
        }
        // The number behind the FIN's own is that of data which somebody sends behind it.
        const bool isBehind = begin == static_cast<std::int64_t>(fin) + 1;
        if (!stream.everAcknowledged() || (!follows && isBehind)) return false;
        if (hasRoomBehind(connection, packet)) {
            hold(connection, decoded, packet, origin);
            return true;
        }
        settleBehindFin(connection);
    }
    return false;
}

/// Who closed first is whose FIN is left.
void TcpTracker::forgetFin(Live& live, Direction direction) {
    live.finished.reset();
    live.firstFin.reset();
    if (live.stream(direction).fin()) live.firstFin = direction;
    if (live.stream(opposite(direction)).fin()) live.firstFin = opposite(direction);
}

/// Whether more than a FIN was acknowledged, and something was captured there.
bool TcpTracker::isFinOverruled(const Connection& connection, Direction direction) {
    const Live& live = *connection.live;
    const Live::Side& side = live.sides[indexOf(direction)];
    const StreamAssembler& stream = side.stream;
    if (!stream.isMoreThanFinAcknowledged()) return false;
    if (side.ended && stream.everAcknowledged()) return false;
    return stream.isFartherFinAcknowledged() ||
           std::ranges::any_of(live.behind, [&](const HeldPacket& held) {
               return connection.directionOf(held.decoded.source) == direction &&
                      stream.offsetOf(held.decoded.tcp.sequence) <
                          static_cast<std::int64_t>(stream.lastAcknowledged());
           });
}

/// It was none: what waited behind it is the stream's.
void TcpTracker::overruleFin(Connection& connection, Direction direction) {
    Live& live = *connection.live;
    Live::Side& side = live.side(direction);
    const Direction other = opposite(direction);
    side.stream.withdrawFin();
    forgetFin(live, direction);
    if (std::exchange(side.ended, false)) {
        m_observer.wentOn(connection.id);
        if (live.side(other).ended) {
            m_observer.directionEnded(connection.id, other, EndReason::Fin, live.side(other).finAt);
        }
    }
    for (HeldPacket& held : std::exchange(live.behind, {})) {
        if (connection.directionOf(held.decoded.source) != direction ||
            goesOverFin(side.stream, held.decoded)) {
            live.behind.push_back(std::move(held));
            continue;
        }
        m_observer.released(connection.id, direction);
        if (held.decoded.payloadLength != 0) {
            addSegment(connection, direction, held.decoded, held.payload(), held.origin);
        }
        if (held.decoded.tcp.has(kFin)) {
            takeFin(
                connection, direction,
                held.decoded.tcp.sequence + static_cast<std::uint32_t>(held.decoded.payloadLength),
                held.origin);
        }
    }
}

/// At the end of a connection nothing will contradict the last acknowledgment any more.
void TcpTracker::overruleFinsAtEnd(Connection& connection) {
    for (const Direction d : kBothDirections) {
        const Live::Side& side = connection.live->side(d);
        while (!side.ended && side.stream.isMoreThanFinAcknowledged()) overruleFin(connection, d);
    }
    while (!connection.live->behind.empty()) settleBehindFin(connection);
}

/// Nobody has acknowledged what waits behind a FIN, nor the FIN.
void TcpTracker::settleBehindFin(Connection& connection) {
    Live& live = *connection.live;
    bool overruled = false;
    for (const Direction d : kBothDirections) {
        const StreamAssembler& stream = live.stream(d);
        if (!stream.fin() || stream.isFinAcknowledged() || live.side(d).ended) continue;
        const StreamOffset fin = *stream.fin();
        if (std::ranges::none_of(live.behind, [&](const HeldPacket& held) {
                return connection.directionOf(held.decoded.source) == d &&
                       standsInPlaceOf(fin, stream, held.decoded);
            })) {
            continue;
        }
        overruleFin(connection, d);
        overruled = true;
    }
    if (overruled) return;
    for (const Direction d : kBothDirections) {
        if (live.stream(d).finished()) endDirection(connection, d, EndReason::Fin);
    }
    tellBehindReset(connection);
}

}  // namespace framescope::tcp
