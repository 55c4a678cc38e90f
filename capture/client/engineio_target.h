// Request targets of Engine.IO: the path, and the query with revision, transport and session beside
// what the user's URL asks for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/client/client_options.h"

namespace framescope::client {

/// The members of a JSON object as a query, "token=a%20b&n=1"; values that are no text as their
/// JSON. Empty where `json` is no object.
std::string queryOfJson(std::string_view json);

/// The target of a request. `urlTarget` is that of the user's URL: its path counts unless the
/// options name another or it is "/", its query stays but for what is set here. `sid` empty: none
/// yet. Before revision 5 of Socket.IO the default namespace's auth goes into the query.
std::string engineIoTarget(const ClientOptions& options, std::string_view urlTarget,
                           std::string_view transport, std::string_view sid);

}  // namespace framescope::client
