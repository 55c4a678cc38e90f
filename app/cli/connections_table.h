// The table of -z connections: one line a connection, with what it carried, how it ended, and the
// habits of the application that spoke on it.
#pragma once

#include <string>

#include "capture/session/session.h"

namespace framescope::cli {

std::string connectionsText(const Session& session);

}  // namespace framescope::cli
