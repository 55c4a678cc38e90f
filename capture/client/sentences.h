// What is wrong with a server's answers, in sentences for a person: the issues of the dissector
// with their names, refusals with their status, closes with their code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dissector/http/head.h"
#include "dissector/issue/issue.h"
#include "dissector/websocket/close.h"

namespace framescope::client {

/// "The opcode is reserved (websocket.reserved-opcode, RFC 6455 section 5.2)." and the like, one
/// behind the other.
std::string sentenceOf(const std::vector<Issue>& issues);
/// "The server answered 403 Forbidden instead of switching to WebSocket: \"no\"." Says of a
/// redirect that it was not followed, and where it leads.
std::string refusalSentence(const http::Head& response, std::string_view body);
/// "The server closed the connection with 1001 (going away): \"bye\"."
std::string closedSentence(const websocket::CloseBody& body);

}  // namespace framescope::client
