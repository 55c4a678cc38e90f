// Which conversation of a capture is replayed.
#pragma once

#include "app/cli/replay/replay_command_options.h"
#include "capture/replay/replay_options.h"
#include "capture/result.h"
#include "capture/session/session.h"

namespace framescope::cli {

/// The options with the connection or the session chosen: the one that was named, else the only one
/// there is. An Error, of several lines where there are several candidates, says why not.
Result<replay::ReplayOptions> chooseConversation(const Session& session,
                                                 const ReplayCommandOptions& options);

}  // namespace framescope::cli
