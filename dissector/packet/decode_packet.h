// decodePacket() into a value that is there already: who decodes millions of packets uses one again
// and again, and spares clearing it and copying it out.
#pragma once

#include "dissector/packet/packet.h"

namespace framescope {

/// As decodePacket() that returns its value. Whatever `decoded` held before is replaced, but that
/// its fragment means something only for an IpFragment, and what is not read only where that
/// is said.
void decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                  DecodedPacket& decoded);

}  // namespace framescope
