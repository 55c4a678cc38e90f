// From TCP packets to connections: finds the connection a packet belongs to, tells which side is
// the client, and lets the two assemblers put its streams in order. What happens is told to an
// observer. Connections are numbered in order of their first packet, as tcp.stream is.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dissector/packet/packet.h"
#include "dissector/tcp/stream_assembler.h"

namespace framescope::tcp {

/// How a connection came into view.
struct Opening {
    Endpoint client;
    Endpoint server;
    bool synSeen = false;
    Origin origin;
};

/// What happens on the connections, in order.
class TcpObserver {
public:
    virtual ~TcpObserver() = default;
    virtual void opened(ConnectionId connection, const Opening& opening) = 0;
    /// A packet of this connection was read, before anything it causes.
    virtual void packet(ConnectionId connection, const Origin& origin) = 0;
    virtual void data(ConnectionId connection, Direction direction, StreamOffset offset,
                      ByteView bytes, const Origin& origin) = 0;
    virtual void gap(ConnectionId connection, Direction direction, StreamOffset offset,
                     std::uint64_t missing) = 0;
    /// One direction will bring no more bytes.
    virtual void directionEnded(ConnectionId connection, Direction direction, EndReason reason) = 0;
    /// The connection is over; `by` is the side that ended it (for Fin: the first FIN's).
    virtual void ended(ConnectionId connection, Direction by, EndReason reason) = 0;
};

/// Who sent these first bytes of a connection whose opening was not captured, if they tell.
using RoleGuess = std::optional<Direction> (*)(ByteView firstPayload);

class TcpTracker {
public:
    /// What all connections together may hold ahead of holes; whoever exceeds it gives up its own.
    static constexpr std::size_t kMaxHeldInTotal = 256U << 20;

    TcpTracker(TcpObserver& observer, RoleGuess guessRole);
    ~TcpTracker();

    /// A packet whose kind is Tcp. `packet` are its captured bytes; `origin.fileOffset` is where
    /// they begin in the capture.
    void packet(const DecodedPacket& decoded, ByteView packet, const Origin& origin);
    /// The capture ended: flushes and ends every connection that is still open.
    void finish();

    /// Sequence number of stream offset 0, where it is known.
    std::optional<std::uint32_t> base(ConnectionId connection, Direction direction) const;

private:
    struct Key {
        Endpoint low;
        Endpoint high;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    struct Connection;
    class Sink;
    class Held;

    /// Whether this packet begins another connection between the ports of `connection`.
    bool opensAnother(Connection& connection, const DecodedPacket& decoded) const;
    Connection& find(const DecodedPacket& decoded, const Origin& origin);
    void open(Connection& connection, Direction firstSender, bool synSeen, const Origin& origin);
    void inferRoles(Connection& connection, const DecodedPacket& decoded, ByteView payload,
                    const Origin& origin);
    void end(Connection& connection, Direction by, EndReason reason);
    void endDirection(Connection& connection, Direction direction, EndReason reason);

    TcpObserver& m_observer;
    RoleGuess m_guessRole;
    std::unordered_map<Key, ConnectionId, KeyHash> m_current;
    std::size_t m_held = 0;  ///< cost of what all streams hold
    std::vector<std::unique_ptr<Connection>> m_connections;
};

}  // namespace framescope::tcp
