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
/// GTP's user plane, version 1 (3GPP TS 29.281): the datagrams, or the frames, of subscribers.
void stepGtp(Walk& walk);
/// MPLS over UDP, RFC 7510.
void stepMpls(Walk& walk);
/// IPv6 with the indications of RFC 4380 in front.
void stepTeredo(Walk& walk);
/// Data of the Locator/ID Separation Protocol (RFC 9300 section 5.3).
void stepLisp(Walk& walk);
/// Anything in Anything.
void stepAyiya(Walk& walk);
/// Generic UDP Encapsulation, versions 0 and 1 (draft-ietf-intarea-gue), of datagrams and tunnels.
void stepGue(Walk& walk);
/// Foo over UDP of Linux, which has no header: a datagram of exactly the length that is there.
void stepFou(Walk& walk);
/// GRE in UDP, RFC 8086.
void stepGre(Walk& walk);

}  // namespace framescope::udp
