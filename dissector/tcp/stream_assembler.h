// One direction of a TCP connection put back in order. Segments come in as they were captured; the
// sink gets every stream byte once, in order, and is told of holes. Of bytes that arrive twice the
// first ones count. Sequence numbers are widened to 64-bit stream offsets, so a stream may wrap
// them any number of times (RFC 9293 section 3.4).
//
// A segment that is in order passes through without being copied; only those ahead of a hole are
// held, under a limit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/layer/layer.h"
#include "dissector/record/record.h"

namespace framescope::tcp {

/// Where bytes were captured.
struct Origin {
    PacketNumber packet = 0;
    std::int64_t timeNs = 0;
    std::uint64_t fileOffset = 0;  ///< of the first of these bytes in the capture file
};

/// Gets the bytes of one direction.
class StreamSink {
public:
    virtual ~StreamSink() = default;
    /// The next bytes; `origin` is where they were captured.
    virtual void streamData(StreamOffset offset, ByteView bytes, const Origin& origin) = 0;
    /// The next `missing` bytes were never captured.
    virtual void streamGap(StreamOffset offset, std::uint64_t missing) = 0;
};

class StreamAssembler {
public:
    /// Bytes and segments held ahead of a hole before the hole is given up.
    static constexpr std::size_t kMaxHeldBytes = 16U << 20;
    static constexpr std::size_t kMaxHeldSegments = 32768;
    /// Packets of the capture that may still fill a hole after the peer acknowledged it: captures
    /// of several queues or interfaces are out of order by a few dozen packets.
    static constexpr PacketNumber kPatience = 128;
    /// Memory that a held segment takes beside its bytes.
    static constexpr std::size_t kCostOfSegment = 160;

    bool started() const { return m_started; }
    /// Sequence number of stream offset 0, modulo 2^32.
    std::uint32_t base() const { return m_base; }
    /// Fixes the sequence number of stream offset 0. Only before the first byte.
    void start(std::uint32_t base);

    /// A segment's payload: `captured` bytes of it are in the capture, `length` were on the wire.
    /// Starts the stream at `sequence` if it has not been started.
    void segment(std::uint32_t sequence, ByteView captured, std::uint64_t length,
                 const Origin& origin, StreamSink& sink);
    /// The peer acknowledged everything before `acknowledgment`.
    void acknowledged(std::uint32_t acknowledgment, PacketNumber packet, StreamSink& sink);
    /// The direction's FIN stands at `sequence`.
    void finish(std::uint32_t sequence);
    /// Gives up every hole: hands on what is held, and what was acknowledged but never captured.
    void flush(StreamSink& sink);

    /// True once every byte before the FIN was handed on.
    bool finished() const { return m_finOffset && m_next >= *m_finOffset; }
    bool finSeen() const { return m_finOffset.has_value(); }
    /// Offset of the next byte in order.
    StreamOffset next() const { return m_next; }
    std::size_t heldBytes() const { return m_heldBytes; }
    /// What is held costs about this many bytes of memory.
    std::size_t heldCost() const { return m_heldBytes + m_held.size() * kCostOfSegment; }
    /// Gives up the first hole, if bytes are held behind one.
    void giveUpHole(StreamSink& sink);

private:
    struct Held {
        Bytes bytes;
        Origin origin;
        std::uint64_t cut = 0;  ///< bytes behind these that were on the wire but not captured
    };

    /// The stream offset nearest to `here`; negative: before the stream's start.
    std::int64_t widen(std::uint32_t sequence, StreamOffset here) const;
    void hold(StreamOffset offset, ByteView bytes, std::uint64_t cut, Origin origin);
    void skipCut(std::uint64_t cut, StreamSink& sink);
    void deliverHeld(StreamSink& sink);
    void waitForHole(PacketNumber packet, StreamSink& sink);

    bool m_started = false;
    std::uint32_t m_base = 0;
    StreamOffset m_next = 0;
    StreamOffset m_acknowledged = 0;
    StreamOffset m_emptyEnd = 0;  ///< of segments ahead of a hole of which no byte was captured
    std::optional<StreamOffset> m_finOffset;
    bool m_everAcknowledged = false;  ///< the other direction is in the capture
    std::optional<PacketNumber> m_holeAcknowledgedAt;
    std::map<StreamOffset, Held> m_held;
    std::size_t m_heldBytes = 0;
};

}  // namespace framescope::tcp
