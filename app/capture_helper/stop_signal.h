// Signals: SIGTERM asks for the end of the capture. SIGINT does not, since a terminal sends it to
// all programs of a pipeline at once and the parent decides what it means.
#pragma once

#include <csignal>

namespace framescope::helper {

/// Sets all handlers. SIGTERM comes through only while waitMask() is in force.
void prepareSignals();
/// The mask to wait with (ppoll), so that no signal is lost between a look at stopWasSignalled()
/// and the wait.
const sigset_t& waitMask();
bool stopWasSignalled();

}  // namespace framescope::helper
