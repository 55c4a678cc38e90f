#include "dissector/link/link_layer.h"

#include "dissector/link/plain_header.h"

namespace framescope {

PacketLayer firstLayer(std::uint32_t linkType) {
    switch (linkType) {
        case kLinkEthernet:
            return PacketLayer::Ethernet;
        case kLinkLinuxCooked:
            return PacketLayer::LinuxCooked;
        case kLinkLinuxCooked2:
            return PacketLayer::LinuxCooked2;
        case kLinkNull:
        case kLinkLoop:
            return PacketLayer::BsdLoopback;
        case kLinkRaw:
        case kLinkRawBsd:
        case kLinkRawOpenBsd:
        case kLinkIpv4:
        case kLinkIpv6:
            return PacketLayer::Raw;
        case kLinkTokenRing:
            return PacketLayer::TokenRing;
        case kLinkSlip:
        case kLinkSlipBsdOs:
            return PacketLayer::Slip;
        case kLinkPpp:
            return PacketLayer::Ppp;
        case kLinkFddi:
            return PacketLayer::Fddi;
        case kLinkPppSerial:
            return PacketLayer::PppSerial;
        case kLinkPppoe:
            return PacketLayer::Pppoe;
        case kLinkAtm:
        case kLinkAtmClip:
            return PacketLayer::Atm;
        case kLinkCiscoHdlc:
            return PacketLayer::CiscoHdlc;
        case kLinkWlan:
            return PacketLayer::Wlan;
        case kLinkFrameRelay:
            return PacketLayer::FrameRelay;
        case kLinkPfLog:
            return PacketLayer::PfLog;
        case kLinkPrism:
            return PacketLayer::Prism;
        case kLinkSunAtm:
            return PacketLayer::SunAtm;
        case kLinkRadiotap:
            return PacketLayer::Radiotap;
        case kLinkAvs:
            return PacketLayer::Avs;
        case kLinkPppDirection:
            return PacketLayer::PppDirection;
        case kLinkJuniperEthernet:
        case kLinkJuniperPpp:
        case kLinkJuniperFrameRelay:
        case kLinkJuniperCiscoHdlc:
            return PacketLayer::Juniper;
        case kLinkPpi:
            return PacketLayer::Ppi;
        case kLinkErf:
            return PacketLayer::Erf;
        case kLinkMpls:
            return PacketLayer::Mpls;
        case kLinkNetfilterLog:
            return PacketLayer::NetfilterLog;
        case kLinkPktap:
            return PacketLayer::Pktap;
        default:
            return plain_header::isLinkType(linkType) ? PacketLayer::PlainLink : PacketLayer::None;
    }
}

void stepRaw(Walk& walk) {
    if (walk.scribe != nullptr) {
        walk.scribe->tree.open(FieldId::Raw, walk.place(), 0, "no link header");
        walk.scribe->tree.close();
        walk.scribe->protocols += ":raw";
    }
    walk.next = PacketLayer::Ip;
}

}  // namespace framescope
