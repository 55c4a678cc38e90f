// Event streams as HTTP carries them: the body of a response whose type is text/event-stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "dissector/layer/body_protocol.h"

namespace framescope::sse {

extern const BodyProtocol kBodyProtocol;

/// A reader for a stream whose head was not captured, from the first byte of an event on, which
/// stands at `offset`. `target` is empty where the request was not captured either.
std::unique_ptr<BodyReader> makeJoinedReader(std::string_view target, std::uint64_t offset,
                                             LayerOutput& out);

/// Whether a request asks for an event stream by its Accept.
bool isAskedFor(const http::Head& request);

}  // namespace framescope::sse
