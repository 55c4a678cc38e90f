#include "dissector/packet/packet_fault.h"

#include <algorithm>

#include "dissector/ip/ipv4.h"
#include "dissector/ip/ipv6.h"
#include "dissector/link/plain_header.h"
#include "dissector/packet/walk.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Longest header there is of IP or TCP: what is marked of one that does not fit.
constexpr std::size_t kMostOfHeader = 60;

const char* nameOf(PacketLayer layer) {
    switch (layer) {
        case PacketLayer::Ethernet:
            return "Ethernet header";
        case PacketLayer::VlanTag:
            return "VLAN tag";
        case PacketLayer::FabricPath:
            return "FabricPath header";
        case PacketLayer::MacSec:
            return "MACsec header";
        case PacketLayer::Trill:
            return "TRILL header";
        case PacketLayer::Batman:
            return "B.A.T.M.A.N. header";
        case PacketLayer::NshHeader:
            return "network service header";
        case PacketLayer::Llc:
            return "LLC header";
        case PacketLayer::LinuxCooked:
        case PacketLayer::LinuxCooked2:
            return "Linux cooked header";
        case PacketLayer::BsdLoopback:
            return "BSD loopback header";
        case PacketLayer::Ppp:
        case PacketLayer::PppSerial:
        case PacketLayer::PppDirection:
            return "PPP header";
        case PacketLayer::Pppoe:
            return "PPPoE header";
        case PacketLayer::CiscoHdlc:
            return "Cisco HDLC header";
        case PacketLayer::FrameRelay:
            return "Frame Relay header";
        case PacketLayer::Mpls:
        case PacketLayer::MplsPayload:
        case PacketLayer::MplsInUdp:
            return "MPLS label";
        case PacketLayer::NetfilterLog:
            return "netfilter log header";
        case PacketLayer::PfLog:
            return "packet filter log header";
        case PacketLayer::Wlan:
            return "802.11 header";
        case PacketLayer::Radiotap:
            return "radiotap header";
        case PacketLayer::Prism:
            return "Prism header";
        case PacketLayer::Avs:
            return "AVS header";
        case PacketLayer::Ppi:
            return "PPI header";
        case PacketLayer::Atm:
            return "ATM header";
        case PacketLayer::SunAtm:
            return "SunATM header";
        case PacketLayer::TokenRing:
            return "Token Ring header";
        case PacketLayer::Fddi:
            return "FDDI header";
        case PacketLayer::Slip:
            return "SLIP header";
        case PacketLayer::Erf:
            return "Endace record header";
        case PacketLayer::Pktap:
            return "packet tap header";
        case PacketLayer::Juniper:
            return "Juniper header";
        case PacketLayer::Raw:
        case PacketLayer::Ip:
        case PacketLayer::Fou:
            return "IP header";
        case PacketLayer::Ipv4:
            return "IPv4 header";
        case PacketLayer::Ipv6:
            return "IPv6 header";
        case PacketLayer::Authentication:
            return "IP authentication header";
        case PacketLayer::EtherIp:
            return "Ethernet-within-IP header";
        case PacketLayer::Tcp:
            return "TCP header";
        case PacketLayer::Udp:
            return "UDP header";
        case PacketLayer::Gre:
        case PacketLayer::GreInUdp:
            return "GRE header";
        case PacketLayer::Erspan:
            return "ERSPAN header";
        case PacketLayer::Vxlan:
            return "VXLAN header";
        case PacketLayer::Geneve:
            return "Geneve header";
        case PacketLayer::Gtp:
            return "GTP header";
        case PacketLayer::Teredo:
            return "Teredo header";
        case PacketLayer::L2tp:
        case PacketLayer::L2tpOverIp:
            return "L2TP header";
        case PacketLayer::Lisp:
            return "LISP header";
        case PacketLayer::Ayiya:
            return "AYIYA header";
        case PacketLayer::Gue:
            return "GUE header";
        case PacketLayer::Tzsp:
            return "TZSP header";
        case PacketLayer::Capwap:
            return "CAPWAP header";
        case PacketLayer::None:
        case PacketLayer::PlainTag:
        case PacketLayer::PlainLink:
            break;
    }
    return "link header";
}

std::string nameOf(const WalkEnd& end) {
    const char* known = nullptr;
    if (end.layer == PacketLayer::PlainLink) known = plain_header::nameOfLink(end.type);
    if (end.layer == PacketLayer::PlainTag) known = plain_header::nameOfTag(end.type);
    return known != nullptr ? known + std::string(" header") : nameOf(end.layer);
}

UnreadReason reasonOf(PacketLayer layer) {
    switch (layer) {
        case PacketLayer::Ip:
        case PacketLayer::Ipv4:
        case PacketLayer::Ipv6:
        case PacketLayer::Authentication:
            return UnreadReason::IpHeader;
        case PacketLayer::Tcp:
            return UnreadReason::TcpHeader;
        default:
            return UnreadReason::Header;
    }
}

std::string least(std::size_t size, std::uint64_t there) {
    return "it has at least " + byteCountText(size) + ", and there " +
           (there == 1 ? "is " : "are ") + groupedDigits(there);
}

/// What the header's own length says, against the `there` bytes that are left of its packet.
std::string lengthFault(std::size_t announced, std::size_t minimum, std::uint64_t there) {
    if (announced < minimum) {
        return "it gives its own length as " + byteCountText(announced) + ", and " +
               std::to_string(minimum) + " are the least";
    }
    if (announced > there) {
        return "it gives its own length as " + byteCountText(announced) + ", and there " +
               (there == 1 ? "is " : "are ") + groupedDigits(there);
    }
    return {};
}

std::string ipv4Fault(ByteView bytes, std::uint64_t there) {
    if (there < ipv4::kMinimumHeader || bytes.size() < ipv4::kMinimumHeader) {
        return least(ipv4::kMinimumHeader, there);
    }
    if (const int version = bytes[0] >> 4; version != 4) {
        return "its version is " + std::to_string(version);
    }
    const auto length = static_cast<std::size_t>(bytes[0] & 15) * 4;
    if (std::string fault = lengthFault(length, ipv4::kMinimumHeader, there); !fault.empty()) {
        return fault;
    }
    return "it announces " + byteCountText(readBe16(bytes.data() + 2)) +
           " in all, fewer than its own " + std::to_string(length);
}

std::string ipv6Fault(ByteView bytes, std::uint64_t there) {
    if (there < ipv6::kHeaderSize || bytes.size() < ipv6::kHeaderSize) {
        return least(ipv6::kHeaderSize, there);
    }
    if (const int version = bytes[0] >> 4; version != 6) {
        return "its version is " + std::to_string(version);
    }
    return "its extension headers do not end within the packet";
}

std::string tcpFault(ByteView bytes, std::uint64_t there) {
    constexpr std::size_t kDataOffset = 12;
    if (there < tcp::kMinimumHeader || bytes.size() <= kDataOffset) {
        return least(tcp::kMinimumHeader, there);
    }
    return lengthFault(static_cast<std::size_t>(bytes[kDataOffset] >> 4) * 4, tcp::kMinimumHeader,
                       there);
}

std::string malformation(const WalkEnd& end, ByteView bytes, std::uint64_t there) {
    if (end.tooDeep) {
        return "there are more layers in front of it than the " + std::to_string(kMaxLayers) +
               " that are followed";
    }
    std::string text;
    switch (end.layer) {
        case PacketLayer::Ipv4:
            text = ipv4Fault(bytes, there);
            break;
        case PacketLayer::Ipv6:
            text = ipv6Fault(bytes, there);
            break;
        case PacketLayer::Tcp:
            text = tcpFault(bytes, there);
            break;
        default:
            break;
    }
    if (!text.empty()) return text;
    if (!end.lacking) return "it has values that no such header can have";
    return "it does not fit the " + byteCountText(there) + " that are left of its packet";
}

}  // namespace

std::optional<PacketFault> findFault(std::uint32_t linkType, ByteView packet,
                                     std::uint32_t originalLength) {
    const WalkEnd end = walkToEnd(linkType, packet, originalLength);
    const bool cut = end.kind == PacketKind::CutShort;
    if (!cut && end.kind != PacketKind::Malformed) return std::nullopt;
    PacketFault fault;
    fault.reason = cut ? UnreadReason::CutShort : reasonOf(end.layer);
    fault.header = nameOf(end);
    fault.offset = std::min(end.offset, packet.size());
    const ByteView bytes =
        packet.subspan(fault.offset, std::min<std::uint64_t>(packet.size(), end.end) -
                                         std::min<std::uint64_t>(fault.offset, end.end));
    fault.captured = std::min(bytes.size(), kMostOfHeader);
    const std::uint64_t there = end.end - std::min<std::uint64_t>(fault.offset, end.end);
    fault.sentence = cut ? groupedDigits(packet.size()) + " of " + byteCountText(originalLength) +
                               " were captured"
                         : malformation(end, bytes, there);
    return fault;
}

}  // namespace framescope
