// Serial lines: Cisco HDLC (RFC 1547 section 4.3.1) and Frame Relay (RFC 2427, and Cisco's older
// way with an EtherType).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::hdlc {

void stepCisco(Walk& walk);
void stepFrameRelay(Walk& walk);

}  // namespace framescope::hdlc
