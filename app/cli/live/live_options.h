// What was asked for about a live capture: -i, --remote and what goes with them.
#pragma once

#include <cstdint>
#include <string>

#include "capture/live/capture_options.h"

namespace framescope::cli {

struct LiveOptions {
    /// None: a file is read, or a pipe.
    enum class Source : std::uint8_t { None, Interface, Remote };
    Source source = Source::None;
    /// Interface, filter, lengths and limits; also those of a remote capture. The interface may be
    /// a number of -D.
    helper::Request request;
    /// Host, port and how to speak with it; for --remote only.
    live::RemoteCapture remote;
    /// -w, and the files of a ring (-b files).
    live::Destination destination;
};

/// True when `file` is standard input or a FIFO that somebody may still write to, false for a file
/// that lies there whole.
bool isPipe(const std::string& file);

}  // namespace framescope::cli
