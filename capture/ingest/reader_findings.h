// What a reader of a capture finds beside packets, in pieces that can be handed to another thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/file/capture_reader.h"

namespace framescope {

/// What a reader has found beside packets since it was asked last.
struct ReaderFindings {
    CaptureLayout layout;
    std::vector<std::string> notices;
    std::uint64_t leftOutPackets = 0;
    std::uint64_t bytesRead = 0;
    std::uint64_t bytesTotal = 0;

    /// Asks the reader; `noticesTaken` counts those that were taken before.
    void takeFrom(CaptureReader& reader, std::size_t& noticesTaken);
    /// Adds what was found later.
    void append(const ReaderFindings& later);
};

}  // namespace framescope
