#include "dissector/link/bsd_loopback.h"

namespace framescope::bsd_loopback {
namespace {

/// The family, in whichever byte order makes it small: families are below 256, so one of the two
/// 16-bit halves is zero and tells the order without knowing the machine.
std::uint32_t familyAt(const std::uint8_t* bytes) {
    const std::uint32_t network = readBe32(bytes);
    if ((network & 0xffff0000U) == 0) return network;
    return __builtin_bswap32(network);
}

void describe(std::uint32_t family, PacketLayer layer, Scribe& scribe, Place place) {
    const char* const name = layer == PacketLayer::Ipv4   ? "IPv4"
                             : layer == PacketLayer::Ipv6 ? "IPv6"
                                                          : "other";
    scribe.tree.open(FieldId::Null, place, kHeaderSize, name);
    scribe.tree.add(FieldId::NullFamily, place, kHeaderSize, std::uint64_t{family},
                    std::string(name) + " (" + std::to_string(family) + ")");
    scribe.tree.close();
    scribe.protocols += ":null";
}

}  // namespace

PacketLayer layerOfFamily(std::uint32_t family) {
    switch (family) {
        case 2:
            return PacketLayer::Ipv4;
        case 10:  // Linux
        case 24:  // NetBSD, OpenBSD
        case 26:  // Solaris
        case 28:  // FreeBSD
        case 30:  // macOS
            return PacketLayer::Ipv6;
        default:
            return PacketLayer::None;
    }
}

void step(Walk& walk) {
    if (!walk.has(kHeaderSize)) return;
    const std::uint32_t family = familyAt(walk.bytes());
    const PacketLayer layer = layerOfFamily(family);
    if (walk.scribe != nullptr) describe(family, layer, *walk.scribe, walk.place());
    if (layer == PacketLayer::None) return walk.stopUnread();
    walk.go(layer, kHeaderSize);
}

}  // namespace framescope::bsd_loopback
