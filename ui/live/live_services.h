// What the window asks of capture/live, as functions that can be replaced: tests put their own in,
// and a window without them offers no live capture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/live/capture_options.h"
#include "capture/live/interfaces.h"
#include "capture/live/live_capture.h"
#include "capture/live/spool.h"
#include "capture/result.h"

namespace framescope {

/// Where a live capture comes from, with all that was chosen for it.
using LiveSource = std::variant<live::InterfaceCapture, live::StreamCapture, live::RemoteCapture>;

/// A capture that an earlier run left behind, open again.
struct AdoptedCapture {
    std::shared_ptr<live::Spool> spool;
    std::shared_ptr<GrowingBytes> bytes;  ///< its files one behind the other; nothing is added
    std::shared_ptr<CaptureFile> file;
};

struct LiveServices {
    using Interfaces = Result<std::vector<live::InterfaceEntry>>;

    /// May take seconds; called on another thread.
    std::function<Interfaces()> listInterfaces;
    std::function<std::vector<live::Traffic>()> readTraffic;
    /// A message when the filter is wrong for this LINKTYPE_; called on another thread.
    std::function<std::optional<std::string>(const std::string&, std::uint32_t)> checkFilter;
    std::function<std::unique_ptr<live::LiveCapture>(const LiveSource&, live::Wake)> capture;
    /// Called on another thread, as those below.
    std::function<std::vector<live::LeftCapture>()> findLeft;
    std::function<Result<AdoptedCapture>(const std::filesystem::path& folder)> adopt;
    /// See live::saveCapture().
    std::function<Result<bool>(const std::vector<std::filesystem::path>& files,
                               std::uint64_t readable, const std::filesystem::path& target,
                               const std::function<bool(std::uint64_t)>& progress,
                               live::SaveBy how)>
        save;

    bool canCapture() const { return static_cast<bool>(capture); }
};

/// Those of this machine.
LiveServices systemLiveServices();

}  // namespace framescope
