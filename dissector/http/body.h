// Where the body behind a head ends (RFC 9112 section 6.3).
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/http/head.h"
#include "dissector/issue/issue.h"

namespace framescope::http {

enum class BodyKind : std::uint8_t {
    None,
    Length,
    Chunked,
    UntilClose,  ///< to the end of the stream
    Tunnel,      ///< no HTTP any more behind this head (101, CONNECT)
};

struct BodyFraming {
    BodyKind kind = BodyKind::None;
    std::uint64_t length = 0;  ///< for Length

    bool operator==(const BodyFraming&) const = default;
};

/// The framing of the body behind `head`. `requestMethod` is that of the request a response
/// answers, empty if it is not known. Contradictions are issues (HttpFramingAmbiguous).
BodyFraming bodyFraming(const Head& head, std::string_view requestMethod, IssueSink& issues);

/// A response that announces another one for the same request (1xx except 101).
bool isInterim(const Head& response);

/// Whether the sender means to keep the connection open behind this message (section 9.3).
bool keepsAlive(const Head& head);

}  // namespace framescope::http
