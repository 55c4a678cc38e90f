// The steps of a walk through the headers of IP, down to what they carry.
#pragma once

#include "dissector/packet/walk.h"

namespace framescope::ip {

/// Tells the version by the first nibble.
void step(Walk& walk);
/// RFC 791. Ends the walk at a fragment.
void stepV4(Walk& walk);
/// RFC 8200, extension headers included. Ends the walk at a fragment.
void stepV6(Walk& walk);
/// The authentication header, RFC 4302 section 2.
void stepAuthentication(Walk& walk);
/// Ethernet frames within IP, RFC 3378.
void stepEtherIp(Walk& walk);

/// True if the bytes can be the beginning of a datagram that fits into `wireLength` bytes.
bool looksLikeHeader(ByteView bytes, std::uint64_t wireLength);

/// The payload of a datagram whose header stands elsewhere: addresses are set already.
void stepPayload(Walk& walk, std::uint8_t protocol);

}  // namespace framescope::ip
