// Finds out whether a capture should be read in the order of time, and prepares it.
//
// The two directions of a tap, appended one behind the other or written in large blocks, are read
// whole only in the order of time; so is what several queues of a network card have delivered in
// blocks. A clock that was set back, or sections with clocks of their own, look much the same, and
// there the file is right. So both orders are asked how often TCP contradicts them
// (order_breaks.h), and the file's order stays unless the other one mends at least half of what it
// breaks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "capture/file/capture_reader.h"
#include "capture/file/packet_index.h"

namespace framescope {

class CaptureFile;

/// A capture that can be read in the order of time.
struct ArrangedCapture {
    /// Has come to the end of the file; says what there is beside packets.
    std::unique_ptr<CaptureReader> reader;
    PacketIndex index;
    ReadStep end = ReadStep::End;
};

enum class Arranging : std::uint8_t {
    Chosen,     ///< the order of time is the better one, or was asked for
    NotBetter,  ///< the file's order stays
    TooMany,    ///< more packets than PacketIndex takes
    Stopped,
};

/// Breaks of the file's order below which nothing is changed.
inline constexpr std::uint64_t kFewBreaks = 16;

/// Whether the order of time mends enough, told by how often each order is broken (OrderBreaks).
constexpr bool isBetter(std::uint64_t inTime, std::uint64_t inFile) {
    return inFile >= kFewBreaks && inTime <= inFile / 2;
}

/// How often the order of time is broken by the packets of `index`, which is arranged, and gone
/// through; counted to one more than `most`, which is also said where a packet cannot be read
/// again. Nothing where `goOn`, told how much is done from 0 to 1, said no.
std::optional<std::uint64_t> breaksInTime(const std::shared_ptr<CaptureFile>& file,
                                          const CaptureLayout& layout, PacketIndex& index,
                                          std::uint64_t most,
                                          const std::function<bool(double done)>& goOn);

/// Goes through the whole file. `always`: the order of time is wanted anyway. `goOn` is told how
/// much is done, from 0 to 1, every few milliseconds, and says whether to go on. `arranged` is of
/// use only where it is Chosen.
Arranging arrangeByTime(const std::shared_ptr<CaptureFile>& file, bool always,
                        const std::function<bool(double done)>& goOn, ArrangedCapture& arranged);

}  // namespace framescope
