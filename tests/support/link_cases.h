// One TCP segment under every link layer and tunnel that is read.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::test {

/// What the segment carries.
inline constexpr const char* kCarried = "payload";

struct LinkCase {
    const char* name;
    std::uint32_t linkType;
    Bytes packet;
    const char* protocols;  ///< of all layers, each preceded by a colon
    /// What tshark 4.0 finds as well; false where it does not know the link type or the tunnel, or
    /// wants a port to be set.
    bool tsharkReads = true;
};

/// Made by hand from the specifications.
std::vector<LinkCase> linkCases();

}  // namespace framescope::test
