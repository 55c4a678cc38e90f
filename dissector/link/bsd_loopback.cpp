#include "dissector/link/bsd_loopback.h"

namespace framescope::bsd_loopback {
namespace {

/// The family, in whichever byte order makes it small: families are below 256, so one of the two
/// 16-bit halves is zero and tells the order without knowing the machine.
std::uint32_t family(ByteView packet) {
    const std::uint32_t network = readBe32(packet.data());
    if ((network & 0xffff0000U) == 0) return network;
    return __builtin_bswap32(network);
}

NetworkProtocol protocolOf(std::uint32_t addressFamily) {
    switch (addressFamily) {
        case 2:
            return NetworkProtocol::Ipv4;
        case 10:  // Linux
        case 24:  // NetBSD, OpenBSD
        case 28:  // FreeBSD
        case 30:  // macOS
            return NetworkProtocol::Ipv6;
        default:
            return NetworkProtocol::Other;
    }
}

}  // namespace

LinkPayload parse(ByteView packet) {
    if (packet.size() < kHeaderSize) return {NetworkProtocol::CutShort, packet.size()};
    return {protocolOf(family(packet)), kHeaderSize};
}

LinkPayload describe(ByteView packet, FieldTree& tree, Place place, std::string& protocols) {
    const LinkPayload payload = parse(packet);
    if (packet.size() < kHeaderSize) return payload;
    const char* const name = payload.protocol == NetworkProtocol::Ipv4   ? "IPv4"
                             : payload.protocol == NetworkProtocol::Ipv6 ? "IPv6"
                                                                         : "other";
    tree.open(FieldId::Null, place, kHeaderSize, name);
    tree.add(FieldId::NullFamily, place, kHeaderSize, std::uint64_t{family(packet)},
             std::string(name) + " (" + std::to_string(family(packet)) + ")");
    tree.close();
    protocols += ":null";
    return payload;
}

}  // namespace framescope::bsd_loopback
