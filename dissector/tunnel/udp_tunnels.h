// UDP, and the tunnels that it carries. A datagram is taken for a tunnel's only where a port and
// the tunnel's header fit; what then turns out to hold nothing readable is plain UDP again.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::udp {

void step(Walk& walk);

// What the ports name:

/// RFC 7348, with the extensions for group policies and other protocols than Ethernet.
void stepVxlan(Walk& walk);
/// RFC 8926.
void stepGeneve(Walk& walk);
/// GTP's user plane, version 1 (3GPP TS 29.281): the datagrams of subscribers.
void stepGtp(Walk& walk);
/// MPLS over UDP, RFC 7510.
void stepMpls(Walk& walk);
/// IPv6 with the indications of RFC 4380 in front.
void stepTeredo(Walk& walk);
/// Data of the Layer Two Tunneling Protocol, version 2 (RFC 2661 section 3.1): PPP.
void stepL2tp(Walk& walk);
/// Data of the Locator/ID Separation Protocol (RFC 9300 section 5.3).
void stepLisp(Walk& walk);
/// Anything in Anything.
void stepAyiya(Walk& walk);

}  // namespace framescope::udp
