// MessagePack as the JSON that socket.io's other parser would have sent: binary data taken out, a
// placeholder in its stead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::client {

/// The JSON of one value, with `{"_placeholder":true,"num":N}` for each bin, which is appended to
/// `attachments`. An extension becomes a text or null: JSON has no form for it. Nothing if `value`
/// is no valid MessagePack, or would be more than `maxChars` of JSON.
std::optional<std::string> msgpackWithPlaceholders(ByteView value, std::size_t maxChars,
                                                   std::vector<Bytes>& attachments);

}  // namespace framescope::client
