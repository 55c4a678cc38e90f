#include "dissector/link/ether_type.h"

#include "dissector/field/field_value.h"

namespace framescope {

NetworkProtocol networkProtocol(std::uint16_t etherType) {
    if (etherType == kEtherIpv4) return NetworkProtocol::Ipv4;
    if (etherType == kEtherIpv6) return NetworkProtocol::Ipv6;
    return NetworkProtocol::Other;
}

std::string etherTypeText(std::uint16_t etherType) {
    std::string number = formatValue(FieldType::Hex16, std::uint64_t{etherType});
    switch (etherType) {
        case kEtherIpv4:
            return "IPv4 (" + number + ")";
        case kEtherIpv6:
            return "IPv6 (" + number + ")";
        case kEtherArp:
            return "ARP (" + number + ")";
        case kEtherVlan:
            return "802.1Q (" + number + ")";
        case kEtherProviderBridge:
            return "802.1ad (" + number + ")";
        case kEtherQinQOld:
            return "QinQ (" + number + ")";
        default:
            return number;
    }
}

}  // namespace framescope
