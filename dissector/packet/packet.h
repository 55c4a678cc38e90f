// A captured packet down to its innermost TCP segment: link layers, tags, tunnels, IP.
// `decodePacket` is the fast way the ingest takes; `describePacket` takes the same steps and writes
// each layer into a tree. The steps themselves stand with their protocols, in dissector/link,
// dissector/ip and dissector/tunnel; walk.h says how they work together.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/fragment.h"
#include "dissector/ip/ip_address.h"
#include "dissector/packet/unread_content.h"
#include "dissector/tcp/tcp_header.h"

namespace framescope {

/// Layers that are followed before a packet is taken for nonsense.
inline constexpr int kMaxLayers = 64;

/// What a packet turned out to be; behind tunnels, what the innermost layer that was read is.
enum class PacketKind : std::uint8_t {
    Tcp,
    Udp,
    OtherIp,
    IpFragment,  ///< part of a datagram, the first or another
    NotIp,
    UnknownLink,
    Malformed,  ///< a header does not fit the packet, or what is around it
    CutShort,   ///< less was captured than its headers down to TCP's fixed part
};

struct DecodedPacket {
    PacketKind kind = PacketKind::Malformed;
    // For Tcp only.
    Endpoint source;
    Endpoint destination;
    tcp::Header tcp;
    std::size_t tcpOffset = 0;  ///< of the TCP header in the packet
    /// Of the TCP payload in the packet; the end of the packet where only the options were
    /// captured, or not even they.
    std::size_t payloadOffset = 0;
    std::size_t payloadCaptured = 0;  ///< bytes of it in the capture
    std::uint64_t payloadLength = 0;  ///< bytes of it on the wire, at least the captured ones
    bool tunnelled = false;           ///< the last IP header stands inside of another one
    /// The tags and tunnels that tell networks apart which may use the same addresses (VLANs, MPLS
    /// labels, PPPoE sessions, keys of GRE, VXLAN, Geneve and GTP, both ends of IP headers around
    /// the last one), as one number; 0 if there is none.
    std::uint32_t network = 0;
    // For IpFragment only.
    ip::Fragment fragment;
    // For Udp, OtherIp and NotIp only: the innermost thing that is not read.
    UnreadContent unread;
};

/// Accepts every bit pattern. `originalLength` is the packet's length on the wire.
DecodedPacket decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength);

/// The same for the payload of a datagram, put together from its fragments: goes on where their IP
/// headers end. `protocol` and `network` are what fragments call theirs (ip::Fragment). `length` is
/// the payload's length on the wire, at least what `payload` has; offsets count in `payload`.
DecodedPacket decodeDatagram(const IpAddress& source, const IpAddress& destination,
                             std::uint8_t protocol, ByteView payload, std::uint64_t length,
                             std::uint32_t network = 0);

/// Appends the packet's layers. `context.payloadLength` is filled in here. `protocols` gets the
/// layers' names, each preceded by a colon. Returns what decodePacket() returns.
DecodedPacket describePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                             tcp::Context context, FieldTree& tree, Place place,
                             std::string& protocols);

/// Appends the layers of a datagram's payload, as decodeDatagram() reads them.
DecodedPacket describeDatagram(const IpAddress& source, const IpAddress& destination,
                               std::uint8_t protocol, ByteView payload, std::uint64_t length,
                               tcp::Context context, FieldTree& tree, Place place,
                               std::string& protocols);

}  // namespace framescope
