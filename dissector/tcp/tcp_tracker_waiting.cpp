// The part of the tracker that waits: for a SYN, for what fills a hole, for what one side
// acknowledged of the other; and that stops waiting.
#include <algorithm>
#include <functional>
#include <utility>

#include "dissector/tcp/tcp_connection.h"

namespace framescope::tcp {

/// Whether "a" is the client of a connection whose opening was not captured.
bool TcpTracker::inferClient(const Connection& connection) const {
    const Live& live = *connection.live;
    for (const Direction d : kBothDirections) {
        const ByteView first = live.stream(d).firstHeld();
        if (first.empty() || m_guessRole == nullptr) continue;
        if (const auto sender = m_guessRole(first)) {
            return (*sender == Direction::ClientToServer) == (d == Direction::ClientToServer);
        }
    }
    // Servers listen on the lower port as a rule; between equal ports who speaks first asks.
    return connection.a.port >= connection.b.port;
}

void TcpTracker::settle(Connection& connection) {
    if (connection.live->rival && connection.live->rival->syn) takeSyn(connection);
    if (connection.settled) return;
    Live& live = *connection.live;
    connection.settled = true;
    const bool something =
        live.sides[0].stream.seen() || live.sides[1].stream.seen() || live.reset || live.doubted;
    if (!connection.opened && something) {
        open(connection, inferClient(connection), false, connection.first);
    }
    if (!connection.opened) return;
    for (const Direction d : kBothDirections) {
        live.stream(d).startWithoutSyn(connection.synSeen);
        tellStarts(connection);
        Sink sink(*this, connection, d);
        live.stream(d).tellFin(sink);
    }
}

/// Packets that overtake each other rarely leave a dozen of one connection in perfect order; where
/// they are, the SYN was not captured.
void TcpTracker::settleIfOrderly(Connection& connection, Direction direction, const Header& tcp) {
    Live& live = *connection.live;
    Live::Side& side = live.side(direction);
    const auto isBefore = [](std::uint32_t a, std::uint32_t b) {
        return static_cast<std::int32_t>(a - b) < 0;
    };
    if (side.packets != 0 && (isBefore(tcp.sequence, side.lastSequence) ||
                              isBefore(tcp.acknowledgment, side.lastAcknowledgment))) {
        side.orderly = false;
    }
    // A packet that was captured twice tells nothing more.
    if (side.packets == 0 || tcp.sequence != side.lastSequence ||
        (tcp.has(kAck) && tcp.acknowledgment != side.lastAcknowledgment)) {
        ++side.packets;
    }
    side.lastSequence = tcp.sequence;
    if (tcp.has(kAck)) side.lastAcknowledgment = tcp.acknowledgment;
    const Live::Side& other = live.side(opposite(direction));
    if (m_outOfOrder || !side.orderly || !other.orderly || other.packets == 0) return;
    const std::uint32_t packets = side.packets + other.packets;
    const bool bothFins = side.stream.fin() && other.stream.fin();
    if (packets >= kOrderly || (bothFins && packets >= kOrderlyToFin)) settle(connection);
}

/// Hands on what waits for nothing any more, in the order in which it was captured.
void TcpTracker::pump(Connection& connection) {
    Live& live = *connection.live;
    if (!live.holds()) return;
    for (;;) {
        // What has waited in vain comes behind what waits no more, which may be what it waited for.
        std::optional<Direction> next;
        std::pair<bool, PacketNumber> place;
        for (const Direction d : kBothDirections) {
            const StreamAssembler& stream = live.stream(d);
            const StreamAssembler& other = live.stream(opposite(d));
            if (!stream.ready(other, m_now)) continue;
            const std::pair its(stream.waitsFor(other), stream.firstHeldPacket());
            if (next && place <= its) continue;
            next = d;
            place = its;
        }
        if (!next) return;
        StreamAssembler& stream = live.stream(*next);
        StreamAssembler& other = live.stream(opposite(*next));
        // It waited in vain for the other direction; what comes next of this one need not.
        if (place.first) {
            other.letPass();
        } else if (!stream.movedIn(m_now) && other.movedIn(m_now)) {
            m_outOfOrder = true;
        }
        if (!stream.movedIn(m_now)) m_observer.released(connection.id, *next);
        Sink sink(*this, connection, *next);
        stream.deliver(sink);
    }
}

void TcpTracker::giveUpHoles(Connection& connection) {
    for (const Direction d : kBothDirections) {
        StreamAssembler& stream = connection.live->stream(d);
        Sink sink(*this, connection, d);
        while (stream.giveUpDue(m_now, sink)) pump(connection);
    }
}

void TcpTracker::account(Connection& connection) {
    Live& live = *connection.live;
    const std::size_t cost = live.sides[0].stream.heldCost() + live.sides[1].stream.heldCost();
    m_held += cost - live.cost;
    live.cost = cost;
}

void TcpTracker::relieve(Connection& connection, Direction direction, LimitMet limitMet) {
    settle(connection);
    Sink sink(*this, connection, direction);
    connection.live->stream(direction).relieve(limitMet, sink);
    pump(connection);
}

void TcpTracker::keepLimits(Connection& connection) {
    Live& live = *connection.live;
    for (const Direction d : kBothDirections) {
        const StreamAssembler& stream = live.stream(d);
        while (stream.heldBytes() > m_limits.heldBytes ||
               stream.heldSegments() > m_limits.heldSegments) {
            relieve(connection, d, LimitMet::OfDirection);
        }
    }
    account(connection);
    while (m_held > m_limits.heldInTotal && live.holds()) {
        const bool first = live.sides[0].stream.heldCost() >= live.sides[1].stream.heldCost();
        relieve(connection, first ? Direction::ClientToServer : Direction::ServerToClient,
                LimitMet::OfAll);
        account(connection);
    }
}

void TcpTracker::schedule(Connection& connection) {
    Live& live = *connection.live;
    constexpr PacketNumber kWait = StreamAssembler::kPatience + 1;
    const StreamAssembler& one = live.sides[0].stream;
    const StreamAssembler& other = live.sides[1].stream;
    PacketNumber at = std::min(one.deadline(other), other.deadline(one));
    if (!connection.settled) at = std::min(at, connection.first.packet + kWait);
    if (live.reset) at = std::min(at, live.reset->origin.packet + kWait);
    if (live.finished) at = std::min(at, live.finished->packet + kWait);
    for (const Direction d : kBothDirections) {
        const Live::Side& side = live.side(d);
        if (side.isFinUnanswered()) at = std::min(at, side.finAt.packet + kWait);
    }
    if (!live.behind.empty()) at = std::min(at, live.behind.front().origin.packet + kWait);
    if (live.elsewhere) {
        at = std::min(at, live.elsewhere->packets.front().held.origin.packet + kWait);
    }
    if (live.overtakenIn != 0) at = std::min(at, live.overtakenIn + kWait);
    if (at >= live.queuedAt) return;
    at = std::max(at, m_now + 1);
    live.queuedAt = at;
    m_deadlines.push_back({at, connection.id, &connection});
    std::push_heap(m_deadlines.begin(), m_deadlines.end(), std::greater<>());
    m_firstDeadline = m_deadlines.front().at;
}

void TcpTracker::expire() {
    while (!m_deadlines.empty() && m_deadlines.front().at <= m_now) {
        std::pop_heap(m_deadlines.begin(), m_deadlines.end(), std::greater<>());
        const Deadline deadline = m_deadlines.back();
        m_deadlines.pop_back();
        Connection& connection = *deadline.connection;
        if (connection.id != deadline.id || !connection.live) continue;
        if (connection.live->queuedAt <= deadline.at) {
            connection.live->queuedAt = std::numeric_limits<PacketNumber>::max();
        }
        giveUpWaiting(connection);
        if (connection.id == deadline.id && connection.live) schedule(connection);
    }
    m_firstDeadline =
        m_deadlines.empty() ? std::numeric_limits<PacketNumber>::max() : m_deadlines.front().at;
}

void TcpTracker::giveUpWaiting(Connection& connection) {
    constexpr PacketNumber kPatience = StreamAssembler::kPatience;
    if (connection.live->elsewhere &&
        m_now - connection.live->elsewhere->packets.front().held.origin.packet > kPatience) {
        tellElsewhere(connection, false);
        if (!connection.live) return;
    }
    Live& live = *connection.live;
    if (live.overtakenIn != 0 && m_now - live.overtakenIn > kPatience) {
        if (!connection.ended && isOvertaken(connection)) {
            endReused(connection, connection.aIsClient ? connection.a : connection.b);
            return;
        }
        live.overtakenIn = 0;
    }
    if (m_now - connection.first.packet > kPatience) settle(connection);
    if (!live.behind.empty() && m_now - live.behind.front().origin.packet > kPatience) {
        if (connection.ended) {
            tellBehindReset(connection);
        } else {
            settleBehindFin(connection);
        }
    }
    // What a hole was waited for stands in front of what only waits for the other direction.
    giveUpHoles(connection);
    pump(connection);
    account(connection);
    if (connection.ended) {
        if (!live.holds() && live.behind.empty()) retire(connection);
    } else if (live.reset && m_now - live.reset->origin.packet > kPatience) {
        endByReset(connection);
    } else {
        tellUnansweredFins(connection, true);
        endIfFinished(connection, connection.last);
    }
}

void TcpTracker::idle() {
    const std::vector<Deadline> waiting = m_deadlines;
    for (const Deadline& deadline : waiting) {
        Connection& connection = *deadline.connection;
        if (connection.id != deadline.id || !connection.live || connection.ended) continue;
        if (connection.live->elsewhere) tellElsewhere(connection, false);
        if (!connection.live || connection.ended) continue;
        settle(connection);
        Live& live = *connection.live;
        if (!live.behind.empty()) settleBehindFin(connection);
        for (const Direction d : kBothDirections) {
            Sink sink(*this, connection, d);
            while (live.stream(d).giveUpAcknowledged(sink)) pump(connection);
        }
        for (const Direction d : kBothDirections) {
            // Bytes without a hole in front of them wait for the other direction alone.
            if (live.stream(d).holds() && !live.stream(d).hasHole()) {
                live.stream(opposite(d)).letPass();
            }
        }
        pump(connection);
        account(connection);
        if (live.reset) {
            endByReset(connection);
        } else {
            tellUnansweredFins(connection, false);
            endIfFinished(connection, connection.last, false);
        }
    }
}

/// Hands on all that is held. Holes are given up first, that with the earliest packet behind it
/// before the others, so that what waits for the other direction still comes behind it.
void TcpTracker::flush(Connection& connection) {
    Live& live = *connection.live;
    settle(connection);
    if (connection.ended) {
        if (!live.behind.empty()) tellBehindReset(connection);
    } else {
        overruleFinsAtEnd(connection);
    }
    const auto earlier = [&live](std::optional<Direction> than, Direction d) {
        return !than || live.stream(d).firstHeldPacket() < live.stream(*than).firstHeldPacket();
    };
    bool passed = false;
    for (pump(connection); live.holds(); pump(connection)) {
        std::optional<Direction> hole;
        std::optional<Direction> first;
        for (const Direction d : kBothDirections) {
            if (live.stream(d).hasHole() && earlier(hole, d)) hole = d;
            if (live.stream(d).holds() && earlier(first, d)) first = d;
        }
        if (hole) {
            Sink sink(*this, connection, *hole);
            live.stream(*hole).giveUpFirstHole(sink);
            continue;
        }
        // Nothing stands behind the hole, but what acknowledges it does.
        StreamAssembler& other = live.stream(opposite(*first));
        Sink others(*this, connection, opposite(*first));
        if (live.stream(*first).waitsForHole(other) && other.giveUpHole(others)) continue;
        if (!std::exchange(passed, true)) {
            for (const Direction d : kBothDirections) live.stream(d).letPass();
        } else {
            Sink sink(*this, connection, *first);
            live.stream(*first).relieve(LimitMet::None, sink);
        }
    }
    for (const Direction d : kBothDirections) {
        Sink sink(*this, connection, d);
        if (live.stream(d).started()) live.stream(d).flush(sink);
    }
    account(connection);
}

}  // namespace framescope::tcp
