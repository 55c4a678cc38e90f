// The tables of -z: what is known of a capture as a whole, printed behind its rows. To add one:
// write its function and a line in the list.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "capture/session/session.h"

namespace framescope::cli {

struct StatisticsTable {
    std::string_view name;  ///< for -z
    std::string (*text)(
        const Session&);  ///< ended lines; a sentence where there is nothing to tell
};

std::span<const StatisticsTable> statisticsTables();
/// Null if there is none by this name.
const StatisticsTable* findStatisticsTable(std::string_view name);
/// "connections, polling and sessions": for sentences.
std::string statisticsTableNames();

}  // namespace framescope::cli
