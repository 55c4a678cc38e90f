// The page that tries the server from a browser. It is written by hand in page/index.html, which
// the build puts into the program.
#pragma once

#include <string>
#include <string_view>

namespace framescope::server {

/// The file as it stands.
std::string_view pageTemplate();
/// The page with the names of the misbehaviours in it.
const std::string& pageHtml();

}  // namespace framescope::server
