// The packets of a capture as a list in memory, to be put into another order, damaged, repeated or
// left out, and to be written as a capture again: what networks and capturing do to packets.
//
// Strategy: whatever format a capture has, its packets become blocks of one plain pcapng file with
// an interface for each link type, so that every mutation is one function on a list. Mutations take
// a seed and are the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::test {

struct ListedPacket {
    std::int64_t timeNs = 0;
    std::uint32_t linkType = 0;
    std::uint32_t originalLength = 0;
    Bytes data;
};
using PacketList = std::vector<ListedPacket>;

/// All packets of a capture file; none if it cannot be read.
PacketList readPackets(const std::string& path);
/// A pcapng file with these packets, in nanoseconds.
Bytes asPcapng(const PacketList& packets);

/// Each byte of the packets is damaged with this probability, in the ways of `editcap -E`: a bit,
/// the byte, a letter or digit, a conversion of printf, 0xaa.
PacketList damaged(PacketList packets, double probability, std::uint32_t seed);

/// Who keeps the time of day when packets change places.
enum class Times {
    Travel,  ///< each packet keeps its own: times run backwards
    Stay     ///< the capture's times stay in order
};
/// No packet moves further than `window` - 1 places.
PacketList shuffled(const PacketList& packets, std::size_t window, Times times, std::uint32_t seed);

/// Each packet twice, the copy 1 to `distance` places behind the first one (of the new list).
PacketList doubled(const PacketList& packets, std::size_t distance, std::uint32_t seed);

/// Whether each packet is lost, every one with this probability.
std::vector<bool> chosenLosses(std::size_t packets, double probability, std::uint32_t seed);
PacketList without(const PacketList& packets, const std::vector<bool>& lost);

}  // namespace framescope::test
