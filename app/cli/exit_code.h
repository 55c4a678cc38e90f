// How the program ends, and how it says what went wrong.
#pragma once

#include <string>

namespace framescope::cli {

enum ExitCode {
    kRead = 0,
    kBadUsage = 1,
    kUnreadable = 2,
    kDamaged = 3,
    // Of the commands send, replay and serve.
    kAsExpected = 0,
    kNoConnection = 2,
    kUnexpected = 3,     ///< an expectation or a comparison failed
    kInterrupted = 130,  ///< by signals, before it was at an end
};

/// Writes the sentence to standard error, as a line that begins with the program's name.
void complain(const std::string& sentence);

}  // namespace framescope::cli
