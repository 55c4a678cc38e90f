// The record: what is kept of one row. Written once, and packed in blocks (row_block.h). Everything
// else about a row is computed again from the capture when somebody looks at it.
#pragma once

#include <cstdint>

#include "dissector/issue/issue.h"

namespace framescope {

/// Number of a packet in the capture, 1-based as in every other tool (frame.number).
using PacketNumber = std::uint32_t;
/// Index of a record, 0-based. Rows are shown 1-based.
using RecordId = std::uint32_t;
inline constexpr RecordId kNoRecord = 0xffffffff;
/// Index of a TCP connection in order of first packet (tcp.stream).
using ConnectionId = std::uint32_t;
/// Of rows that belong to none.
inline constexpr ConnectionId kNoConnection = 0xffffffff;
/// Index of an interned name; 0 is the empty name.
using NameId = std::uint32_t;
/// Position in one direction of a TCP stream; 0 is the first byte behind the SYN.
using StreamOffset = std::uint64_t;

enum class Direction : std::uint8_t { ClientToServer, ServerToClient };
inline Direction opposite(Direction d) {
    return d == Direction::ClientToServer ? Direction::ServerToClient : Direction::ClientToServer;
}
inline std::size_t indexOf(Direction d) {
    return static_cast<std::size_t>(d);
}

/// What a row is on the wire.
enum class RowKind : std::uint8_t {
    TcpOpen,         ///< first packet of a connection
    TcpEnd,          ///< FIN of both sides, RST, or the capture's end; `detail` is an EndReason
    TcpGap,          ///< bytes that were never captured
    TcpSegment,      ///< payload that no layer claims; `detail` is the IssueCode saying why, or 0;
                     ///< see Record::isBesideStream()
    HttpRequest,     ///< a request's head; `name` is method and target
    HttpResponse,    ///< a response's head; `detail` is the status code, `group` the request's row
    WebSocketFrame,  ///< one frame; `opcode` as on the wire, `group` the first frame of its message
    EngineIoPacket,  ///< one Engine.IO packet in a polling body; see isInBody()
    EventStreamEvent,  ///< one event of a text/event-stream; see isInBody()
    /// The capturing system dropped packets before `packet`: `detail` of them. No connection.
    CaptureDrop,
    /// A comment that the capture file keeps with `packet`; `name` is its text. No connection.
    CaptureComment,
    /// A packet that is not read, `form` says why (UnreadReason): `detail` is its LINKTYPE_ value,
    /// `length` its bytes on the wire. No connection. Of a datagram that fragments are missing of
    /// `packet` is the last that came, `detail` its identification and `length` that of its payload
    /// as far as the fragments tell.
    UnreadPacket,
    /// Bytes that came again with other contents, at `streamOffset`, `length` of them; `packet`
    /// carried the later version. Those seen first count.
    TcpConflict,
};
/// Rows that speak of the capture and belong to no connection.
inline bool isOfCapture(RowKind kind) {
    return kind == RowKind::CaptureDrop || kind == RowKind::CaptureComment ||
           kind == RowKind::UnreadPacket;
}
/// Units inside an HTTP body. `group` is the row of the head in front of it; `streamOffset` and
/// `length` count in the decoded body (chunks joined, content encoding undone), and `form` says how
/// the unit is written there, in the terms of its protocol.
inline bool isInBody(RowKind kind) {
    return kind == RowKind::EngineIoPacket || kind == RowKind::EventStreamEvent;
}

/// The highest protocol that could be read in a row: what the protocol column shows.
enum class Protocol : std::uint8_t {
    Tcp,
    Http,
    EventStream,
    WebSocket,
    EngineIo,
    SocketIo,
    Stomp,
    Mqtt,
    Wamp,
    GraphQlWs,
    SignalR,
    SockJs,
    ActionCable,
    Capture,  ///< no protocol: the capture itself says something
};
inline constexpr std::size_t kProtocolCount = 14;
/// "TCP", "HTTP", "Event stream", "WebSocket", "Engine.IO", ...
const char* protocolName(Protocol protocol);

/// How a connection, or one direction of it, ended.
/// `HalfClosed`: the capture ended after the FIN of one side only.
enum class EndReason : std::uint8_t { Fin, Reset, CaptureEnd, PortReused, HalfClosed };

/// Bits of Record::flags.
enum RecordFlag : std::uint32_t {
    kFlagFin = 1 << 0,              ///< WebSocket FIN
    kFlagMasked = 1 << 1,           ///< WebSocket MASK
    kFlagRsv1 = 1 << 2,             ///< WebSocket RSV1 (compressed, where negotiated)
    kFlagIncomplete = 1 << 3,       ///< bytes of this unit are missing from the capture
    kFlagMidStream = 1 << 4,        ///< TcpOpen without SYN
    kFlagMessageEnd = 1 << 5,       ///< the last frame of a message of several frames
    kFlagHasAckId = 1 << 6,         ///< Socket.IO packet with an acknowledgement id, in `detail`
    kFlagBinary = 1 << 7,           ///< frame belongs to a binary message
    kFlagCompressed = 1 << 8,       ///< frame belongs to a message compressed as agreed
    kFlagOrphan = 1 << 9,           ///< continuation while no message was open
    kFlagInsideMessage = 1 << 10,   ///< new message while another one was open
    kFlagAfterClose = 1 << 11,      ///< frame behind a close frame of its direction
    kFlagNotUtf8 = 1 << 12,         ///< the first byte that is not UTF-8 lies in this frame
    kFlagResynchronised = 1 << 13,  ///< found by searching, behind missing bytes
    kFlagContextLost = 1 << 14,     ///< compressed against bytes that are not in the capture
    kFlagNotDeflate = 1 << 15,      ///< compressed, but not as agreed: no DEFLATE data
    kFlagOverLimit = 1 << 16,       ///< inflates to more than the limit; only its beginning is read
    // Socket.IO
    kFlagHasOffset = 1 << 24,  ///< event whose last argument is its offset, for state recovery
    // TcpGap
    kFlagNotAcknowledged = 1 << 25,  ///< the other side never acknowledged the missing bytes
    // Any row
    kFlagNoTime = 1 << 26,  ///< the capture gives `packet` no time; `timeNs` only keeps the order
};

/// See the kinds for what the fields mean there. What is the same in most rows costs little, and
/// what differs from row to row as many bytes as it needs.
struct Record {
    std::int64_t timeNs = 0;        ///< since the epoch, of the packet that completed the row
    StreamOffset streamOffset = 0;  ///< of the unit's first byte in its direction
    std::uint64_t length = 0;       ///< bytes of the unit on the wire; missing ones for a gap
    PacketNumber packet = 0;        ///< the packet that completed the row
    ConnectionId connection = 0;    ///< kNoConnection for a CaptureDrop
    RecordId group = kNoRecord;     ///< first frame of the message; request of a response
    NameId name = 0;                ///< event name, or method and target
    /// Status code, close code, EndReason, acknowledgement id, count (greater ones as 0xffffffff).
    std::uint32_t detail = 0;
    std::uint32_t flags = 0;
    RowKind kind = RowKind::TcpSegment;
    Protocol protocol = Protocol::Tcp;
    Direction direction = Direction::ClientToServer;
    Severity severity = Severity::None;
    std::uint8_t opcode = 0;      ///< WebSocket opcode
    std::uint8_t engineType = 0;  ///< Engine.IO packet type (engineio::PacketType)
    std::uint8_t socketType = 0;  ///< Socket.IO packet type (socketio::PacketType)
    std::uint8_t form = 0;        ///< how a unit in a body is written there, see isInBody(), a
                                  ///< packet in its message (engineio::PacketForm), or a TcpSegment
                                  ///< that is a PROXY protocol header (kProxyHeaderForm)

    bool has(RecordFlag flag) const { return (flags & flag) != 0; }
    bool hasTime() const { return !has(kFlagNoTime); }
    /// A TcpSegment whose bytes are none of the stream: they came too late for it, or their number
    /// is no place in it. The session knows where they lie in the capture; `streamOffset` is their
    /// place if they came late, and how far the stream had come otherwise.
    bool isBesideStream() const {
        return kind == RowKind::TcpSegment &&
               (detail == static_cast<std::uint32_t>(IssueCode::TcpDataAfterGap) ||
                detail == static_cast<std::uint32_t>(IssueCode::TcpDataUnplaced));
    }
};
static_assert(sizeof(Record) == 56, "the program goes through millions of them; keep it small");

}  // namespace framescope
