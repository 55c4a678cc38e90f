// Event streams as HTTP carries them: the body of a response whose type is text/event-stream.
#pragma once

#include <memory>

#include "dissector/layer/body_protocol.h"

namespace framescope::sse {

extern const BodyProtocol kBodyProtocol;

/// A reader for a stream whose head was sent before the capture began, from the first byte of an
/// event on.
std::unique_ptr<BodyReader> makeJoinedReader(LayerOutput& out);

}  // namespace framescope::sse
