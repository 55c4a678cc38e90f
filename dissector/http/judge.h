// Everything that is wrong with a head, whoever looks at it: the ingest once, and the dissection
// again whenever a row is looked at. One place, so that both say the same.
#pragma once

#include <string_view>

#include "dissector/http/body.h"
#include "dissector/http/head.h"
#include "dissector/issue/issue.h"
#include "dissector/websocket/handshake.h"

namespace framescope::http {

/// Judges a request's head; returns where its body ends.
BodyFraming judgeRequest(const Head& request, IssueSink& issues);

/// The same of a response. `requestMethod` is empty, and `offer` null, where its request is not
/// known; `offer` also where that was no handshake.
BodyFraming judgeResponse(const Head& response, std::string_view requestMethod,
                          const websocket::Offer* offer, IssueSink& issues);

/// What a request shows to everybody on the way (RFC 9110 section 17): cookies, credentials, and
/// parameters of the query that are named like a secret. Empty ones show nothing.
void checkSecrets(const Head& request, IssueSink& issues);

}  // namespace framescope::http
