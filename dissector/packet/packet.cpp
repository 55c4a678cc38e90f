#include "dissector/packet/packet.h"

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ip_steps.h"
#include "dissector/link/bsd_loopback.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/link_layer.h"
#include "dissector/link/linux_cooked.h"
#include "dissector/packet/walk.h"

namespace framescope {
namespace {

void stepTcp(Walk& walk) {
    DecodedPacket& decoded = walk.decoded;
    const ByteView segment = walk.rest();
    const auto header = tcp::parseFixed(segment);
    if (!header) return walk.lacks(header.needed());
    // What is not captured of the options is missing by a snap length: they were on the wire.
    if (!header->plausible() || header->headerLength > walk.wireLength()) {
        return walk.stop(PacketKind::Malformed);
    }
    decoded.tcp = *header;
    decoded.tcpOffset = walk.offset;
    decoded.source.port = header->sourcePort;
    decoded.destination.port = header->destinationPort;
    decoded.payloadOffset =
        std::min<std::size_t>(walk.offset + header->headerLength, walk.packet.size());
    decoded.payloadLength = walk.wireLength() - header->headerLength;
    // Behind the datagram may stand link padding, which is not payload.
    decoded.payloadCaptured = static_cast<std::size_t>(
        std::min<std::uint64_t>(decoded.payloadLength, walk.packet.size() - decoded.payloadOffset));
    if (walk.scribe != nullptr) {
        tcp::Context& context = walk.scribe->context;
        context.payloadLength = decoded.payloadLength;
        context.payload = walk.packet.subspan(decoded.payloadOffset, decoded.payloadCaptured);
        tcp::describe(*header, segment, context, walk.scribe->tree, walk.place());
        walk.scribe->protocols += ":tcp";
    }
    walk.stop(PacketKind::Tcp);
}

void step(Walk& walk) {
    switch (walk.next) {
        case Layer::None:
            break;
        case Layer::Ethernet:
            return ethernet::step(walk);
        case Layer::VlanTag:
            return ethernet::stepTag(walk);
        case Layer::LinuxCooked:
            return linux_cooked::step(walk, 1);
        case Layer::LinuxCooked2:
            return linux_cooked::step(walk, 2);
        case Layer::BsdLoopback:
            return bsd_loopback::step(walk);
        case Layer::Raw:
            return stepRaw(walk);
        case Layer::Ip:
            return ip::step(walk);
        case Layer::Ipv4:
            return ip::stepV4(walk);
        case Layer::Ipv6:
            return ip::stepV6(walk);
        case Layer::Tcp:
            return stepTcp(walk);
        case Layer::Udp:
            return walk.stop(PacketKind::Udp);
    }
}

/// Takes the steps from `walk.next` on.
void finish(Walk& walk) {
    for (int layers = 0; walk.next != Layer::None; ++layers) {
        if (layers == kMaxLayers) walk.stop(PacketKind::Malformed);
        step(walk);
    }
    // What did not turn out to be a tunnel was plain UDP.
    if (walk.inUdp && walk.decoded.kind == PacketKind::Malformed) {
        walk.decoded.kind = PacketKind::Udp;
    }
}

DecodedPacket walkPacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                         Scribe* scribe) {
    DecodedPacket decoded;
    Walk walk(packet, originalLength, decoded, scribe);
    walk.next = firstLayer(linkType);
    if (walk.next == Layer::None) walk.stop(PacketKind::UnknownLink);
    finish(walk);
    return decoded;
}

DecodedPacket walkDatagram(const IpAddress& source, const IpAddress& destination,
                           std::uint8_t protocol, ByteView payload, std::uint64_t length,
                           Scribe* scribe) {
    DecodedPacket decoded;
    decoded.source.address = source;
    decoded.destination.address = destination;
    Walk walk(payload, length, decoded, scribe);
    ip::stepPayload(walk, protocol);
    finish(walk);
    return decoded;
}

}  // namespace

void Walk::goIpProtocol(std::uint8_t protocol, std::size_t size) {
    switch (protocol) {
        case kProtocolTcp:
            return go(Layer::Tcp, size);
        case kProtocolUdp:
            return go(Layer::Udp, size);
        default:
            return stopUnread();
    }
}

DecodedPacket decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength) {
    return walkPacket(linkType, packet, originalLength, nullptr);
}

DecodedPacket decodeDatagram(const IpAddress& source, const IpAddress& destination,
                             std::uint8_t protocol, ByteView payload, std::uint64_t length) {
    return walkDatagram(source, destination, protocol, payload, length, nullptr);
}

DecodedPacket decodeFirstFragment(const DecodedPacket& decoded, ByteView packet) {
    const ip::Fragment& fragment = decoded.fragment;
    if (decoded.kind != PacketKind::IpFragment || fragment.offset != 0) return decoded;
    DecodedPacket inner = decodeDatagram(fragment.source, fragment.destination, fragment.protocol,
                                         packet.subspan(fragment.dataOffset, fragment.dataCaptured),
                                         fragment.dataLength);
    inner.tcpOffset += fragment.dataOffset;
    inner.payloadOffset += fragment.dataOffset;
    inner.fragment.dataOffset += fragment.dataOffset;
    return inner;
}

DecodedPacket describePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                             tcp::Context context, FieldTree& tree, Place place,
                             std::string& protocols) {
    Scribe scribe{tree, place, protocols, context};
    return walkPacket(linkType, packet, originalLength, &scribe);
}

DecodedPacket describeDatagram(const IpAddress& source, const IpAddress& destination,
                               std::uint8_t protocol, ByteView payload, std::uint64_t length,
                               tcp::Context context, FieldTree& tree, Place place,
                               std::string& protocols) {
    Scribe scribe{tree, place, protocols, context};
    return walkDatagram(source, destination, protocol, payload, length, &scribe);
}

}  // namespace framescope
