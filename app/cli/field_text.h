// Values, issues and times as text for a line of output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"

namespace framescope::cli {

/// One line of valid UTF-8 whatever the wire sent: control characters as \n or \x1b.
std::string printableLine(std::string_view text);

/// A value of the tree as -T fields prints it, not yet made fit for one line: the value by its
/// type; the tree's text for protocols and groups.
std::string fieldText(const FieldTree& tree, FieldIndex field);

/// "error websocket.client-not-masked: A frame from the client is not masked. RFC 6455 section 5.1"
std::string issueText(const Issue& issue);

/// Seconds with `decimals` (up to 9) digits behind the point, cut and not rounded.
std::string secondsText(std::int64_t nanoseconds, std::size_t decimals);

}  // namespace framescope::cli
