// -G: what there is to ask for.
#pragma once

#include <string>

namespace framescope::cli {

/// A line a field: name, type and meaning, separated by tabs.
std::string fieldListing();
/// A line an issue: name, severity, sentence and specification, separated by tabs.
std::string issueListing();

}  // namespace framescope::cli
