// Event streams as HTTP carries them: the body of a response whose type is text/event-stream.
#pragma once

#include "dissector/layer/body_protocol.h"

namespace framescope::sse {

extern const BodyProtocol kBodyProtocol;

}  // namespace framescope::sse
