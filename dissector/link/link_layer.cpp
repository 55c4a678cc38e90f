#include "dissector/link/link_layer.h"

#include "dissector/link/plain_header.h"

namespace framescope {

Layer firstLayer(std::uint32_t linkType) {
    switch (linkType) {
        case kLinkEthernet:
            return Layer::Ethernet;
        case kLinkLinuxCooked:
            return Layer::LinuxCooked;
        case kLinkLinuxCooked2:
            return Layer::LinuxCooked2;
        case kLinkNull:
        case kLinkLoop:
            return Layer::BsdLoopback;
        case kLinkRaw:
        case kLinkRawBsd:
        case kLinkRawOpenBsd:
        case kLinkIpv4:
        case kLinkIpv6:
            return Layer::Raw;
        case kLinkTokenRing:
            return Layer::TokenRing;
        case kLinkSlip:
        case kLinkSlipBsdOs:
            return Layer::Slip;
        case kLinkPpp:
            return Layer::Ppp;
        case kLinkFddi:
            return Layer::Fddi;
        case kLinkPppSerial:
            return Layer::PppSerial;
        case kLinkPppoe:
            return Layer::Pppoe;
        case kLinkAtm:
        case kLinkAtmClip:
            return Layer::Atm;
        case kLinkCiscoHdlc:
            return Layer::CiscoHdlc;
        case kLinkWlan:
            return Layer::Wlan;
        case kLinkFrameRelay:
            return Layer::FrameRelay;
        case kLinkPfLog:
            return Layer::PfLog;
        case kLinkPrism:
            return Layer::Prism;
        case kLinkSunAtm:
            return Layer::SunAtm;
        case kLinkRadiotap:
            return Layer::Radiotap;
        case kLinkAvs:
            return Layer::Avs;
        case kLinkPppDirection:
            return Layer::PppDirection;
        case kLinkJuniperEthernet:
        case kLinkJuniperPpp:
        case kLinkJuniperFrameRelay:
        case kLinkJuniperCiscoHdlc:
            return Layer::Juniper;
        case kLinkPpi:
            return Layer::Ppi;
        case kLinkErf:
            return Layer::Erf;
        case kLinkMpls:
            return Layer::Mpls;
        case kLinkNetfilterLog:
            return Layer::NetfilterLog;
        case kLinkPktap:
            return Layer::Pktap;
        default:
            return plain_header::isLinkType(linkType) ? Layer::PlainLink : Layer::None;
    }
}

void stepRaw(Walk& walk) {
    if (walk.scribe != nullptr) {
        walk.scribe->tree.open(FieldId::Raw, walk.place(), 0, "no link header");
        walk.scribe->tree.close();
        walk.scribe->protocols += ":raw";
    }
    walk.next = Layer::Ip;
}

}  // namespace framescope
