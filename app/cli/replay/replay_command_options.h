// What was asked of the command replay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capture/replay/replay_options.h"

namespace framescope::cli {

struct ReplayCommandOptions {
    std::string file;
    replay::ReplayOptions replay;
    /// --session by its sid; a number stands in `replay`.
    std::string sid;
    bool json = false;
};

}  // namespace framescope::cli
