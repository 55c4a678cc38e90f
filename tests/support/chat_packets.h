// The packets of a conversation, put into other orders: what taps, network cards and clocks do to
// captures.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/packet_list.h"

namespace framescope::test {

/// A WebSocket on which both sides speak in turn, each packet a millisecond behind the last one.
PacketList chat(int frames, std::uint16_t clientPort = 40000, bool closes = true,
                std::size_t padding = 0);

/// What the server of a chat() has sent, or what the client has.
PacketList onlyFrom(const PacketList& packets, bool server);
PacketList joined(PacketList first, const PacketList& second);
/// Both directions in turn, so many packets at once.
PacketList inBlocks(const PacketList& packets, std::size_t size);
/// The times of those from `from` on are later by so much.
PacketList moved(PacketList packets, std::size_t from, std::int64_t nanoseconds);

}  // namespace framescope::test
