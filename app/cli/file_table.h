// The table of -z file: what the capture file says of itself.
#pragma once

#include <string>

#include "capture/session/session.h"

namespace framescope::cli {

/// Ended lines: the format, its sections, its interfaces with what was counted on them, comments
/// and names of hosts.
std::string fileText(const Session& session);

}  // namespace framescope::cli
