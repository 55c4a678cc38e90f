// Rows of a capture that is still being taken: from an interface, a pipe or another machine. They
// are printed as they come, until somebody or something ends the capture.
#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"

namespace framescope::cli {

/// True when what was asked for has no end yet.
bool readsLive(const Options& options);

/// Captures, prints and sums up. The exit code.
int runLive(const Options& options, Output& output);

}  // namespace framescope::cli
