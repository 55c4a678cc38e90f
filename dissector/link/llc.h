// Logical link control: IEEE 802.2 headers with SNAP (RFC 1042), and the network layer identifiers
// of ISO/IEC TR 9577 that Frame Relay shares (RFC 2427 section 3).
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::llc {

void step(Walk& walk);

/// Goes on behind `size` bytes, the last five of which are a SNAP header: organization and type.
void goSnap(Walk& walk, std::size_t size);
/// Goes on behind `size` bytes, with what a network layer identifier names. Where that is SNAP, its
/// header follows them.
void goNlpid(Walk& walk, std::uint8_t nlpid, std::size_t size);

}  // namespace framescope::llc
