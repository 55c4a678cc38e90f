// Sentences and commands about the helper program that more than one place needs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "capture/live/live_capture.h"
#include "capture/result.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::live {

/// `wanted`, or what findHelper() finds.
Result<std::filesystem::path> helperOr(const std::filesystem::path& wanted);

/// What keeps a helper that greets like this from being used; nothing if it is ours.
std::optional<Error> helperFault(const std::filesystem::path& helper, const helper::Hello& hello);
/// The same for a program whose first line was none that a helper says.
Error noHelper(const std::filesystem::path& helper, const std::string& firstLine);
/// The same for one that the system did not start.
Ending helperNotStarted(const std::filesystem::path& helper, int error);

/// What a person can type where the helper could not open `interface`; often nothing.
std::string remedyFor(helper::Failure failure, const std::string& interface,
                      const std::filesystem::path& helper);

/// `text` as one word of a shell command, quoted only where it must be.
std::string shellWord(const std::string& text);

}  // namespace framescope::live
