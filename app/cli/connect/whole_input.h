// A file that is read whole before anything else is done: a script, a request.
#pragma once

#include <string>

#include "capture/result.h"

namespace framescope::cli {

/// The bytes of a file, "-" for standard input; at most 64 MiB. `what` is it called in the sentence
/// of an Error: "script".
Result<std::string> readWhole(const std::string& file, const std::string& what);

}  // namespace framescope::cli
