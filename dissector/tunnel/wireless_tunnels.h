// What access points and routers wrap frames in to hand them to another machine: TZSP, with which
// they mirror what they see (MikroTik's packet sniffer among them), and the data of CAPWAP, by
// which an access point hands all frames to its controller.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::wireless_tunnels {

/// TaZmen Sniffer Protocol, version 1, over UDP.
void stepTzsp(Walk& walk);
/// CAPWAP data (RFC 5415 section 4.3) over UDP, as far as it is neither encrypted nor a fragment.
void stepCapwap(Walk& walk);

}  // namespace framescope::wireless_tunnels
