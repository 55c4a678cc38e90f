// Ethernet II (IEEE 802.3 clause 3) and VLAN tags (IEEE 802.1Q clause 9), however many of them.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::ethernet {

inline constexpr std::size_t kHeaderSize = 14;
inline constexpr std::size_t kTagSize = 4;

void step(Walk& walk);
/// A tag, control information and type; the EtherType before it is `walk.type`.
void stepTag(Walk& walk);

}  // namespace framescope::ethernet
