// The command replay: a recorded conversation against another server, and the comparison.
#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/replay/replay_command_options.h"

namespace framescope::cli {

/// Replays and prints the comparison. The exit code.
int runReplay(const Options& options, const ReplayCommandOptions& command, Output& output);

}  // namespace framescope::cli
