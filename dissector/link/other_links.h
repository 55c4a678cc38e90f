// Link types that lead to another layer in a few lines: ATM, token ring, FDDI, SLIP, and what
// capture hardware and routers put in front of packets.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::other_links {

/// RFC 2684: LLC, or a virtual circuit of one protocol. Classical IP over ATM as well.
void stepAtm(Walk& walk);
/// SunATM devices: four bytes, of which the first says what kind of traffic it is.
void stepSunAtm(Walk& walk);
/// IEEE 802.5, with source routing.
void stepTokenRing(Walk& walk);
void stepFddi(Walk& walk);
/// SLIP with the header that BSD captures have, of 16 or 24 bytes by the link type `walk.type`.
void stepSlip(Walk& walk);
/// Endace's extensible record format.
void stepErf(Walk& walk);
/// Darwin's packet tap: names the link type of what follows.
void stepPktap(Walk& walk);
/// Juniper's routers; what follows their header is told by the link type `walk.type`.
void stepJuniper(Walk& walk);

}  // namespace framescope::other_links
