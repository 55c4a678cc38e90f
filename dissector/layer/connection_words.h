// What is known of a connection without having been captured, in words: told from its frames, or
// said by the user. Terminal, tree and window show the same.
#pragma once

#include <string>

#include "dissector/layer/layer.h"

namespace framescope {

/// What was inferred, joined by commas: "WebSocket, permessage-deflate with context takeover,
/// Engine.IO 4". Empty where nothing was.
std::string inferredText(const ConnectionFacts& facts);
/// The same as a sentence that says why it had to be; empty where nothing was inferred.
std::string inferredSentence(const ConnectionFacts& facts);

/// "permessage-deflate without context takeover of the client"; empty where none was agreed.
std::string compressionText(const Compression& compression);

}  // namespace framescope
