#include "dissector/tcp/tcp_tracker.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace framescope::tcp {

/// A connection keeps its ends as "a" (who sent the first packet) and "b" until it is known which
/// of them is the client; the streams are indexed by Direction from then on.
struct TcpTracker::Connection {
    ConnectionId id = 0;
    Endpoint a;
    Endpoint b;
    bool opened = false;
    bool synSeen = false;
    bool ended = false;
    bool aIsClient = true;
    std::array<StreamAssembler, 2> streams;
    std::array<bool, 2> directionEnded{};
    /// The last acknowledgment number of what each direction sent.
    std::array<std::optional<std::uint32_t>, 2> acknowledged{};
    std::optional<Direction> firstFin;
    Origin last;

    Direction directionOf(const Endpoint& source) const {
        return (source == a) == aIsClient ? Direction::ClientToServer : Direction::ServerToClient;
    }
    StreamAssembler& stream(Direction d) { return streams[indexOf(d)]; }
};

/// Passes what one assembler hands on to the observer.
class TcpTracker::Sink : public StreamSink {
public:
    Sink(TcpObserver& observer, ConnectionId connection, Direction direction)
        : m_observer(observer), m_connection(connection), m_direction(direction) {}

    void streamData(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        m_observer.data(m_connection, m_direction, offset, bytes, origin);
    }
    void streamGap(StreamOffset offset, std::uint64_t missing) override {
        m_observer.gap(m_connection, m_direction, offset, missing);
    }

private:
    TcpObserver& m_observer;
    ConnectionId m_connection;
    Direction m_direction;
};

/// Keeps the total of what is held right while one stream changes.
class TcpTracker::Held {
public:
    Held(TcpTracker& tracker, const StreamAssembler& stream)
        : m_tracker(tracker), m_stream(stream) {
        m_tracker.m_held -= m_stream.heldCost();
    }
    ~Held() { m_tracker.m_held = total(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    std::size_t total() const { return m_tracker.m_held + m_stream.heldCost(); }

private:
    TcpTracker& m_tracker;
    const StreamAssembler& m_stream;
};

std::size_t TcpTracker::KeyHash::operator()(const Key& key) const {
    const auto hash = [](const Endpoint& e) {
        const std::string_view address(reinterpret_cast<const char*>(e.address.bytes.data()), 16);
        return std::hash<std::string_view>{}(address)*31 + e.port;
    };
    return hash(key.low) * 0x9e3779b97f4a7c15ULL + hash(key.high);
}

TcpTracker::TcpTracker(TcpObserver& observer, RoleGuess guessRole)
    : m_observer(observer), m_guessRole(guessRole) {}
TcpTracker::~TcpTracker() = default;

std::optional<std::uint32_t> TcpTracker::base(ConnectionId connection, Direction direction) const {
    if (connection >= m_connections.size()) return std::nullopt;
    const StreamAssembler& stream = m_connections[connection]->streams[indexOf(direction)];
    return stream.started() ? std::optional(stream.base()) : std::nullopt;
}

bool TcpTracker::opensAnother(Connection& connection, const DecodedPacket& decoded) const {
    // What was seen before the SYN of a connection that has no SYN yet, and no data, was captured a
    // little too early.
    if (!decoded.tcp.has(kSyn) || !connection.opened) return false;
    const StreamAssembler& stream = connection.stream(connection.directionOf(decoded.source));
    // A SYN or SYN-ACK that is not the repetition of the one that opened this connection opens
    // another one between the same ports (RFC 9293 section 3.6.1); it is no repetition if what it
    // starts is not where the stream starts. Where a side has not sent anything yet, its SYN
    // belongs to this connection: also when both sides open at once (section 3.5).
    if (stream.started()) return stream.base() != decoded.tcp.sequence + 1;
    if (connection.ended || connection.synSeen) return connection.ended;
    // Of a connection that was joined mid-stream, what its other side acknowledged tells whether
    // this SYN began it and was captured late.
    constexpr std::uint32_t kNear = 1U << 20;
    const auto acknowledged =
        connection.acknowledged[indexOf(connection.directionOf(decoded.source))];
    return !acknowledged || *acknowledged - (decoded.tcp.sequence + 1) > kNear;
}

TcpTracker::Connection& TcpTracker::find(const DecodedPacket& decoded, const Origin& origin) {
    const Key key{std::min(decoded.source, decoded.destination),
                  std::max(decoded.source, decoded.destination)};
    if (const auto found = m_current.find(key); found != m_current.end()) {
        Connection& connection = *m_connections[found->second];
        if (!opensAnother(connection, decoded)) return connection;
        if (!connection.ended) {
            end(connection, connection.directionOf(decoded.source), EndReason::PortReused);
        }
    }
    auto created = std::make_unique<Connection>();
    created->id = static_cast<ConnectionId>(m_connections.size());
    created->a = decoded.source;
    created->b = decoded.destination;
    created->last = origin;
    m_current[key] = created->id;
    m_connections.push_back(std::move(created));
    return *m_connections.back();
}

void TcpTracker::open(Connection& connection, Direction firstSender, bool synSeen,
                      const Origin& origin) {
    const bool aWasClient = connection.aIsClient;
    connection.aIsClient = firstSender == Direction::ClientToServer;
    // Streams may hold a start already (from FINs and acknowledgments): keep them with their ends.
    if (aWasClient != connection.aIsClient) std::swap(connection.streams[0], connection.streams[1]);
    connection.opened = true;
    connection.synSeen = synSeen;
    const Endpoint& client = connection.aIsClient ? connection.a : connection.b;
    const Endpoint& server = connection.aIsClient ? connection.b : connection.a;
    m_observer.opened(connection.id, {client, server, synSeen, origin});
}

void TcpTracker::inferRoles(Connection& connection, const DecodedPacket& decoded, ByteView payload,
                            const Origin& origin) {
    std::optional<Direction> sender = m_guessRole(payload);
    if (!sender) {
        // Servers listen on the lower port as a rule; between equal ports who speaks first asks.
        sender = decoded.source.port >= decoded.destination.port ? Direction::ClientToServer
                                                                 : Direction::ServerToClient;
    }
    // open() wants to know what the sender of the connection's first packet is.
    const bool fromA = decoded.source == connection.a;
    open(connection, fromA ? *sender : opposite(*sender), false, origin);
}

void TcpTracker::packet(const DecodedPacket& decoded, ByteView packet, const Origin& origin) {
    Connection& connection = find(decoded, origin);
    const Header& tcp = decoded.tcp;
    const ByteView payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    connection.last = origin;
    m_observer.packet(connection.id, origin);

    if (!connection.opened) {
        const bool fromA = decoded.source == connection.a;
        if (tcp.has(kSyn)) {
            const Direction sender =
                tcp.has(kAck) ? Direction::ServerToClient : Direction::ClientToServer;
            open(connection, fromA ? sender : opposite(sender), true, origin);
        } else if (decoded.payloadLength != 0) {
            // Also where none of it was captured: it is missing from this connection.
            inferRoles(connection, decoded, payload, origin);
        } else if (tcp.has(kRst) || tcp.has(kFin)) {
            inferRoles(connection, decoded, {}, origin);
        }
    }
    const Direction direction = connection.directionOf(decoded.source);
    StreamAssembler& stream = connection.stream(direction);
    StreamAssembler& reverse = connection.stream(opposite(direction));
    Sink sink(m_observer, connection.id, direction);
    Sink reverseSink(m_observer, connection.id, opposite(direction));

    std::uint32_t sequence = tcp.sequence;
    if (tcp.has(kSyn)) {
        ++sequence;  // the SYN itself takes one sequence number
        if (!stream.started()) stream.start(sequence);
    }
    if (tcp.has(kAck)) {
        // Nothing of the other side was captured yet: what it sent first is what is acknowledged
        // first, provided that the capture saw the connection open.
        if (!reverse.started() && connection.synSeen) reverse.start(tcp.acknowledgment);
        const Held held(*this, reverse);
        connection.acknowledged[indexOf(opposite(direction))] = tcp.acknowledgment;
        reverse.acknowledged(tcp.acknowledgment, origin.packet, reverseSink);
    }
    if (!connection.opened) return;

    if (decoded.payloadLength != 0) {
        Origin at = origin;
        at.fileOffset += decoded.payloadOffset;
        const Held held(*this, stream);
        stream.segment(sequence, payload, decoded.payloadLength, at, sink);
        while (stream.heldCost() != 0 && held.total() > kMaxHeldInTotal) stream.giveUpHole(sink);
    }
    if (tcp.has(kFin)) {
        stream.finish(sequence + static_cast<std::uint32_t>(decoded.payloadLength));
        if (!connection.firstFin) connection.firstFin = direction;
    }
    if (connection.ended) return;
    if (tcp.has(kRst)) {
        end(connection, direction, EndReason::Reset);
        return;
    }
    // Also when this packet only filled a hole in front of a FIN that came before it.
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (connection.stream(d).finished()) endDirection(connection, d, EndReason::Fin);
    }
    if (connection.directionEnded[0] && connection.directionEnded[1]) {
        end(connection, *connection.firstFin, EndReason::Fin);
    }
}

void TcpTracker::endDirection(Connection& connection, Direction direction, EndReason reason) {
    if (connection.directionEnded[indexOf(direction)]) return;
    connection.directionEnded[indexOf(direction)] = true;
    m_observer.directionEnded(connection.id, direction, reason);
}

void TcpTracker::end(Connection& connection, Direction by, EndReason reason) {
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        Sink sink(m_observer, connection.id, d);
        const Held held(*this, connection.stream(d));
        if (connection.stream(d).started()) connection.stream(d).flush(sink);
    }
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        // A FIN that had been waiting behind a hole counts as what ended its direction.
        const bool fin = connection.stream(d).finished();
        endDirection(connection, d, fin ? EndReason::Fin : reason);
    }
    connection.ended = true;
    // What flushing brought to light may have ended what the capture's end did not.
    if (reason == EndReason::CaptureEnd && connection.firstFin) {
        by = *connection.firstFin;
        const bool both = connection.streams[0].finished() && connection.streams[1].finished();
        reason = both ? EndReason::Fin : EndReason::HalfClosed;
    }
    m_observer.ended(connection.id, by, reason);
}

void TcpTracker::finish() {
    for (const auto& connection : m_connections) {
        if (!connection->opened) {
            // Nothing but acknowledgments was seen of it.
            const bool aIsClient = connection->a.port >= connection->b.port;
            open(*connection, aIsClient ? Direction::ClientToServer : Direction::ServerToClient,
                 false, connection->last);
        }
        if (!connection->ended) {
            end(*connection, Direction::ClientToServer, EndReason::CaptureEnd);
        }
        // Data behind an end may have left holes of its own.
        for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
            Sink sink(m_observer, connection->id, d);
            if (connection->stream(d).started()) connection->stream(d).flush(sink);
        }
    }
}

}  // namespace framescope::tcp
