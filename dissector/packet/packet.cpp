#include "dissector/packet/packet.h"

#include <algorithm>

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ipv4.h"
#include "dissector/ip/ipv6.h"
#include "dissector/link/link_layer.h"

namespace framescope {
namespace {

/// Where IP leads: the transport header's place, and how far the datagram reaches on the wire.
struct IpPayload {
    PacketKind kind = PacketKind::Malformed;
    IpAddress source;
    IpAddress destination;
    std::size_t offset = 0;    ///< of the transport header, from the IP header
    std::uint64_t length = 0;  ///< of the transport header and its payload on the wire
};

PacketKind kindOf(std::uint8_t protocol) {
    switch (protocol) {
        case kProtocolTcp:
            return PacketKind::Tcp;
        case kProtocolUdp:
            return PacketKind::Udp;
        default:
            return PacketKind::OtherIp;
    }
}

/// What a packet is that lacks bytes of a header: cut short if they were on the wire.
PacketKind kindWithout(std::size_t needed, ByteView captured, std::uint64_t wireLength) {
    return needed > captured.size() && needed <= wireLength ? PacketKind::CutShort
                                                            : PacketKind::Malformed;
}

IpPayload unread(PacketKind kind) {
    IpPayload payload;
    payload.kind = kind;
    return payload;
}

/// `wireLength` is the room the link layer left: the announced length cannot be more, and where it
/// is 0 (segmentation left to the network card) it is all of it.
IpPayload parseIpv4(ByteView bytes, std::uint64_t wireLength) {
    const auto header = ipv4::parse(bytes);
    if (!header) return unread(kindWithout(header.needed(), bytes, wireLength));
    if (!header->plausible()) return {};
    std::uint64_t total = header->totalLength == 0 ? wireLength : header->totalLength;
    if (total < header->headerLength) return {};
    total = std::min(total, wireLength);
    IpPayload payload{kindOf(header->protocol), header->source, header->destination,
                      header->headerLength, total - header->headerLength};
    if (header->fragmentOffset != 0) payload.kind = PacketKind::IpFragment;
    return payload;
}

IpPayload parseIpv6(ByteView bytes, std::uint64_t wireLength) {
    const auto header = ipv6::parse(bytes);
    if (!header) return unread(kindWithout(header.needed(), bytes, wireLength));
    if (header->version != 6) return {};
    const ipv6::Chain chain = ipv6::followExtensions(*header, bytes);
    if (chain.cutShort) return unread(kindWithout(chain.needed, bytes, wireLength));
    std::uint64_t total = header->payloadLength == 0
                              ? wireLength
                              : std::uint64_t{header->payloadLength} + ipv6::kHeaderSize;
    total = std::min(total, wireLength);
    if (total < chain.offset) return {};
    IpPayload payload{kindOf(chain.protocol), header->source, header->destination, chain.offset,
                      total - chain.offset};
    if (chain.fragment) payload.kind = PacketKind::IpFragment;
    return payload;
}

}  // namespace

DecodedPacket decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength) {
    DecodedPacket decoded;
    const LinkPayload link = parseLink(linkType, packet);
    const std::uint64_t wire = std::max<std::uint64_t>(originalLength, packet.size());
    IpPayload ip;
    switch (link.protocol) {
        case NetworkProtocol::Ipv4:
            ip = parseIpv4(packet.subspan(link.offset), wire - link.offset);
            break;
        case NetworkProtocol::Ipv6:
            ip = parseIpv6(packet.subspan(link.offset), wire - link.offset);
            break;
        case NetworkProtocol::Other:
            ip.kind = PacketKind::NotIp;
            break;
        case NetworkProtocol::UnknownLink:
            ip.kind = PacketKind::UnknownLink;
            break;
        case NetworkProtocol::CutShort:
            if (packet.size() < wire) ip.kind = PacketKind::CutShort;
            break;
    }
    decoded.kind = ip.kind;
    if (ip.kind != PacketKind::Tcp) return decoded;

    decoded.kind = PacketKind::Malformed;
    decoded.tcpOffset = link.offset + ip.offset;
    const ByteView segment = packet.subspan(std::min(decoded.tcpOffset, packet.size()));
    const auto tcp = tcp::parseFixed(segment);
    if (!tcp) {
        decoded.kind = kindWithout(tcp.needed(), segment, ip.length);
        return decoded;
    }
    // What is not captured of the options is missing by a snap length: they were on the wire.
    if (!tcp->plausible() || tcp->headerLength > ip.length) return decoded;
    decoded.kind = PacketKind::Tcp;
    decoded.tcp = *tcp;
    decoded.source = {ip.source, tcp->sourcePort};
    decoded.destination = {ip.destination, tcp->destinationPort};
    decoded.payloadOffset = std::min(decoded.tcpOffset + tcp->headerLength, packet.size());
    decoded.payloadLength = ip.length - tcp->headerLength;
    // Behind the datagram may stand link padding, which is not payload.
    decoded.payloadCaptured = static_cast<std::size_t>(
        std::min<std::uint64_t>(decoded.payloadLength, packet.size() - decoded.payloadOffset));
    return decoded;
}

void describePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                    tcp::Context context, FieldTree& tree, Place place, std::string& protocols) {
    const LinkPayload link = describeLink(linkType, packet, tree, place, protocols);
    const ByteView network = packet.subspan(std::min(link.offset, packet.size()));
    if (link.protocol == NetworkProtocol::Ipv4) {
        if (const auto header = ipv4::parse(network)) {
            ipv4::describe(*header, network, tree, place.at(link.offset));
            protocols += ":ip";
        }
    } else if (link.protocol == NetworkProtocol::Ipv6) {
        if (const auto header = ipv6::parse(network)) {
            ipv6::describe(*header, network, tree, place.at(link.offset));
            protocols += ":ipv6";
        }
    }
    const DecodedPacket decoded = decodePacket(linkType, packet, originalLength);
    if (decoded.kind != PacketKind::Tcp) return;
    context.payloadLength = decoded.payloadLength;
    context.payload = packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
    tcp::describe(decoded.tcp, packet.subspan(decoded.tcpOffset), context, tree,
                  place.at(decoded.tcpOffset));
    protocols += ":tcp";
}

}  // namespace framescope
