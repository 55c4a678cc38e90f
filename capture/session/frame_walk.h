// The frames of one direction of a WebSocket, one after the other, read again from the capture.
// Reads ahead in blocks that grow while the walk needs every byte, since one read for every frame
// would make a walk of thousands slow; a walk that skips payloads reads little more than headers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "capture/session/stream_reader.h"
#include "dissector/websocket/frame.h"

namespace framescope {

class FrameWalk {
public:
    /// Is given payload piece by piece, unmasked. `holes` are positions in `bytes`, which are zero
    /// there.
    using PayloadSink = std::function<void(ByteView bytes, const std::vector<ByteRange>& holes)>;

    /// Walks the frames that begin at `begin` or behind it, and before `end`. What lies behind
    /// `end` is not read.
    FrameWalk(const StreamReader& reader, StreamOffset begin, StreamOffset end);

    /// The header of the next frame; nothing at the end, and where it cannot be read again.
    std::optional<websocket::FrameHeader> next();
    /// Where the frame of the last next() begins.
    StreamOffset at() const { return m_at; }
    /// Reads that frame's payload, at most `limit` bytes of it and as far as it was captured.
    void payload(std::uint64_t limit, const PayloadSink& sink);

private:
    static constexpr std::uint64_t kMinBlock = 4U << 10;
    static constexpr std::uint64_t kMaxBlock = 256U << 10;

    /// Bytes from `position` on: `wanted` of them, or fewer where the walk or the stream ends.
    ByteView bytesAt(StreamOffset position, std::uint64_t wanted);
    /// The holes in the bytes that bytesAt() gave.
    std::vector<ByteRange> holesIn(StreamOffset position, std::uint64_t size) const;

    const StreamReader& m_reader;
    StreamOffset m_end;
    StreamOffset m_at = 0;
    StreamOffset m_next;
    std::optional<websocket::FrameHeader> m_frame;
    StreamOffset m_blockStart = 0;
    StreamBytes m_block;
    std::uint64_t m_blockSize = kMinBlock;
    Bytes m_unmasked;
};

}  // namespace framescope
