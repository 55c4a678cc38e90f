// Multiprotocol Label Switching, RFC 3032. Nothing says what the label stack carries: IP is told by
// its first nibble (RFC 4928), an Ethernet pseudowire by the looks of its frame, with or without a
// control word in front (RFC 4448 section 4.6).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::mpls {

/// One entry of the label stack.
void step(Walk& walk);
/// What stands behind the last entry.
void stepPayload(Walk& walk);

}  // namespace framescope::mpls
