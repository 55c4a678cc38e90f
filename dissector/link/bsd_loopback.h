// The BSD loopback header: four bytes with an address family, in the byte order of the machine that
// captured (LINKTYPE_NULL) or in network order (LINKTYPE_LOOP).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::bsd_loopback {

inline constexpr std::size_t kHeaderSize = 4;

/// The layer an address family names, whichever system numbered it; PacketLayer::None for other
/// families.
PacketLayer layerOfFamily(std::uint32_t family);

void step(Walk& walk);

}  // namespace framescope::bsd_loopback
