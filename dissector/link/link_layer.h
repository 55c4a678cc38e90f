// The link types that are read, and the layer each begins with. To add one: a step in a pair of
// files, a value of walk.h's PacketLayer, and a case here and in packet.cpp.
#pragma once

#include <cstdint>

#include "dissector/packet/walk.h"

namespace framescope {

/// LINKTYPE_ values as capture files carry them (tcpdump.org, link-layer header types).
enum LinkType : std::uint32_t {
    kLinkNull = 0,
    kLinkEthernet = 1,
    kLinkTokenRing = 6,
    kLinkSlip = 8,
    kLinkPpp = 9,
    kLinkFddi = 10,
    kLinkRawBsd = 12,
    kLinkRawOpenBsd = 14,
    kLinkPppSerial = 50,
    kLinkPppoe = 51,
    kLinkAtm = 100,
    kLinkRaw = 101,
    kLinkSlipBsdOs = 102,
    kLinkCiscoHdlc = 104,
    kLinkWlan = 105,
    kLinkAtmClip = 106,
    kLinkFrameRelay = 107,
    kLinkLoop = 108,
    kLinkLinuxCooked = 113,
    kLinkPfLog = 117,
    kLinkPrism = 119,
    kLinkSunAtm = 123,
    kLinkRadiotap = 127,
    kLinkAvs = 163,
    kLinkPppDirection = 166,
    kLinkJuniperEthernet = 178,
    kLinkJuniperPpp = 179,
    kLinkJuniperFrameRelay = 180,
    kLinkJuniperCiscoHdlc = 181,
    kLinkPpi = 192,
    kLinkErf = 197,
    kLinkMpls = 219,
    kLinkIpv4 = 228,
    kLinkIpv6 = 229,
    kLinkNetfilterLog = 239,
    kLinkPktap = 258,
    kLinkLinuxCooked2 = 276,
};

/// The layer that packets of a link type begin with; PacketLayer::None for those that are not read.
PacketLayer firstLayer(std::uint32_t linkType);

/// True for the link types that are read.
inline bool isReadLinkType(std::uint32_t linkType) {
    return firstLayer(linkType) != PacketLayer::None;
}

/// Raw IP: no link header.
void stepRaw(Walk& walk);

}  // namespace framescope
