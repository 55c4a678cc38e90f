// -q: the figures of a capture instead of its rows.
#pragma once

#include <string>

#include "capture/session/session.h"

namespace framescope::cli {

/// The summary of a session that was read as far as it can be read.
std::string summaryText(const Session& session);

}  // namespace framescope::cli
