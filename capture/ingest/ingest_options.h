// What a user says before a capture is read: how much is held and decoded, in which order packets
// are read, and how connections are read that would be taken for something else.
#pragma once

#include <cstdint>
#include <utility>

#include "dissector/layer/layer.h"
#include "dissector/layer/read_as.h"

namespace framescope {

/// In which order the packets of a complete capture are read.
enum class PacketOrder : std::uint8_t {
    Auto,  ///< the file's, unless the order of time mends what that breaks; see time_order.h
    File,
    Time,
};

struct IngestOptions {
    DecodeLimits limits;
    ReadAsRules readAs;
    PacketOrder order = PacketOrder::Auto;
    /// What was handed over can be thrown away when another order turns out to be right
    /// (Batch::beginsAgain). Otherwise that is told, and the file's order stays.
    bool mayBeginAgain = false;

    IngestOptions() = default;
    /// Limits alone are options, too.
    IngestOptions(const DecodeLimits& most, ReadAsRules rules = {})
        : limits(most), readAs(std::move(rules)) {}
};

}  // namespace framescope
