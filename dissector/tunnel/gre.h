// Generic Routing Encapsulation: version 0 (RFC 2784, RFC 2890, with the routing field of RFC 1701)
// and version 1, which PPTP carries PPP in (RFC 2637 section 4.1) and MikroTik's EoIP frames; the
// mirrored frames of ERSPAN and 802.11 frames inside.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::gre {

void step(Walk& walk);
/// ERSPAN type II, `walk.type` 0x88be, or III, 0x22eb.
void stepErspan(Walk& walk);

}  // namespace framescope::gre
