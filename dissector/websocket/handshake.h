// The opening handshake (RFC 6455 section 4): which HTTP heads ask for WebSocket and agree to it,
// and whether the answer fits the key.
#pragma once

#include <string>
#include <string_view>

#include "dissector/http/head.h"
#include "dissector/issue/issue.h"

namespace framescope::websocket {

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key: base64 of SHA-1 of the key and the RFC's GUID
/// (section 4.2.2). The key is taken as it stands on the wire, well-formed or not.
std::string acceptFor(std::string_view key);
/// Whether a key is the base64 text of 16 bytes (section 4.1).
bool isWellFormedKey(std::string_view key);

/// A request that asks for WebSocket: Upgrade: websocket.
bool asksForWebSocket(const http::Head& request);
/// A response that switches to it: status 101 with Upgrade: websocket, or with
/// Sec-WebSocket-Accept where the Upgrade header is missing.
bool agreesToWebSocket(const http::Head& response);
/// Whether permessage-deflate is among the extensions of this head (RFC 7692). On the response it
/// is agreed.
bool namesDeflate(const http::Head& head);

/// The key of a request that asks for WebSocket (part HttpSecWebSocketKey).
void checkKey(const http::Head& request, IssueSink& issues);
/// The accept value of the response (part HttpSecWebSocketAccept). `requestKey` empty: the request
/// is not known, then only its absence can be told.
void checkAccept(const http::Head& response, std::string_view requestKey, IssueSink& issues);
/// The same where acceptFor() of the key is known, or empty.
void checkAcceptIs(const http::Head& response, std::string_view expected, IssueSink& issues);

}  // namespace framescope::websocket
