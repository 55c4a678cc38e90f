// Linux cooked captures, what libpcap writes for the "any" device: LINKTYPE_LINUX_SLL and
// LINKTYPE_LINUX_SLL2 (tcpdump.org).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::linux_cooked {

inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kHeaderSize2 = 20;

/// `version` is 1 or 2. Version 2 has its protocol in front, so a tag, if there is one, begins
/// behind the header in both.
void step(Walk& walk, int version);

}  // namespace framescope::linux_cooked
