// What happens on the connections of a capture, told in order to whoever makes rows of it.
#pragma once

#include "dissector/ip/ip_address.h"
#include "dissector/record/record.h"
#include "dissector/tcp/stream_sink.h"

namespace framescope::tcp {

/// How a connection came into view.
struct Opening {
    Endpoint client;
    Endpoint server;
    bool synSeen = false;
    Origin origin;
};

/// Bytes that came again with other contents.
struct Conflict {
    StreamOffset offset = 0;   ///< of the first byte that differs
    std::uint64_t length = 0;  ///< up to and with the last byte that differs
    Origin later;              ///< the packet of the later version; the place of its first byte
    bool last = false;         ///< further ones of this connection would not be told
};

/// Bytes that are told beside their stream.
struct Beside {
    StreamOffset offset =
        0;  ///< their place if they are late, how far the stream has come otherwise
    std::uint64_t length = 0;
    Origin origin;  ///< of the first one
    bool late =
        false;  ///< of a gap that was told; otherwise their number is no place in the stream
};

class TcpObserver {
public:
    virtual ~TcpObserver() = default;
    virtual void opened(ConnectionId connection, const Opening& opening) = 0;
    /// A packet of this connection was read, before anything it causes.
    virtual void packet(ConnectionId connection, const Origin& origin) = 0;
    virtual void data(ConnectionId connection, Direction direction, StreamOffset offset,
                      ByteView bytes, const Origin& origin) = 0;
    /// packet(), and behind it data() of the same packet, whose bytes lie at `place`.
    virtual void packetWithData(ConnectionId connection, const Origin& origin, Direction direction,
                                StreamOffset offset, ByteView bytes, const Origin& place) {
        packet(connection, origin);
        data(connection, direction, offset, bytes, place);
    }
    virtual void gap(ConnectionId connection, Direction direction, const Gap& gap) = 0;
    /// One direction will bring no more bytes, unless somebody sends them behind its end. A FIN is
    /// told once it is sure; `at` is then the packet with which its direction had come to it.
    /// Packet 0: the last one of its connection.
    virtual void directionEnded(ConnectionId connection, Direction direction, EndReason reason,
                                const Origin& at) = 0;
    /// The connection is over; `by` is the side that ended it (for Fin: the first FIN's), `at` the
    /// packet that did.
    virtual void ended(ConnectionId connection, Direction by, EndReason reason,
                       const Origin& at) = 0;

    /// Sequence number of a direction's first byte, once it is known; behind opened().
    virtual void started(ConnectionId, Direction, std::uint32_t /*base*/) {}
    /// What comes next of this direction, until the next packet(), was complete before: it had
    /// waited for something else.
    virtual void released(ConnectionId, Direction) {}
    virtual void conflict(ConnectionId, Direction, const Conflict&) {}
    virtual void beside(ConnectionId, Direction, const Beside&) {}
    /// The next bytes, `size` at `offset`, were lost on their way and sent again in the packet of
    /// `origin`; what had come behind them waited for `waitedNs`.
    virtual void recovered(ConnectionId, Direction, StreamOffset, std::uint64_t /*size*/,
                           std::int64_t /*waitedNs*/, const Origin&) {}
    /// A segment points to urgent data: to the byte at `offset`.
    virtual void urgent(ConnectionId, Direction, StreamOffset) {}
    /// A connection that an RST had ended, or a FIN one of its directions, goes on: its ends have
    /// not taken it.
    virtual void wentOn(ConnectionId) {}
    /// Nothing will be told of this connection any more.
    virtual void forgotten(ConnectionId) {}
};

}  // namespace framescope::tcp
