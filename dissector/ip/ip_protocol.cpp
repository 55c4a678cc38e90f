#include "dissector/ip/ip_protocol.h"

namespace framescope {

std::string ipProtocolText(std::uint8_t protocol) {
    std::string number = std::to_string(protocol);
    switch (protocol) {
        case kProtocolHopByHop:
            return "hop-by-hop options (" + number + ")";
        case kProtocolIcmp:
            return "ICMP (" + number + ")";
        case kProtocolIpv4:
            return "IPv4 (" + number + ")";
        case kProtocolTcp:
            return "TCP (" + number + ")";
        case kProtocolUdp:
            return "UDP (" + number + ")";
        case kProtocolIpv6:
            return "IPv6 (" + number + ")";
        case kProtocolRouting:
            return "routing (" + number + ")";
        case kProtocolFragment:
            return "fragment (" + number + ")";
        case kProtocolGre:
            return "GRE (" + number + ")";
        case kProtocolEsp:
            return "ESP (" + number + ")";
        case kProtocolAuthentication:
            return "authentication (" + number + ")";
        case kProtocolIcmpv6:
            return "ICMPv6 (" + number + ")";
        case kProtocolNoNext:
            return "no next header (" + number + ")";
        case kProtocolDestinationOptions:
            return "destination options (" + number + ")";
        case kProtocolEtherIp:
            return "Ethernet within IP (" + number + ")";
        case kProtocolL2tp:
            return "L2TP (" + number + ")";
        case kProtocolMpls:
            return "MPLS (" + number + ")";
        case kProtocolEthernet:
            return "Ethernet (" + number + ")";
        // What is not read but often there:
        case 2:
            return "IGMP (" + number + ")";
        case 88:
            return "EIGRP (" + number + ")";
        case 89:
            return "OSPF (" + number + ")";
        case 103:
            return "PIM (" + number + ")";
        case 112:
            return "VRRP (" + number + ")";
        case 132:
            return "SCTP (" + number + ")";
        default:
            return number;
    }
}

}  // namespace framescope
