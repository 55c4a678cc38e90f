#include "dissector/packet/packet.h"

#include <array>
#include <cstring>

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ip_steps.h"
#include "dissector/ip/ipv4.h"
#include "dissector/link/batman.h"
#include "dissector/link/bsd_loopback.h"
#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/hdlc.h"
#include "dissector/link/link_layer.h"
#include "dissector/link/linux_cooked.h"
#include "dissector/link/llc.h"
#include "dissector/link/mpls.h"
#include "dissector/link/other_links.h"
#include "dissector/link/packet_log.h"
#include "dissector/link/plain_header.h"
#include "dissector/link/ppp.h"
#include "dissector/link/wlan.h"
#include "dissector/packet/decode_packet.h"
#include "dissector/packet/walk.h"
#include "dissector/tcp/fixed_header.h"
#include "dissector/tunnel/gre.h"
#include "dissector/tunnel/l2tp.h"
#include "dissector/tunnel/udp_tunnels.h"
#include "dissector/tunnel/wireless_tunnels.h"

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
        case PacketLayer::None:
            break;
        case PacketLayer::Ethernet:
            return ethernet::step(walk);
        case PacketLayer::VlanTag:
            return ethernet::stepTag(walk);
        case PacketLayer::FabricPath:
            return ethernet::stepFabricPath(walk);
        case PacketLayer::MacSec:
            return ethernet::stepMacSec(walk);
        case PacketLayer::PlainTag:
            return plain_header::stepTag(walk);
        case PacketLayer::Trill:
            return plain_header::stepTrill(walk);
        case PacketLayer::Batman:
            return batman::step(walk);
        case PacketLayer::NshHeader:
            return plain_header::stepNsh(walk);
        case PacketLayer::Llc:
            return llc::step(walk);
        case PacketLayer::LinuxCooked:
            return linux_cooked::step(walk, 1);
        case PacketLayer::LinuxCooked2:
            return linux_cooked::step(walk, 2);
        case PacketLayer::BsdLoopback:
            return bsd_loopback::step(walk);
        case PacketLayer::Raw:
            return stepRaw(walk);
        case PacketLayer::Ppp:
            return ppp::step(walk);
        case PacketLayer::PppSerial:
            return ppp::stepSerial(walk);
        case PacketLayer::PppDirection:
            return ppp::stepDirection(walk);
        case PacketLayer::Pppoe:
            return ppp::stepOverEthernet(walk);
        case PacketLayer::CiscoHdlc:
            return hdlc::stepCisco(walk);
        case PacketLayer::FrameRelay:
            return hdlc::stepFrameRelay(walk);
        case PacketLayer::Mpls:
            return mpls::step(walk);
        case PacketLayer::MplsPayload:
            return mpls::stepPayload(walk);
        case PacketLayer::NetfilterLog:
            return packet_log::stepNetfilter(walk);
        case PacketLayer::PfLog:
            return packet_log::stepPf(walk);
        case PacketLayer::Wlan:
            return wlan::step(walk);
        case PacketLayer::Radiotap:
            return wlan::stepRadiotap(walk);
        case PacketLayer::Prism:
            return wlan::stepPrism(walk);
        case PacketLayer::Avs:
            return wlan::stepAvs(walk);
        case PacketLayer::Ppi:
            return wlan::stepPpi(walk);
        case PacketLayer::Atm:
            return other_links::stepAtm(walk);
        case PacketLayer::SunAtm:
            return other_links::stepSunAtm(walk);
        case PacketLayer::TokenRing:
            return other_links::stepTokenRing(walk);
        case PacketLayer::Fddi:
            return other_links::stepFddi(walk);
        case PacketLayer::Slip:
            return other_links::stepSlip(walk);
        case PacketLayer::Erf:
            return other_links::stepErf(walk);
        case PacketLayer::Pktap:
            return other_links::stepPktap(walk);
        case PacketLayer::Juniper:
            return other_links::stepJuniper(walk);
        case PacketLayer::PlainLink:
            return plain_header::stepLink(walk);
        case PacketLayer::Ip:
            return ip::step(walk);
        case PacketLayer::Ipv4:
            return ip::stepV4(walk);
        case PacketLayer::Ipv6:
            return ip::stepV6(walk);
        case PacketLayer::Tcp:
            return stepTcp(walk);
        case PacketLayer::Authentication:
            return ip::stepAuthentication(walk);
        case PacketLayer::EtherIp:
            return ip::stepEtherIp(walk);
        case PacketLayer::Udp:
            return udp::step(walk);
        case PacketLayer::Gre:
            return gre::step(walk);
        case PacketLayer::Erspan:
            return gre::stepErspan(walk);
        case PacketLayer::Vxlan:
            return udp::stepVxlan(walk);
        case PacketLayer::Geneve:
            return udp::stepGeneve(walk);
        case PacketLayer::Gtp:
            return udp::stepGtp(walk);
        case PacketLayer::MplsInUdp:
            return udp::stepMpls(walk);
        case PacketLayer::GreInUdp:
            return udp::stepGre(walk);
        case PacketLayer::Teredo:
            return udp::stepTeredo(walk);
        case PacketLayer::L2tp:
            return l2tp::step(walk);
        case PacketLayer::L2tpOverIp:
            return l2tp::stepOverIp(walk);
        case PacketLayer::Lisp:
            return udp::stepLisp(walk);
        case PacketLayer::Ayiya:
            return udp::stepAyiya(walk);
        case PacketLayer::Gue:
            return udp::stepGue(walk);
        case PacketLayer::Fou:
            return udp::stepFou(walk);
        case PacketLayer::Tzsp:
            return wireless_tunnels::stepTzsp(walk);
        case PacketLayer::Capwap:
            return wireless_tunnels::stepCapwap(walk);
    }
}

/// Takes the steps from `walk.next` on. Returns the layer of the last one.
PacketLayer finish(Walk& walk) {
    PacketLayer last = PacketLayer::None;
    for (int layers = 0; walk.next != PacketLayer::None; ++layers) {
        last = walk.next;
        if (layers == kMaxLayers) {
            walk.tooDeep = true;
            walk.stop(PacketKind::Malformed);
            break;
        }
        step(walk);
    }
    // What did not turn out to be a tunnel was plain UDP.
    if (walk.inUdp && walk.decoded.kind == PacketKind::Malformed) {
        walk.decoded.kind = PacketKind::Udp;
    }
    return last;
}

PacketLayer walkFrom(Walk& walk, std::uint32_t linkType) {
    walk.next = firstLayer(linkType);
    walk.type = static_cast<std::uint16_t>(linkType);
    if (walk.next == PacketLayer::None) walk.stop(PacketKind::UnknownLink);
    return finish(walk);
}

void setIpv4(IpAddress& address, const std::uint8_t* from) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), from, 4);
    address.version = 4;
    static_assert(sizeof words == sizeof address.bytes);
    std::memcpy(address.bytes.data(), words.data(), sizeof words);
}

/// What nearly all packets of nearly all captures are: Ethernet, IPv4 without fragments, TCP, no
/// tag and no tunnel, captured as far as the TCP header reaches. Sets what the steps would leave
/// there but the fragment; false, with nothing set, for any other packet. A test holds it against
/// the steps. Each member is written once and in one piece: what is read again soon after it was
/// written in smaller ones keeps the processor waiting.
bool decodePlain(ByteView packet, std::uint32_t originalLength, DecodedPacket& decoded) {
    constexpr std::size_t kIp = ethernet::kHeaderSize;
    constexpr std::size_t kHeaders = kIp + ipv4::kMinimumHeader + tcp::kMinimumHeader;
    if (packet.size() < kHeaders) return false;
    const std::uint8_t* const ip = packet.data() + kIp;
    if (readBe16(ip - 2) != kEtherIpv4 || ip[0] >> 4 != 4 || ip[9] != kProtocolTcp) return false;
    const std::size_t ipLength = (ip[0] & 15U) * 4;
    constexpr std::uint16_t kFragmentBits = 0x3fff;
    if (ipLength < ipv4::kMinimumHeader || (readBe16(ip + 6) & kFragmentBits) != 0) return false;
    std::uint64_t end = std::max<std::uint64_t>(originalLength, packet.size());
    // 0 leaves it to the network card how long its packets become.
    if (const std::uint64_t announced = readBe16(ip + 2); announced != 0) {
        end = std::min(end, kIp + announced);
    }
    const std::size_t tcpAt = kIp + ipLength;
    if (end < tcpAt + tcp::kMinimumHeader || packet.size() < tcpAt + tcp::kMinimumHeader) {
        return false;
    }
    const std::uint8_t* const tcp = packet.data() + tcpAt;
    const std::size_t headerLength = tcp::headerLengthAt(tcp);
    const std::uint64_t payloadAt = tcpAt + headerLength;
    if (headerLength < tcp::kMinimumHeader || payloadAt > end || payloadAt > packet.size()) {
        return false;
    }
    decoded.kind = PacketKind::Tcp;
    setIpv4(decoded.source.address, ip + 12);
    setIpv4(decoded.destination.address, ip + 16);
    tcp::readFixed(tcp, decoded.tcp);
    decoded.source.port = decoded.tcp.sourcePort;
    decoded.destination.port = decoded.tcp.destinationPort;
    decoded.tunnelled = false;
    decoded.network = 0;
    decoded.tcpOffset = tcpAt;
    decoded.payloadOffset = payloadAt;
    decoded.payloadLength = end - payloadAt;
    decoded.payloadCaptured = static_cast<std::size_t>(
        std::min<std::uint64_t>(decoded.payloadLength, packet.size() - payloadAt));
    return true;
}

DecodedPacket walkPacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                         Scribe* scribe) {
    DecodedPacket decoded;
    Walk walk(packet, originalLength, decoded, scribe);
    walkFrom(walk, linkType);
    return decoded;
}

DecodedPacket walkDatagram(const IpAddress& source, const IpAddress& destination,
                           std::uint8_t protocol, ByteView payload, std::uint64_t length,
                           std::uint32_t network, Scribe* scribe) {
    DecodedPacket decoded;
    decoded.source.address = source;
    decoded.destination.address = destination;
    decoded.network = network;
    Walk walk(payload, length, decoded, scribe);
    ip::stepPayload(walk, protocol);
    finish(walk);
    return decoded;
}

}  // namespace

void Walk::goIpProtocol(std::uint8_t protocol, std::size_t size) {
    switch (protocol) {
        case kProtocolTcp:
            return go(PacketLayer::Tcp, size);
        case kProtocolUdp:
            return go(PacketLayer::Udp, size);
        case kProtocolIpv4:
            return go(PacketLayer::Ipv4, size);
        case kProtocolIpv6:
            return go(PacketLayer::Ipv6, size);
        case kProtocolGre:
            return go(PacketLayer::Gre, size);
        case kProtocolAuthentication:
            return go(PacketLayer::Authentication, size);
        case kProtocolEtherIp:
            return go(PacketLayer::EtherIp, size);
        case kProtocolMpls:
            return go(PacketLayer::Mpls, size);
        case kProtocolEthernet:
            return go(PacketLayer::Ethernet, size);
        case kProtocolL2tp:
            return go(PacketLayer::L2tpOverIp, size);
        default:
            return stopUnread(UnreadContent::By::IpProtocol, protocol);
    }
}

WalkEnd walkToEnd(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength) {
    DecodedPacket decoded;
    Walk walk(packet, originalLength, decoded, nullptr);
    const PacketLayer last = walkFrom(walk, linkType);
    return {decoded.kind, last, walk.offset, walk.end, walk.type, walk.lacking, walk.tooDeep};
}

void decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength,
                  DecodedPacket& decoded) {
    if (linkType == kLinkEthernet && decodePlain(packet, originalLength, decoded)) return;
    decoded = walkPacket(linkType, packet, originalLength, nullptr);
}

DecodedPacket decodePacket(std::uint32_t linkType, ByteView packet, std::uint32_t originalLength) {
    DecodedPacket decoded;
    decodePacket(linkType, packet, originalLength, decoded);
    return decoded;
}

DecodedPacket decodeDatagram(const IpAddress& source, const IpAddress& destination,
                             std::uint8_t protocol, ByteView payload, std::uint64_t length,
                             std::uint32_t network) {
    return walkDatagram(source, destination, protocol, payload, length, network, nullptr);
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
    return walkDatagram(source, destination, protocol, payload, length, 0, &scribe);
}

}  // namespace framescope
