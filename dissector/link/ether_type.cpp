#include "dissector/link/ether_type.h"

#include "dissector/field/field_value.h"
#include "dissector/link/plain_header.h"

namespace framescope {
namespace {

const char* nameOf(std::uint16_t etherType) {
    switch (etherType) {
        case kEtherIpv4:
            return "IPv4";
        case kEtherIpv6:
            return "IPv6";
        case kEtherArp:
            return "ARP";
        case kEtherVlan:
            return "802.1Q";
        case kEtherProviderBridge:
            return "802.1ad";
        case kEtherQinQ1:
        case kEtherQinQ2:
        case kEtherQinQ3:
            return "QinQ";
        case kEtherTrill:
            return "TRILL";
        case kEtherBridged:
            return "bridged Ethernet";
        case kEtherPpp:
            return "PPP";
        case kEtherMpls:
        case kEtherMplsUpstream:
            return "MPLS";
        case kEtherPppoeDiscovery:
            return "PPPoE discovery";
        case kEtherPppoe:
            return "PPPoE";
        case kEtherMacSec:
            return "MACsec";
        case kEtherFabricPath:
            return "FabricPath";
        case kEtherNsh:
            return "NSH";
        case kEtherBatman:
            return "B.A.T.M.A.N.";
        // What is not read but often there:
        case 0x0842:
            return "wake on LAN";
        case 0x8035:
            return "RARP";
        case 0x8809:
            return "slow protocols";
        case 0x888e:
            return "EAP over LAN";
        case 0x8892:
            return "PROFINET";
        case 0x88a2:
            return "ATA over Ethernet";
        case 0x88b8:
            return "GOOSE";
        case 0x88cc:
            return "LLDP";
        case 0x88f7:
            return "PTP";
        case 0x8902:
            return "802.1ag";
        case 0x8906:
            return "FCoE";
        case 0x9000:
            return "loopback test";
        default:
            return nullptr;
    }
}

}  // namespace

PacketLayer layerOfEtherType(std::uint16_t etherType) {
    switch (etherType) {
        case kEtherIpv4:
            return PacketLayer::Ipv4;
        case kEtherIpv6:
            return PacketLayer::Ipv6;
        case kEtherVlan:
        case kEtherProviderBridge:
        case kEtherQinQ1:
        case kEtherQinQ2:
        case kEtherQinQ3:
            return PacketLayer::VlanTag;
        case kEtherPppoe:
            return PacketLayer::Pppoe;
        case kEtherMpls:
        case kEtherMplsUpstream:
            return PacketLayer::Mpls;
        case kEtherBridged:
            return PacketLayer::Ethernet;
        case kEtherPpp:
            return PacketLayer::Ppp;
        case kEtherJumboLlc:
            return PacketLayer::Llc;
        case kEtherFabricPath:
            return PacketLayer::FabricPath;
        case kEtherMacSec:
            return PacketLayer::MacSec;
        case kEtherTrill:
            return PacketLayer::Trill;
        case kEtherNsh:
            return PacketLayer::NshHeader;
        case kEtherBatman:
            return PacketLayer::Batman;
        default:
            return plain_header::isEtherType(etherType) ? PacketLayer::PlainTag : PacketLayer::None;
    }
}

void Walk::goEtherType(std::uint16_t etherType, std::size_t size) {
    const PacketLayer layer = layerOfEtherType(etherType);
    if (layer == PacketLayer::None) return stopUnread(UnreadContent::By::EtherType, etherType);
    type = etherType;
    go(layer, size);
}

std::string etherTypeText(std::uint16_t etherType) {
    std::string number = formatValue(FieldType::Hex16, std::uint64_t{etherType});
    const char* const name = nameOf(etherType);
    return name == nullptr ? number : std::string(name) + " (" + number + ")";
}

}  // namespace framescope
