// Ethernet II (IEEE 802.3 clause 3) and VLAN tags (IEEE 802.1Q clause 9), however many of them.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::ethernet {

inline constexpr std::size_t kHeaderSize = 14;
inline constexpr std::size_t kTagSize = 4;

void step(Walk& walk);
/// Cisco's FabricPath: what is left of the outer header, then a frame.
void stepFabricPath(Walk& walk);
/// IEEE 802.1AE: reads frames that are authenticated, not encrypted.
void stepMacSec(Walk& walk);
/// A tag, control information and type; the EtherType before it is `walk.type`.
void stepTag(Walk& walk);

/// Goes on behind `size` bytes, the last two of which are a type, or a length that IEEE 802.2
/// follows (IEEE 802.3 section 3.2.6).
void goLengthOrType(Walk& walk, std::uint16_t value, std::size_t size);
/// True if the bytes begin like a frame with something in it that is read, or ARP.
bool looksLikeFrame(ByteView bytes);

}  // namespace framescope::ethernet
