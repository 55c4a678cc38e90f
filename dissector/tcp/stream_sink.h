// What the assembler of one direction tells, in stream order: bytes, holes, and what came again.
#pragma once

#include <cstdint>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope::tcp {

/// Where bytes were captured.
struct Origin {
    PacketNumber packet = 0;
    std::int64_t timeNs = 0;
    std::uint64_t fileOffset = 0;  ///< of the first of these bytes in the capture file
};

/// What is known of bytes that are missing. The value is Record::detail of the gap's row.
enum class GapCause : std::uint8_t {
    NotCaptured,      ///< the other side acknowledged them, so they arrived
    NotAcknowledged,  ///< the other side is in the capture and never acknowledged them
    OneSided,         ///< nothing of the other side was captured, so nobody can tell
    CutShort,         ///< their packet was captured, but only the beginning of it
    GivenUp,          ///< too much was held behind them to wait for what may still come
};

/// Whether a hole was given up because too much was held behind it, and whose limit that was.
enum class LimitMet : std::uint8_t { None, OfDirection, OfAll };

/// Bytes that were never captured.
struct Gap {
    StreamOffset offset = 0;
    std::uint64_t missing = 0;
    GapCause cause = GapCause::NotCaptured;
    LimitMet limitMet = LimitMet::None;
    /// What shows that they are missing: the first packet behind them, or the acknowledgment.
    /// Packet 0: nothing but that no more comes.
    Origin shownBy;
};

/// Where two versions of the same bytes differ: from the first such byte to the last.
struct Difference {
    StreamOffset begin = 0;
    StreamOffset end = 0;
    std::uint64_t fileOffset = 0;  ///< of the byte at `begin` in its later version

    bool empty() const { return begin == end; }
    void join(const Difference& other) {
        if (other.empty()) return;
        if (empty() || other.begin < begin) {
            begin = other.begin;
            fileOffset = other.fileOffset;
            if (end < begin) end = other.end;
        }
        if (other.end > end) end = other.end;
    }
};

/// Gets the bytes of one direction.
class StreamSink {
public:
    virtual ~StreamSink() = default;
    /// The next bytes; `origin` is where they were captured.
    virtual void streamData(StreamOffset offset, ByteView bytes, const Origin& origin) = 0;
    /// The next bytes were never captured.
    virtual void streamGap(const Gap& gap) = 0;
    /// The stream has come to its FIN. Data may still follow: somebody sent it behind the FIN.
    virtual void streamFinished() {}
    /// A hole was filled although the receiver missed nothing: the capture is out of order.
    virtual void streamOutOfOrder() {}
    /// Bytes that were handed on before came again, from `origin`: where they differ now.
    virtual Difference streamRepeated(StreamOffset, ByteView, const Origin&) { return {}; }
    /// Bytes came again with other contents, in the packet of `origin`.
    virtual void streamConflict(const Difference&, const Origin&) {}
    /// Packets of the capture that a whole copy of a packet that was cut short is waited for.
    virtual PacketNumber streamPatienceForCut() { return 0; }
    /// The waiting for one has ended; `whole`: it came.
    virtual void streamCutEnded(bool /*whole*/) {}
    /// Bytes of a hole that was told by streamGap(); each of them once.
    virtual void streamLate(StreamOffset, ByteView, const Origin&) {}
    /// So many of the bytes that streamRepeated() was told of last may be of a hole that is
    /// remembered no longer.
    virtual void streamPastMemory(std::uint64_t /*bytes*/) {}
    /// Bytes that have no place in the stream; `place` is counted from the stream's first byte.
    virtual void streamUnplaced(std::int64_t /*place*/, ByteView, const Origin&) {}
    /// The bytes that come next, `size` of them, were lost on their way and sent again; what
    /// followed them had waited for `waitedNs`.
    virtual void streamRecovered(StreamOffset, std::uint64_t /*size*/, std::int64_t /*waitedNs*/,
                                 const Origin&) {}
};

}  // namespace framescope::tcp
