// The report of a replay for a terminal, and for programs.
#pragma once

#include <cstddef>
#include <string>

#include "capture/replay/replay_report.h"

namespace framescope::replay {

/// Two columns, the recording at the left and the replay at the right, a line for each step with
/// its times; differences stand below, and the verdict's sentence at the end. At least 60
/// characters wide.
///
///       = 0.012 <  Hello                      0.014 <  Hello
///       ~ 0.031 <  EVENT welcome {"users":3}  0.033 <  EVENT welcome {"users":4}
///                  $[0].users: 3, now 4
std::string reportText(const Report& report, std::size_t width = 120);

/// One JSON object: "verdict", "sentence", counts, and "lines" with everything that is known of
/// each.
std::string reportJson(const Report& report);

/// "same", "different", "failed".
std::string_view verdictName(Verdict verdict);

}  // namespace framescope::replay
