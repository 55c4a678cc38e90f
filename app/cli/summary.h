// -q: the figures of a capture instead of its rows.
#pragma once

#include <string>

#include "app/cli/options.h"
#include "capture/session/session.h"

namespace framescope::cli {

/// The summary of a session that was read as far as it can be read.
std::string summaryText(const Session& session);

/// What stands behind the rows, or instead of them: with -z its tables, with -q alone the summary.
std::string reportText(const Options& options, const Session& session);

}  // namespace framescope::cli
