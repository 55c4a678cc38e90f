// -D: the interfaces of this machine, and what keeps some of them from being captured from.
#pragma once

#include <string>
#include <vector>

#include "app/cli/output.h"
#include "capture/live/interfaces.h"

namespace framescope::cli {

/// Prints the list. The exit code.
int listInterfaces(Output& output);

/// A line an interface, numbered from 1; below them the commands that open those that are closed.
std::string interfaceListing(const std::vector<live::InterfaceEntry>& interfaces);

}  // namespace framescope::cli
