// A layer is one protocol on one connection, both directions, sans-I/O: stream bytes go in,
// records come out. A layer keeps only what it must to read on (a header, the current message under
// a stated limit); it never keeps payload for display, which is read again from the capture.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/habits/habit_facts.h"
#include "dissector/ip/ip_address.h"
#include "dissector/issue/issue.h"
#include "dissector/record/record.h"
#include "dissector/record/row_link.h"

namespace framescope {

class Layer;
struct Conversations;

/// The moment at which bytes became readable in order: packet number and time.
struct Arrival {
    PacketNumber packet = 0;
    std::int64_t timeNs = 0;
};

/// Compression that both sides of a WebSocket agreed on.
enum class CompressionKind : std::uint8_t {
    None,
    PerMessageDeflate,   ///< RFC 7692
    WebkitDeflateFrame,  ///< x-webkit-deflate-frame: each frame on its own
};

/// "permessage-deflate", "x-webkit-deflate-frame", or "" for None.
std::string_view compressionName(CompressionKind kind);

/// What was agreed about it; arrays by Direction of the sender.
struct Compression {
    CompressionKind kind = CompressionKind::None;
    std::array<bool, 2> noContextTakeover{};         ///< each message starts with an empty window
    std::array<std::uint8_t, 2> windowBits{15, 15};  ///< 8 to 15

    bool agreed() const { return kind != CompressionKind::None; }
    bool operator==(const Compression&) const = default;
};

/// How the closing handshake of a WebSocket went (RFC 6455 section 7), as far as it was captured.
struct WebSocketClosing {
    std::array<bool, 2> sent{};                   ///< a close frame, by Direction of its sender
    Direction first = Direction::ClientToServer;  ///< who sent one first, where one was sent
    std::uint16_t code = 0;                       ///< of the first one; 0 where it had none
    NameId reason = 0;                            ///< of the first one
    bool dataMissing = false;  ///< frames may be missing, so what is not here may have been sent

    bool begun() const { return sent[0] || sent[1]; }
    bool answered() const { return sent[0] && sent[1]; }
};

/// What was told from the bytes alone, since the handshake was not captured. Bits of
/// ConnectionFacts::inferred.
enum InferredFact : std::uint8_t {
    kInferredWebSocket = 1 << 0,      ///< that it is WebSocket
    kInferredCompression = 1 << 1,    ///< that messages are compressed
    kInferredTakeover = 1 << 2,       ///< whether their context is taken over
    kInferredEngineVersion = 1 << 3,  ///< the revision of Engine.IO
    kInferredClient = 1 << 4,         ///< which side is the client, by the mask
};

/// What is learnt about a connection while its layers read; shown and used to dissect its rows.
struct ConnectionFacts {
    NameId path = 0;                    ///< request target of the upgrade, or of the first request
    Protocol protocol = Protocol::Tcp;  ///< the highest one recognised so far
    std::uint8_t engineVersion = 0;     ///< Engine.IO revision (EIO=), 0 unknown
    std::uint32_t engineSession = 0xffffffff;  ///< engineio::SessionId that it carries
    bool socketIoPath = false;                 ///< a request's path is Socket.IO's own
    bool upgraded = false;                     ///< a WebSocket handshake was completed
    std::uint8_t inferred = 0;                 ///< InferredFact bits
    bool readAsChosen = false;                 ///< the user said how it is to be read...
    NameId readAs = 0;                         ///< ...with these words, as of parseReadAs()
    Compression compression;                   ///< of WebSocket messages
    NameId subprotocol = 0;                    ///< Sec-WebSocket-Protocol of the 101
    WebSocketClosing closing;                  ///< of a WebSocket
    std::uint8_t tunnels = 0;   ///< CONNECT requests that were granted, one inside the other
    habits::HabitFacts habits;  ///< of an application on plain messages
};

/// How much is decoded and held at the most. What goes beyond is marked, and its beginning is read;
/// missing bytes are given up.
struct DecodeLimits {
    /// Bytes that one compressed WebSocket message may inflate to.
    std::uint64_t inflatedMessage = 64ULL << 20;
    /// Bytes and segments of one direction of a connection that wait behind missing bytes.
    std::uint64_t heldBytes = 16ULL << 20;
    std::uint64_t heldSegments = 32768;
    /// Bytes of memory for what waits on all connections together.
    std::uint64_t heldInTotal = 256ULL << 20;
    /// Places of one connection where bytes came again with other contents: so many are rows.
    std::uint64_t conflicts = 100;
};

/// A place in one direction of a stream from which a layer can go on reading, with what it must
/// know of the bytes before it: for compressed messages the window (at most 32 KiB).
struct Checkpoint {
    StreamOffset at = 0;        ///< first byte of a unit
    std::uint64_t decoded = 0;  ///< bytes of the decoded body in front of it, where one is read
    Bytes state;                ///< in the layer's own terms
};

/// What a layer may do with what it reads. Implemented by the ingest, and by a recorder in tests.
class LayerOutput {
public:
    virtual ~LayerOutput() = default;

    /// Appends a row, for which the layer has set what is its own. The rest of `record`, its
    /// connection, packet and time, is filled in from the current arrival; the packet is counted as
    /// the file has it then. Returns the row's id.
    virtual RecordId emit(Record& record) = 0;
    /// The id that the next emit() will give, for links and remarks of a row that is being made.
    virtual RecordId nextRow() const = 0;
    /// Counts an issue towards the summary (its severity is in the record already).
    virtual void countIssue(IssueCode code) = 0;
    /// Says that a row belongs to an earlier one.
    virtual void link(const RowLink& link) = 0;
    /// Notes an issue that the row's own bytes do not show, at any time. Does not count it; raises
    /// the severity of a row that was emitted before.
    virtual void remark(RecordId row, IssueCode code, std::uint16_t part = 0,
                        std::string_view detail = {}) = 0;
    /// A place from which this direction can be read again without what came before it.
    virtual void checkpoint(Direction direction, Checkpoint checkpoint) = 0;
    /// Id of a name; the same text always gives the same id.
    virtual NameId intern(std::string_view name) = 0;
    /// The arrival of the bytes now being handed over.
    virtual Arrival arrival() const = 0;
    /// Overrides the arrival while bytes that were held back are handed on; see HeldBytes.
    virtual void setArrival(Arrival arrival) = 0;
    /// Limits the user set.
    virtual const DecodeLimits& limits() const {
        static constexpr DecodeLimits kDefaults;
        return kDefaults;
    }
    /// The connection being read, and its ends.
    virtual ConnectionId connection() const = 0;
    virtual const Endpoint& client() const = 0;
    virtual const Endpoint& server() const = 0;
    /// What spans connections.
    virtual Conversations& conversations() = 0;
    /// Facts of this connection; what is changed here is passed on with the next batch.
    virtual ConnectionFacts& facts() = 0;
    /// Puts `next` in the place of the calling layer once its data(), gap() or end() returns. Until
    /// then the calling layer stays alive and hands on to `next` what it is still given.
    virtual void replaceWith(std::unique_ptr<Layer> next) = 0;
};

/// Emits a row with the issues of its unit: sets the record's severity, counts each, and keeps
/// beside the record those that the unit's bytes do not show again.
RecordId emitJudged(Record& record, const IssueSink& issues, LayerOutput& out);
/// An issue of a row that was emitted before.
void remarkLate(RecordId row, IssueCode code, LayerOutput& out, std::uint16_t part = 0,
                std::string_view detail = {});

/// One protocol on one connection.
class Layer {
public:
    virtual ~Layer() = default;
    /// The next bytes of a direction, in order, `offset` being that of the first one.
    virtual void data(Direction direction, StreamOffset offset, ByteView bytes,
                      LayerOutput& out) = 0;
    /// `missing` bytes at `offset` were never captured.
    virtual void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                     LayerOutput& out) = 0;
    /// No more bytes come in this direction.
    virtual void end(Direction direction, EndReason reason, LayerOutput& out) = 0;
};

}  // namespace framescope
