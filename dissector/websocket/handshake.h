// The opening handshake (RFC 6455 section 4): which HTTP heads ask for WebSocket and agree to it,
// what is wrong with them, and whether the answer fits what was asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dissector/field/field_tree.h"
#include "dissector/http/head.h"
#include "dissector/issue/issue.h"
#include "dissector/websocket/extensions.h"

namespace framescope::websocket {

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key: base64 of SHA-1 of the key and the RFC's GUID
/// (section 4.2.2). The key is taken as it stands on the wire, well-formed or not.
std::string acceptFor(std::string_view key);
/// Whether a key is the base64 text of 16 bytes (section 4.1).
bool isWellFormedKey(std::string_view key);

/// A request that is meant as an opening handshake, whatever is wrong with it: it upgrades to
/// websocket, or has a key or a version of WebSocket.
bool isHandshake(const http::Head& request);
/// Whether bytes that may be a head, damaged or cut, speak of WebSocket in a line that no other
/// head has: as Upgrade, or as the name of a header.
bool speaksOfWebSocket(ByteView head);
/// A handshake that lost what belongs to one connection only (RFC 9110 section 7.6.1): neither
/// Upgrade nor its mention in Connection is there any more. A proxy in between does that.
bool isStripped(const http::Head& request);

/// What a response is held against: parts of its request.
struct Offer {
    std::string accept;  ///< the answer that the key asks for; empty where none can be told
    std::vector<std::string> subprotocols;
    std::vector<Extension> extensions;
};
/// Of a request that is a handshake.
Offer offerOf(const http::Head& request);

/// Whether a response that agrees to no compression may have done so before it was damaged: one was
/// offered, and the response has a line that speaks of extensions.
bool mayHaveAgreedToCompress(const http::Head& response, const Offer* offer);

/// Whether a response switches to WebSocket: status 101 with Upgrade: websocket, or with
/// Sec-WebSocket-Accept, or, where it answers a handshake, with no Upgrade at all. `offer` null:
/// the request is not known or was no handshake.
bool agreesToWebSocket(const http::Head& response, const Offer* offer);
/// Whether everything but the status of a response agrees to a WebSocket: it answers the key as
/// only who agrees does, and no body follows. A capture in which a digit was damaged has such.
bool agreesButForStatus(const http::Head& response, const Offer* offer);
/// The subprotocol that a response agrees to; empty if none.
std::string_view agreedSubprotocol(const http::Head& response);

/// Everything that is wrong with a handshake's request (sections 4.1 and 4.2.1).
void checkRequest(const http::Head& request, IssueSink& issues);
/// Everything that is wrong with a response that agrees (sections 4.1 and 4.2.2). `offer` null:
/// then only what is wrong by itself can be told.
void checkResponse(const http::Head& response, const Offer* offer, IssueSink& issues);

/// Where the page that opened the connection comes from, by Origin and Host (section 10.2).
enum class OriginKind : std::uint8_t {
    Absent,   ///< not a browser
    Same,     ///< the same host
    Foreign,  ///< another host, or none that it wants to name
};
OriginKind originOf(const http::Head& request);

/// Appends what of a head's header is a list of its own, one field for each element: extensions,
/// subprotocols, versions. The header's value stands at `place`; `folded` values have no places for
/// their parts.
void describeHeaderElements(const http::Header& header, FieldTree& tree, Place place);
/// Appends what a handshake's request says between its lines: where its origin is.
void describeRequest(const http::Head& request, FieldTree& tree);

}  // namespace framescope::websocket
