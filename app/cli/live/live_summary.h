// What is told about a live capture beside its rows.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "capture/live/live_capture.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"

namespace framescope::cli {

/// What a capture amounts to at some moment. `session` is null until there is something to read.
struct LiveFigures {
    std::string source;
    const live::Status& status;
    const Session* session = nullptr;
    std::chrono::milliseconds duration{0};
};

/// The summary at the end, a sentence each: packets, bytes, rows and time; then the losses, where
/// somebody counts them.
std::vector<std::string> endSentences(const LiveFigures& figures);
/// The same while it runs, in one short line.
std::string counterLine(const LiveFigures& figures);
/// Captures that earlier runs have left behind, a sentence each; the latest first, and not too
/// many.
std::vector<std::string> leftCaptureSentences(const std::vector<live::LeftCapture>& left);

}  // namespace framescope::cli
