// A WebSocket frame for people: its tree, and its one line in the list.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/websocket/frame.h"

namespace framescope::websocket {

/// What a compressed payload inflates to.
struct InflatedPayload {
    ByteView bytes;
    Place place;
};

/// Appends the tree of a frame: header fields at `frame`, payload fields at `payload`. Returns the
/// layer's line. `unmasked` may be shorter than the header announces where bytes are missing.
/// `compressed`: the payload is DEFLATE data and not what its opcode says; `inflated` then has
/// that, where it is known. `holes`: parts of `unmasked` that are missing, ascending; each is told,
/// and what stands before, between and behind them is a payload of its own.
FieldIndex describeFrame(const FrameHeader& header, ByteView unmasked, FieldTree& tree, Place frame,
                         Place payload, bool compressed = false,
                         const std::optional<InflatedPayload>& inflated = std::nullopt,
                         std::span<const ByteRange> holes = {});
/// Appends a leaf that says which part of a payload or message is missing.
void describeHole(ByteRange hole, Place place, FieldTree& tree);

/// A message for the tree: what its frames make up, and what it took to get there.
struct MessageFacts {
    ByteView bytes;  ///< decoded, or its beginning
    Place place;
    bool text = true;
    std::uint64_t size = 0;  ///< decoded, all of it
    bool sizeKnown = true;   ///< false: it is larger than `size`
    std::uint64_t frames = 1;
    bool allFrames = true;  ///< false: of more frames than `frames`, which could not be found
    CompressionKind compression = CompressionKind::None;  ///< what it was compressed with
    std::uint64_t compressedSize = 0;
};
/// Appends the message, with its sizes and frames where there is something to tell of them.
FieldIndex describeMessage(const MessageFacts& message, FieldTree& tree);

/// "text", "binary  2 048 bytes", "close 1001 going away", "ping", ...: at most `maxChars`
/// characters on one line. `unmasked` may be only the beginning of the payload. `compressed`: it is
/// DEFLATE data that is shown by its size alone.
std::string summary(const FrameHeader& header, ByteView unmasked, std::size_t maxChars,
                    bool compressed = false);
/// The same for a whole message of `size` bytes, or more where that is not `exact`: its text, or
/// its size.
std::string messageSummary(bool text, ByteView bytes, std::uint64_t size, std::size_t maxChars,
                           bool exact = true);

}  // namespace framescope::websocket
