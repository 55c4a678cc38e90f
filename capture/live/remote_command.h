// The command line with which ssh captures on another machine.
//
// Over there a small script for the POSIX shell runs tcpdump. It finds its own ssh connection in
// SSH_CONNECTION and has tcpdump leave exactly that one out, as every packet sent home would
// otherwise make another one. Its standard input is a lifeline: when it ends, because we closed it
// or the connection is gone, the script ends tcpdump, which by itself would wait for a packet to
// notice. Where sudoers allows tcpdump and nothing else, only that packet ends it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "capture/live/capture_options.h"
#include "capture/result.h"

namespace framescope::live {

struct RemoteCommand {
    std::vector<std::string> arguments;  ///< of ssh, without its name
    std::vector<std::pair<std::string, std::string>> environment;
};

/// `hasAskpass`: SSH_ASKPASS is set, so that ssh can ask without a terminal. An Error when the host
/// or the interface cannot be one.
Result<RemoteCommand> remoteCommand(const RemoteCapture& what, bool hasAskpass);

/// The script that the shell of the other machine runs; one line.
std::string remoteScript(const RemoteCapture& what);

/// `text` as one word for any shell, between apostrophes.
std::string shellQuoted(const std::string& text);

}  // namespace framescope::live
