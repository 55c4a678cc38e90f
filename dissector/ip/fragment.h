// One fragment of an IP datagram (RFC 791 section 3.2, RFC 8200 section 4.5): what tells which
// datagram it belongs to, and which part of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dissector/ip/ip_address.h"

namespace framescope::ip {

/// Fragments of one datagram agree in network, source, destination and identification, over IPv4
/// also in the protocol (RFC 8200 section 4.5 takes that of the first fragment).
struct Fragment {
    IpAddress source;
    IpAddress destination;
    std::uint32_t identification = 0;  ///< 16 bits over IPv4, 32 over IPv6
    /// Of the datagram's payload; over IPv6 the Next Header of the fragment header, which may be
    /// another extension header.
    std::uint8_t protocol = 0;
    std::uint32_t network = 0;     ///< of the packet, see DecodedPacket
    std::uint32_t offset = 0;      ///< bytes, of this part in the datagram's payload
    bool more = false;             ///< it is not the last part
    std::size_t dataOffset = 0;    ///< of the part's bytes in the packet
    std::size_t dataCaptured = 0;  ///< bytes of it in the capture
    std::uint64_t dataLength = 0;  ///< bytes of it on the wire, at least the captured ones
};

}  // namespace framescope::ip
