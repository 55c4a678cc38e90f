// The bytes that a payload stands for.
#pragma once

#include "capture/compose/draft.h"
#include "capture/result.h"

namespace framescope::compose {

/// Reads hex, checks JSON, reads the file. An Error names the place that is wrong, or the file:
/// one that is not there, is no regular file (so that nothing waits for a pipe), or is greater than
/// kMaxPayloadFile.
Result<Bytes> bytesOf(const Payload& payload);

/// What is wrong with a JSON text and where, as a sentence; empty if it is valid. `what` is what it
/// is: "The payload".
std::string jsonFault(std::string_view json, const std::string& what);

}  // namespace framescope::compose
