// What reads on where a connection goes on behind an RST that its ends have not taken, if the layer
// that read it was told of the end: another one begins where it stopped.
#pragma once

#include <memory>
#include <string>

#include "dissector/layer/layer.h"

namespace framescope {

/// A layer for the bytes that come now of a connection of which so much is known: frames where it
/// was a WebSocket of this path and subprotocol, whatever is recognised otherwise.
std::unique_ptr<Layer> makeLayerGoingOn(const ConnectionFacts& facts, const std::string& path,
                                        const std::string& subprotocol);

}  // namespace framescope
