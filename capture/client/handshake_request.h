// The request that opens a WebSocket, made from a HandshakeDraft, and the judgement on its answer
// (RFC 6455 section 4.1). Also the plain requests of Engine.IO's polling, which carry the same
// changes of headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/client/client_options.h"
#include "capture/net/url.h"
#include "dissector/core/bytes.h"
#include "dissector/http/head.h"
#include "dissector/websocket/handshake.h"

namespace framescope::client {

/// A handshake as it goes out.
struct HandshakeRequest {
    Bytes bytes;
    std::string method;  ///< for where the response's body ends
    /// What the response is held against; nothing where the bytes are no readable request.
    std::optional<websocket::Offer> offer;
};

/// `target` goes into the request line; `url` gives the Host and the user.
HandshakeRequest makeHandshake(const HandshakeDraft& draft, const net::Url& url,
                               const std::string& target);

/// What was agreed.
struct Agreement {
    Compression compression;
    std::string subprotocol;
};

/// What comes of a response with status 101.
struct Judgement {
    std::optional<Agreement> agreement;
    std::string sentence;  ///< why there is none
    std::string header;    ///< the header that is why there is none
    std::string remark;    ///< what is wrong without being a reason to fail; may be empty
};
Judgement judgeResponse(const http::Head& response, const std::optional<websocket::Offer>& offer);

/// A request of polling: the draft's changes apply but for those of headers that only a WebSocket
/// handshake has. `contentType` empty: no body.
Bytes makePollingRequest(std::string_view method, const HandshakeDraft& draft, const net::Url& url,
                         const std::string& target, std::string_view contentType, ByteView body);

/// Applies changes in their order. Set replaces the first header of the name and takes the others
/// out, or adds it at the end; Add puts one behind those of its name.
void applyEdits(const std::vector<HandshakeDraft::Edit>& edits, http::Head& head);

}  // namespace framescope::client
