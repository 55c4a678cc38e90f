// Where in the capture file bytes of a row lie that are not in its stream: the later version of
// conflicting ones (the stream has the one that was seen first), and those of a segment beside its
// stream.
#pragma once

#include <cstdint>

#include "dissector/record/record.h"

namespace framescope {

struct LaterVersion {
    RecordId row = 0;
    std::uint64_t fileOffset = 0;
};

}  // namespace framescope
