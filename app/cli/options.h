// What the user asked for on the command line. Reading it checks everything that can be checked
// before a file is opened: names of fields, the filter, which options go together.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "app/cli/statistics_tables.h"
#include "capture/result.h"
#include "dissector/field/field_id.h"
#include "dissector/filter/filter.h"

namespace framescope::cli {

enum class Action { ReadCapture, ShowHelp, ShowVersion, ListFields, ListIssues };
enum class Format { Text, Fields, Json };
enum class Occurrence { First, Last, All };

/// How -T fields separates (-E).
struct FieldsLayout {
    bool header = false;
    std::string separator = "\t";
    std::string aggregator = ",";
    Occurrence occurrence = Occurrence::All;
};

struct Options {
    Action action = Action::ReadCapture;
    std::string file;
    Filter filter;
    Format format = Format::Text;
    std::vector<FieldId> fields;  ///< -e, in order
    FieldsLayout layout;
    bool tree = false;                                                  ///< -V
    bool bytes = false;                                                 ///< -x
    bool quiet = false;                                                 ///< -q
    std::vector<const StatisticsTable*> tables;                         ///< -z, in order
    std::uint64_t maxRows = std::numeric_limits<std::uint64_t>::max();  ///< -c
};

/// Reads the command line.
Result<Options> parseOptions(int argc, char** argv);

/// What -h prints.
std::string_view helpText();

}  // namespace framescope::cli
