// What a capture file says about a packet beside its bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace framescope {

/// Most bytes a packet, or the block around it, may have; one that claims more is damaged.
inline constexpr std::uint32_t maxPacketLength = 256u << 20;

/// Comments of one packet that are kept. People write one or two.
inline constexpr std::size_t maxPacketComments = 64;

/// The link type of packets whose interface the capture does not describe.
inline constexpr std::uint32_t unknownLinkType = 0xffffffff;

struct PacketHeader {
    std::int64_t timeNs = 0;           ///< Nanoseconds since 1970-01-01 UTC. Only if hasTime.
    bool hasTime = false;              ///< Simple packet blocks have none.
    std::uint32_t capturedLength = 0;  ///< Bytes in the file.
    std::uint32_t originalLength = 0;  ///< Bytes on the wire.
    std::uint32_t linkType = 0;        ///< LINKTYPE_ value, or unknownLinkType.
    std::uint32_t interface = 0;       ///< Index in CaptureLayout::interfaces; as
                                       ///< the packet names it where that is unknown.
    std::uint64_t dataOffset = 0;      ///< Position of the packet's bytes in the capture.
    std::uint64_t recordOffset = 0;    ///< Position of the pcap record or pcapng block.
    std::uint64_t dropped = 0;         ///< Packets the capturing system dropped before this one.

    bool operator==(const PacketHeader&) const = default;
};

}  // namespace framescope
