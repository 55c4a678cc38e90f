// Finding the next frame after bytes were lost. Any two bytes can be a frame header, so one header
// proves little: a place counts when the headers chain from it, each where the one before says.
#pragma once

#include <cstddef>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/websocket/frame.h"

namespace framescope::websocket {

/// What is known of the direction's frames.
struct FrameHabits {
    bool masked = false;   ///< frames of this direction are masked
    bool deflate = false;  ///< permessage-deflate was agreed: RSV1 may be set
};

/// Whether a peer that keeps to RFC 6455 could have sent this header.
bool isPlausible(const FrameHeader& header, const FrameHabits& habits);

/// Position of the first frame in `bytes`. A place is taken when three headers chain from it, or
/// when its chain ends exactly with the last byte: from the first byte on (a segment that begins
/// with a frame) one frame is enough, elsewhere two.
std::optional<std::size_t> findFrame(ByteView bytes, const FrameHabits& habits);

}  // namespace framescope::websocket
