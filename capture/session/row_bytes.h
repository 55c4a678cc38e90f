// What rows carry, as bytes for whoever wants to use them again: to send them anew, to compare
// them. Trees are for people; these are read by the same readers. Session's functions give them.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope {

struct RowBytes {
    Bytes bytes;
    /// All of it: nothing is missing from the capture, no limit was met, and it could be decoded.
    bool whole = true;
};

/// The data of an Engine.IO packet.
struct RowPacket {
    RowBytes data;
    bool text = true;  ///< otherwise it stands for bytes
};

/// A message of HTTP behind its head.
struct RowBody {
    RowBytes sent;     ///< as it stands in the stream, chunks and codings as they are
    RowBytes content;  ///< chunks joined and codings undone
};

}  // namespace framescope
