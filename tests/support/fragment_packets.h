// Packets cut into IP fragments, as a path with a smaller MTU does it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/packet_list.h"

namespace framescope::test {

/// The same TCP segments over IPv6, without link headers. IPv4 packets with options are left out.
PacketList overIpv6(const PacketList& packets);

/// The fragments of one packet whose IP header (IPv4 without options, or IPv6 without extension
/// headers) leads to TCP, none of them longer than `mtu` from the IP header on; the packet itself
/// if it is short enough, or another. `identification` is that of the datagram.
PacketList fragmentsOf(const ListedPacket& packet, std::size_t mtu, std::uint32_t identification);

/// How a capture is fragmented.
struct Fragmenting {
    std::size_t mtu = 576;
    bool shuffled = true;     ///< the fragments of a packet among themselves
    std::size_t percent = 0;  ///< fragments that come a second time,
    std::size_t behind = 30;  ///< at most so many packets later
};
/// All packets, each datagram complete before the next one is.
PacketList fragmented(const PacketList& packets, const Fragmenting& how, std::uint32_t seed);

}  // namespace framescope::test
