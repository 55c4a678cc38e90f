// The table of `-z sessions`: the Engine.IO sessions of a capture, each as one thing whatever
// connections carried it.
#pragma once

#include <string>

#include "capture/session/session.h"

namespace framescope::cli {

/// Ended lines; a sentence where there is no session.
std::string engineSessionText(const Session& session);

}  // namespace framescope::cli
