// The body behind an HTTP head, read again from the capture: as it stands in the stream, and
// decoded.
#pragma once

#include <cstdint>
#include <string>

#include "capture/session/session_state.h"
#include "capture/session/stream_reader.h"
#include "dissector/http/head.h"

namespace framescope {

struct HttpBody {
    StreamBytes raw;  ///< without what lies behind the body
    std::uint64_t rawLength = 0;
    bool chunked = false;
    Bytes decoded;                 ///< the chunks' data joined; empty where `chunked` is false
    std::vector<ByteRange> holes;  ///< in `decoded`

    /// The body without its transfer coding.
    ByteView view() const { return chunked ? ByteView(decoded) : ByteView(raw.bytes); }
};

/// The head of row `head` and its body; empty where there is none or it cannot be read again. At
/// most `limit` bytes of it.
HttpBody readHttpBody(const Session::State& state, RecordId head, std::uint64_t limit);
/// The same where the head was parsed already.
HttpBody readHttpBody(const Session::State& state, RecordId headRow, const http::Head& head,
                      std::uint64_t limit);

/// The method of the request that a response answers; empty where it is not known, and for a row
/// that is no response.
std::string requestMethod(const Session::State& state, const Record& record);

}  // namespace framescope
