// What a user says before a capture is read: how much is held and decoded, and how connections are
// read that would be taken for something else.
#pragma once

#include <utility>

#include "dissector/layer/layer.h"
#include "dissector/layer/read_as.h"

namespace framescope {

struct IngestOptions {
    DecodeLimits limits;
    ReadAsRules readAs;

    IngestOptions() = default;
    /// Limits alone are options, too.
    IngestOptions(const DecodeLimits& most, ReadAsRules rules = {})
        : limits(most), readAs(std::move(rules)) {}
};

}  // namespace framescope
