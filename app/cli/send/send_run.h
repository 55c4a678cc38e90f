// The command send: a connection of our own, what it sends, and the rows of all that passes.
#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/send/send_options.h"

namespace framescope::cli {

/// Connects, sends, prints and closes. The exit code.
int runSend(const Options& options, const SendOptions& send, Output& output);

}  // namespace framescope::cli
