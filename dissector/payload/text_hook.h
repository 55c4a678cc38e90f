// How a string inside a payload is offered to whoever wants to look into it.
#pragma once

#include <functional>
#include <string_view>

namespace framescope {

/// Called with the meaning of a string value (quotes and escapes gone) while its field is open, so
/// that what is appended to the tree becomes its child. May add byte sources. Empty: not asked.
using TextHook = std::function<void(std::string_view text)>;

}  // namespace framescope
