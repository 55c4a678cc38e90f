// A place inside a chunked body from which it can be read on, as it is kept in a Checkpoint: so
// that a unit deep in an event stream is found without reading what comes before it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "dissector/http/chunked.h"
#include "dissector/layer/layer.h"

namespace framescope::http {

/// A body leaves a place whenever so many of its bytes went by. A place costs some 80 bytes,
/// reading this distance again a few dozen microseconds for every row that is listed.
inline constexpr std::uint64_t kPlaceDistance = 16U << 10;

struct BodyPlace {
    StreamOffset body = 0;        ///< first byte of the body it lies in
    std::uint64_t remaining = 0;  ///< bytes still to come of the chunk; see ChunkDecoder
    bool searched = false;        ///< chunks were looked for in front of it, so they must be strict
};
/// As what remains: the body ends here, though its chunks say otherwise.
inline constexpr std::uint64_t kBodyEnds = std::numeric_limits<std::uint64_t>::max();

/// Instead of `body`, of bodies whose head was not captured. The first place of such a body stands
/// where it was joined. What is decoded of it counts from 0 where that is the stream's beginning;
/// elsewhere from the place in the stream, so that it tells bodies of one connection apart.
inline constexpr StreamOffset kJoinedPlain = std::numeric_limits<StreamOffset>::max();
inline constexpr StreamOffset kJoinedChunked = kJoinedPlain - 1;

Bytes encode(const BodyPlace& place);
/// Reads chunks on from there.
ChunkDecoder decoderAt(const BodyPlace& place);
/// Nothing if the state is none of a body.
std::optional<BodyPlace> parseBodyPlace(ByteView state);

}  // namespace framescope::http
