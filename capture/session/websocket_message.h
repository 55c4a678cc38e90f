// A WebSocket message as it is read again from the capture.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/websocket/inflater.h"

namespace framescope {

/// The frames of a message, joined.
struct WebSocketMessage {
    Bytes bytes;  ///< unmasked payloads
    std::vector<ByteRange> holes;
    std::uint64_t totalSize = 0;  ///< more than bytes.size() where the limit was met
    std::uint64_t frames = 0;
    bool complete = false;  ///< its last frame was reached

    /// All of it is in `bytes`.
    bool whole() const { return complete && holes.empty() && totalSize == bytes.size(); }
    /// What stands before the first hole.
    ByteView readable() const {
        return ByteView(bytes).first(holes.empty() ? bytes.size() : holes.front().begin);
    }
};

/// The same, inflated where it is compressed.
struct DecodedMessage {
    WebSocketMessage joined;
    bool compressed = false;
    websocket::InflateError error = websocket::InflateError::None;
    Bytes inflated;                  ///< of a compressed message, or its beginning
    std::uint64_t inflatedSize = 0;  ///< of all of it
    /// Where asked for: bytes that were decoded behind each frame, of the beginning that was read.
    std::vector<std::uint64_t> frameEnds;
    bool sizeKnown = true;  ///< false: it inflates to more than that
    /// Bytes of a compressed message are missing: `inflated` is what those in front of them hold,
    /// behind which nothing can be inflated.
    bool cutShort = false;

    /// The message could be decoded, as far as it was read, or is there.
    bool readable() const {
        return !compressed || cutShort || error == websocket::InflateError::None;
    }
    /// Bytes that it decodes to.
    std::uint64_t size() const { return compressed ? inflatedSize : joined.totalSize; }
    /// bytes() is all of it.
    bool whole() const {
        if (!compressed) return joined.whole();
        return readable() && !cutShort && joined.complete && joined.holes.empty() && sizeKnown &&
               inflatedSize == inflated.size();
    }
    /// The message, or its beginning; empty where it cannot be decoded.
    ByteView bytes() const {
        if (!compressed) return joined.readable();
        return readable() ? ByteView(inflated) : ByteView();
    }
};

}  // namespace framescope
