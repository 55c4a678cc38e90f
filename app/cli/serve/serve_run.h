// The command serve: the test server, and the rows of all that passes.
#pragma once

#include <string>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "capture/server/test_server.h"

namespace framescope::cli {

/// Serves until a signal, or -c, ends it. The exit code.
int runServe(const Options& options, const server::ServerOptions& serve, Output& output);

/// What --list-misbehaviours prints: name, what the server does, and what its number means,
/// separated by tabs.
std::string misbehaviourListing();

}  // namespace framescope::cli
