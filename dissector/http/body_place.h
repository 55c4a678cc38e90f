// A place inside a chunked body from which it can be read on, as it is kept in a Checkpoint: so
// that a unit deep in an event stream is found without reading what comes before it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "dissector/layer/layer.h"

namespace framescope::http {

/// A body leaves a place whenever so many of its bytes went by. A place costs some 80 bytes,
/// reading this distance again a few dozen microseconds for every row that is listed.
inline constexpr std::uint64_t kPlaceDistance = 16U << 10;

struct BodyPlace {
    StreamOffset body = 0;        ///< first byte of the body it lies in
    std::uint64_t remaining = 0;  ///< bytes still to come of the chunk; see ChunkDecoder
};

/// Instead of `body`, of bodies whose head was sent before the capture began. A connection has one
/// such body at the most, and its first place stands where it was joined.
inline constexpr StreamOffset kJoinedPlain = std::numeric_limits<StreamOffset>::max();
inline constexpr StreamOffset kJoinedChunked = kJoinedPlain - 1;

Bytes encode(const BodyPlace& place);
/// Nothing if the state is none of a body.
std::optional<BodyPlace> parseBodyPlace(ByteView state);

}  // namespace framescope::http
