// Packets as firewalls log them: Linux netfilter (LINKTYPE_NFLOG) and the BSDs' pf
// (LINKTYPE_PFLOG).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::packet_log {

/// A header, then attributes of which one is the packet.
void stepNetfilter(Walk& walk);
/// A header whose first byte is its length without padding, its second the address family.
void stepPf(Walk& walk);

}  // namespace framescope::packet_log
