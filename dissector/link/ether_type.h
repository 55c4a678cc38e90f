// EtherType numbers (IEEE 802, RFC 9542) and how they are said.
#pragma once

#include <cstdint>
#include <string>

#include "dissector/link/link_layer.h"

namespace framescope {

enum EtherType : std::uint16_t {
    kEtherIpv4 = 0x0800,
    kEtherArp = 0x0806,
    kEtherVlan = 0x8100,
    kEtherIpv6 = 0x86dd,
    kEtherProviderBridge = 0x88a8,  ///< 802.1ad, the outer tag of QinQ
    kEtherQinQOld = 0x9100,         ///< what QinQ used before 802.1ad
};

inline bool isVlanTag(std::uint16_t type) {
    return type == kEtherVlan || type == kEtherProviderBridge || type == kEtherQinQOld;
}
/// The network protocol a type names.
NetworkProtocol networkProtocol(std::uint16_t etherType);
/// "IPv4 (0x0800)".
std::string etherTypeText(std::uint16_t etherType);

}  // namespace framescope
