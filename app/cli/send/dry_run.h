// What the command send would send, without a connection: rows, trees, bytes and issues.
#pragma once

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/send/send_options.h"

namespace framescope::cli {

/// Prints the messages of `script` as the rows they will be, one behind the other, those of a
/// repetition once. Issues stand on standard error unless -V shows them. The exit code.
int runDry(const Options& options, const SendOptions& send, const script::Script& script,
           Output& output);

}  // namespace framescope::cli
