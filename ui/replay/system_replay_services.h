// The replay services of this machine: real connections, transcripts in the user's cache folder.
#pragma once

#include "ui/replay/replay_services.h"

namespace framescope {

ReplayServices systemReplayServices();

}  // namespace framescope
