// The Layer Two Tunneling Protocol: version 2 over UDP carries PPP (RFC 2661 section 3.1), version
// 3 over UDP or IP carries frames (RFC 3931 section 4.1, RFC 4719). How long the cookie in front of
// a frame is, and whether a sublayer with sequence numbers follows it, was agreed on when the
// tunnel was made; so a frame of version 3 is found by the IP header in it.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::l2tp {

/// Over UDP, either version.
void step(Walk& walk);
/// Version 3 over IP.
void stepOverIp(Walk& walk);

}  // namespace framescope::l2tp
