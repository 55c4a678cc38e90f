// What the helper gives up: descriptors it was not meant to have, and every right as soon as the
// interface is open.
#pragma once

#include <optional>
#include <string>

namespace framescope::helper {

/// Closes all descriptors but 0, 1 and 2, and forgets the environment, which the person who started
/// this program may have filled for the libraries beneath it. Nothing of it can leave a core file.
void forgetInheritance();

/// Gives up all capabilities, for good, and root's user and groups. Checks that nothing is left; a
/// sentence when something is.
std::optional<std::string> dropRights();

}  // namespace framescope::helper
