// Protocol numbers that IPv4 and IPv6 share (IANA, Assigned Internet Protocol Numbers).
#pragma once

#include <cstdint>
#include <string>

namespace framescope {

enum IpProtocol : std::uint8_t {
    kProtocolHopByHop = 0,
    kProtocolIcmp = 1,
    kProtocolIpv4 = 4,
    kProtocolTcp = 6,
    kProtocolUdp = 17,
    kProtocolIpv6 = 41,
    kProtocolRouting = 43,
    kProtocolFragment = 44,
    kProtocolGre = 47,
    kProtocolEsp = 50,
    kProtocolAuthentication = 51,
    kProtocolIcmpv6 = 58,
    kProtocolNoNext = 59,
    kProtocolDestinationOptions = 60,
    kProtocolEtherIp = 97,
    kProtocolL2tp = 115,
    kProtocolMobility = 135,
    kProtocolMpls = 137,
    kProtocolEthernet = 143,
};

/// "TCP (6)".
std::string ipProtocolText(std::uint8_t protocol);

}  // namespace framescope
