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
