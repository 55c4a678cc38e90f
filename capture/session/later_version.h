// Where in the capture file the later version of conflicting bytes lies: the row's stream has the
// one that was seen first.
#pragma once

#include <cstdint>

#include "dissector/record/record.h"

namespace framescope {

struct LaterVersion {
    RecordId row = 0;
    std::uint64_t fileOffset = 0;
};

}  // namespace framescope
