// One write a line, so that lines of several programs on one terminal do not mix.
#include "app/cli/exit_code.h"

#include <iostream>

namespace framescope::cli {

void complain(const std::string& sentence) {
    std::cerr << "framescope-cli: " + sentence + '\n';
}

}  // namespace framescope::cli
