// EtherType numbers (IEEE 802, RFC 9542) and how they are said.
#pragma once

#include <cstdint>
#include <string>

#include "dissector/packet/walk.h"

namespace framescope {

enum EtherType : std::uint16_t {
    kEtherIpv4 = 0x0800,
    kEtherArp = 0x0806,
    kEtherVlan = 0x8100,
    kEtherIpv6 = 0x86dd,
    kEtherProviderBridge = 0x88a8,  ///< 802.1ad, the outer tag of QinQ
    kEtherQinQ1 = 0x9100,           ///< what QinQ used before 802.1ad
    kEtherQinQ2 = 0x9200,
    kEtherQinQ3 = 0x9300,
    kEtherTrill = 0x22f3,
    kEtherBridged = 0x6558,  ///< Ethernet frames in GRE and what came after it
    kEtherPpp = 0x880b,
    kEtherMpls = 0x8847,
    kEtherMplsUpstream = 0x8848,
    kEtherPppoeDiscovery = 0x8863,
    kEtherPppoe = 0x8864,
    kEtherJumboLlc = 0x8870,  ///< IEEE 802.2 in frames longer than a length can say
    kEtherBatman = 0x4305,
    kEtherMacSec = 0x88e5,
    kEtherFabricPath = 0x8903,
    kEtherNsh = 0x894f,
};
/// Smaller ones are lengths: what follows is IEEE 802.2 (IEEE 802.3 section 3.2.6).
inline constexpr std::uint16_t kFirstEtherType = 0x0600;

/// What follows an EtherType; PacketLayer::None for what is not read.
PacketLayer layerOfEtherType(std::uint16_t etherType);
/// "IPv4 (0x0800)".
std::string etherTypeText(std::uint16_t etherType);

}  // namespace framescope
