// The interfaces of this machine, as the helper sees them: what can be opened, and what would have
// to be done to open the others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "capture/result.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::live {

struct InterfaceEntry : helper::Interface {
    /// True when it can be captured from now, and its link type is one that is dissected.
    bool canCapture = false;
    /// Why not, one sentence; empty if it can.
    std::string obstacle;
    /// The shell command that makes it openable; empty if it can be opened or nothing would help.
    std::string remedy;
};

/// All interfaces, those to capture from first, `lo` and `any` before the others. Starts the helper
/// and waits for it, up to five seconds: not for the GUI thread. An Error when there is no helper
/// or it is of another version, with what to do in it.
Result<std::vector<InterfaceEntry>> listInterfaces(const std::filesystem::path& helper = {});

/// Where the helper lies: beside this program, in ../libexec of it, or in the PATH. An Error that
/// names the places.
Result<std::filesystem::path> findHelper();

/// What makes `helper` able to capture, for the person who runs this: the command to copy.
std::string rightsRemedy(const std::filesystem::path& helper);

/// Packets and bytes that went over each interface since the machine started, from /proc/net/dev;
/// no right is needed. `any` is the sum. Loopback packets count once.
struct Traffic {
    std::string interface;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};
std::vector<Traffic> readTraffic(const std::filesystem::path& file = "/proc/net/dev");

}  // namespace framescope::live
