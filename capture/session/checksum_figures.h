// What the checksums of a capture's packets are worth, all of them, also of packets without rows.
#pragma once

#include <cstdint>

namespace framescope {

/// How many packets have such a checksum; one that has several, as in a tunnel, counts once.
struct ChecksumFigures {
    std::uint64_t ipWrong = 0;   ///< of an IPv4 header
    std::uint64_t tcpWrong = 0;  ///< of a TCP segment, or of a datagram that this packet completes
    /// Not captured whole, or left to the network card that sent the packet.
    std::uint64_t ipUnverified = 0;
    std::uint64_t tcpUnverified = 0;
};

}  // namespace framescope
