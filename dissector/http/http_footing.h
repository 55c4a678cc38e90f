// Where HTTP goes on behind missing bytes: a start line anywhere in a segment, or the size line of
// the next chunk. Both look for what text or data in a body hardly ever contains.
#pragma once

#include <cstddef>
#include <optional>

#include "dissector/core/bytes.h"

namespace framescope::http {

/// Position of the first request or status line that is whole and has a header line behind it.
/// Linear, but for a bounded look back from each version that is found.
std::optional<std::size_t> findStartLine(ByteView bytes);

/// Position of the first size line of a chunk: at the front, or behind a line end and leading to
/// the line end behind its data. What stands in front of it is the rest of a chunk with its line
/// end.
std::optional<std::size_t> findChunk(ByteView bytes);

}  // namespace framescope::http
