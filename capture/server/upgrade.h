// The server's side of the opening handshake (RFC 6455 section 4.2, RFC 7692 section 5): what a
// request is answered. Pure: a request in, an answer out.
#pragma once

#include <string>

#include "capture/server/fault_list.h"
#include "capture/server/request.h"
#include "dissector/layer/layer.h"
#include "dissector/websocket/extensions.h"

namespace framescope::server {

/// Whether the request wants to leave HTTP for WebSocket, however badly it says so.
bool wantsWebSocket(const Request& request);

struct UpgradeAnswer {
    bool agreed = false;
    Response response;        ///< 101, or why not
    Compression compression;  ///< as agreed
};
/// Judges the request and writes the answer, with the handshake's misbehaviours.
UpgradeAnswer answerUpgrade(const Request& request, const FaultList& faults);

/// The element of Sec-WebSocket-Extensions that agrees to the first offer of permessage-deflate
/// that can be kept; empty if there is none. `offers` are the elements of the request.
std::string agreeToDeflate(const std::vector<websocket::Extension>& offers);

}  // namespace framescope::server
