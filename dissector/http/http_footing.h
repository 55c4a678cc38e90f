// Where HTTP goes on behind missing bytes: a start line anywhere in a segment, which text or data
// in a body hardly ever contains. The next chunk of a body is found by chunk_search.h.
#pragma once

#include <cstddef>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/http/head.h"

namespace framescope::http {

/// Position of the first request or status line that is whole and has a header line behind it.
/// Linear, but for a bounded look back from each version that is found.
std::optional<std::size_t> findStartLine(ByteView bytes);

/// Whether a response is followed by the next one at once, `behind` being the bytes in which its
/// body would begin: it answers a HEAD. To be asked only where nobody knows what it answers.
bool hasNoBodyAfterAll(const Head& response, ByteView behind);

/// Whether bytes begin with version, code and what stands behind it in a status line.
bool beginsStatusLine(ByteView bytes);

}  // namespace framescope::http
