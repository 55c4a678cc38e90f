// What the reader of a capture finds beside packets, in pieces that can be handed to another
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/file/capture_reader.h"

namespace framescope {

struct ReaderFindings {
    CaptureLayout layout;
    std::vector<std::string> notices;
    std::uint64_t leftOutPackets = 0;  ///< in all
    std::uint64_t bytesRead = 0;       ///< in all
    std::uint64_t bytesTotal = 0;

    /// Takes the place of what an earlier one had counted, and adds to what it had found.
    void append(ReaderFindings&& later);
};

/// Asks one reader again and again what is new.
class FindingsOf {
public:
    explicit FindingsOf(CaptureReader& reader) : m_reader(reader) {}

    ReaderFindings take();

private:
    CaptureReader& m_reader;
    std::size_t m_noticesTaken = 0;
};

}  // namespace framescope
