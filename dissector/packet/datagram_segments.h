// The TCP segment inside a datagram that was put together, as the tracker of connections takes it:
// one call for each run of bytes that lies in one piece in the capture. The sequence number goes on
// with the bytes; SYN comes with the first call, FIN and RST with the last.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/ip/fragment_tracker.h"
#include "dissector/packet/packet.h"

namespace framescope {

/// A part of a segment. `decoded.payloadOffset` counts in the datagram's payload, and together with
/// `fileOffset` (which may wrap around) gives the place of the bytes in the capture.
struct SegmentPart {
    DecodedPacket decoded;
    std::uint64_t fileOffset = 0;
};

/// `decoded` is what the beginning of the datagram's payload decodes to, of kind Tcp. Bytes that
/// were cut from a packet are part of the lengths; those of fragments that are not there are left
/// out, and a FIN behind an end that is not known as well. One part at the least.
std::vector<SegmentPart> segmentParts(const DecodedPacket& decoded, const ip::Datagram& datagram);

}  // namespace framescope
