// A WebSocket frame for people: its tree, and its one line in the list.
#pragma once

#include <cstddef>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/websocket/frame.h"

namespace framescope::websocket {

/// Appends the tree of a frame: header fields at `frame`, payload fields at `payload`. Returns the
/// layer's line. `unmasked` may be shorter than the header announces where bytes are missing.
/// `compressed`: the payload is permessage-deflate data and not what its opcode says.
FieldIndex describeFrame(const FrameHeader& header, ByteView unmasked, FieldTree& tree, Place frame,
                         Place payload, bool compressed = false);

/// "text", "binary  2 048 bytes", "close 1001 going away", "ping", ...: at most `maxChars`
/// characters on one line. `unmasked` may be only the beginning of the payload.
std::string summary(const FrameHeader& header, ByteView unmasked, std::size_t maxChars,
                    bool compressed = false);

}  // namespace framescope::websocket
