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

Layer layerOfEtherType(std::uint16_t etherType) {
    switch (etherType) {
        case kEtherIpv4:
            return Layer::Ipv4;
        case kEtherIpv6:
            return Layer::Ipv6;
        case kEtherVlan:
        case kEtherProviderBridge:
        case kEtherQinQ1:
        case kEtherQinQ2:
        case kEtherQinQ3:
            return Layer::VlanTag;
        case kEtherPppoe:
            return Layer::Pppoe;
        case kEtherMpls:
        case kEtherMplsUpstream:
            return Layer::Mpls;
        case kEtherBridged:
            return Layer::Ethernet;
        case kEtherPpp:
            return Layer::Ppp;
        case kEtherJumboLlc:
            return Layer::Llc;
        case kEtherFabricPath:
            return Layer::FabricPath;
        case kEtherMacSec:
            return Layer::MacSec;
        case kEtherTrill:
            return Layer::Trill;
        case kEtherNsh:
            return Layer::NshHeader;
        default:
            return plain_header::isEtherType(etherType) ? Layer::PlainTag : Layer::None;
    }
}

void Walk::goEtherType(std::uint16_t etherType, std::size_t size) {
    const Layer layer = layerOfEtherType(etherType);
    if (layer == Layer::None) return stopUnread();
    type = etherType;
    go(layer, size);
}

std::string etherTypeText(std::uint16_t etherType) {
    std::string number = formatValue(FieldType::Hex16, std::uint64_t{etherType});
    const char* const name = nameOf(etherType);
    return name == nullptr ? number : std::string(name) + " (" + number + ")";
}

}  // namespace framescope
