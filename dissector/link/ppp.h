// The Point-to-Point Protocol: in HDLC-like framing (RFC 1662), with address, control and protocol
// fields compressed or not (RFC 1661 section 6.5 and 6.6), and over Ethernet (RFC 2516).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::ppp {

void step(Walk& walk);
/// PPP or Cisco HDLC, which their first byte tells apart (RFC 1547 section 4.3.1).
void stepSerial(Walk& walk);
/// PPP whose address byte was replaced by the direction (LINKTYPE_PPP_PPPD).
void stepDirection(Walk& walk);
/// The header of PPP over Ethernet. Ends the walk at discovery.
void stepOverEthernet(Walk& walk);

}  // namespace framescope::ppp
