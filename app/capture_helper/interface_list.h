// All interfaces of the machine, each tried, since only opening one tells whether it can be opened
// and what its packets look like.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "capture/spool/helper_protocol.h"

namespace framescope::helper {

/// The interfaces as libpcap names them; a sentence when it cannot.
std::variant<std::vector<Interface>, std::string> listInterfaces();

}  // namespace framescope::helper
