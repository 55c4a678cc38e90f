// The answer by which an Engine.IO server refuses a request: a JSON object with a code from 0 to 5
// and a message. On a WebSocket that was switched to already, servers of revision 4 write an HTTP
// response with the message alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"

namespace framescope::engineio {

struct ServerError {
    std::uint64_t code = 0;
    std::string message;
    ByteRange codeRange;  ///< empty where only the message is there
    ByteRange messageRange;
};

/// Nothing if the body is no such answer.
std::optional<ServerError> parseServerError(std::string_view body);
/// "unknown transport", "unknown session", ...; "unknown error" for a code that is not defined.
std::string_view serverErrorName(std::uint64_t code);
/// Appends its layer; the body's first byte stands at `place`.
FieldIndex describe(const ServerError& error, std::string_view body, FieldTree& tree, Place place);

}  // namespace framescope::engineio
