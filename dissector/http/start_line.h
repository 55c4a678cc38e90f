// Whether bytes begin an HTTP/1.x message, told by its start line (RFC 9112 sections 3 and 4), also
// by one that is cut or of which a byte was damaged.
#pragma once

#include <cstdint>

#include "dissector/core/bytes.h"

namespace framescope::http {

enum class Verdict : std::uint8_t { Yes, No, NeedMore };
/// Whether a stream that begins like this is HTTP/1.x: a request line or a status line. Decides as
/// early as the bytes allow, after 8 KiB at the latest.
Verdict looksLikeHttp(ByteView beginning);
/// Whether the bytes begin with a start line but for one damaged byte, and a header line is behind
/// it. Both lines have to be there; looksLikeHttp() says Yes of such bytes, too.
bool beginsDamagedHead(ByteView beginning);
/// Whether what begins so, if it is HTTP, is a response.
bool beginsResponse(ByteView beginning);
/// Whether the bytes are a head in all but their start line: most lines are header lines.
bool resemblesHead(ByteView bytes);
/// Whether a request line begins so of which no more was captured: a known method and the beginning
/// of a target.
bool looksLikeCutRequest(ByteView bytes);

}  // namespace framescope::http
