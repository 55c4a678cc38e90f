// The body behind an HTTP head, read again from the capture: whole, as it stands in the stream and
// with its codings undone, or a stretch of it around one of its units, for which no more is read
// than is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capture/session/session_state.h"
#include "capture/session/stream_reader.h"
#include "dissector/http/chunked.h"
#include "dissector/http/content_decoder.h"
#include "dissector/http/head.h"

namespace framescope {

struct HttpBody {
    StreamBytes raw;  ///< without what lies behind the body
    std::uint64_t rawLength = 0;
    bool chunked = false;
    std::vector<http::ChunkPart> parts;  ///< of `raw`, where `chunked` is true
    Bytes joined;                        ///< the chunks' data; empty where `chunked` is false
    std::vector<ByteRange> joinedHoles;  ///< in `joined`
    /// A hole took size lines with it, so what is missing is more than data...
    bool framingLost = false;
    /// ...and of so many bytes behind it nobody knows which chunks they are of.
    std::uint64_t unplaced = 0;
    http::ContentCodings codings;
    Bytes decoded;          ///< codings undone, up to the first hole; empty without codings
    bool allJoined = true;  ///< the limit was not met before decoding

    /// The body without its transfer coding.
    ByteView withoutChunks() const { return chunked ? ByteView(joined) : ByteView(raw.bytes); }
    const std::vector<ByteRange>& holes() const { return chunked ? joinedHoles : raw.holes; }
};

/// The body behind `head`, which is that of row `headRow`; empty where there is none or it cannot
/// be read again. At most `limit` bytes of each of its forms.
HttpBody readHttpBody(const Session::State& state, RecordId headRow, const http::Head& head,
                      std::uint64_t limit);

/// A stretch of a decoded body.
struct BodyWindow {
    Bytes bytes;
    std::vector<ByteRange> holes;  ///< in `bytes`
    std::uint64_t origin = 0;      ///< position of the first byte in the decoded body
    std::uint64_t totalSize = 0;   ///< of the decoded body, as far as it is known
};

/// The bytes `wanted` of the body that `unit` is in, all codings undone. A chunked body is read
/// from the nearest place that the ingest left; a compressed one from its beginning. Where no head
/// was captured the body begins where it was joined.
BodyWindow readBodyWindow(const Session::State& state, const Record& unit, ByteRange wanted);

/// The method of the request that a response answers; empty where it is not known, and for a row
/// that is no response.
std::string requestMethod(const Session::State& state, const Record& record);

}  // namespace framescope
