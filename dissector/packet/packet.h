// A captured packet down to its TCP segment: link, IP, TCP. `decodePacket` is the fast way the
// ingest takes; `describePacket` walks the same parsers to build the tree.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"
#include "dissector/tcp/tcp_header.h"

namespace framescope {

/// What a packet turned out to be.
enum class PacketKind : std::uint8_t {
    Tcp,
    Udp,
    OtherIp,
    IpFragment,  ///< a fragment behind the first one
    NotIp,
    UnknownLink,
    Malformed,  ///< a header does not fit the packet
    CutShort,   ///< less was captured than its headers down to TCP's fixed part
};

struct DecodedPacket {
    PacketKind kind = PacketKind::Malformed;
    // The rest for Tcp only.
    Endpoint source;
    Endpoint destination;
    tcp::Header tcp;
    std::size_t tcpOffset = 0;  ///< of the TCP header in the packet
    /// Of the TCP payload in the packet; the end of the packet where only the options were
    /// captured, or not even they.
    std::size_t payloadOffset = 0;
    std::size_t payloadCaptured = 0;  ///< bytes of it in the capture
    std::uint64_t payloadLength = 0;  ///< bytes of it on the wire, at least the captured ones
};

/// Accepts every bit pattern. `originalLength` is the packet's length on the wire.
DecodedPacket decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength);

/// Appends the packet's layers. `context.payloadLength` is filled in here. `protocols` gets the
/// layers' names, each preceded by a colon.
void describePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                    tcp::Context context, FieldTree& tree, Place place, std::string& protocols);

}  // namespace framescope
