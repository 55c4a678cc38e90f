// What the window asks of capture/replay, as functions that can be replaced: tests put their own
// in, and a window without them offers no replay. All are called on other threads than the
// window's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <QString>

#include "capture/ingest/ingest_options.h"
#include "capture/live/live_capture.h"
#include "capture/replay/replayer.h"
#include "capture/result.h"
#include "dissector/payload/payload_rules.h"

namespace framescope {

class CaptureFile;
class Session;

/// A capture that something of is to be replayed.
struct ReplaySource {
    QString name;  ///< for people
    QString path;  ///< the user's file; empty for a capture that has none yet, which is `file`
    std::shared_ptr<CaptureFile> file;
    PayloadRules payloadRules;
    IngestOptions reading = {};
};

/// A replay under way, with what it needs. Its end may wait for a moment; its members go in the
/// order from the last to the first.
struct ReplayRun {
    std::shared_ptr<void> machinery;
    std::shared_ptr<live::LiveCapture> transcript;  ///< what was sent and received; may be null
    std::unique_ptr<replay::Replayer> replayer;
};

struct ReplayServices {
    /// Reads a capture to where it ends at the moment; stops early when `goOn` says no.
    std::function<Result<std::shared_ptr<const Session>>(const ReplaySource& source,
                                                         const std::function<bool()>& goOn)>
        read;
    std::function<Result<replay::Plan>(const Session& session,
                                       const replay::ReplayOptions& options)>
        plan;
    /// `changed` is called from any thread when there is more to see of it, `wake` when there is
    /// more of its transcript.
    std::function<Result<std::shared_ptr<ReplayRun>>(
        replay::Plan plan, replay::ReplayOptions options, std::function<void()> changed,
        live::Wake wake)>
        start;
    /// A report as a file holds it: JSON, or text to read.
    std::function<std::string(const replay::Report& report, bool json)> reportText;

    bool canReplay() const { return static_cast<bool>(start); }
};

/// Reads a capture for a replay: the `read` of the services of this machine.
Result<std::shared_ptr<const Session>> readForReplay(const ReplaySource& source,
                                                     const std::function<bool()>& goOn);

}  // namespace framescope
