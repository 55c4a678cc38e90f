#include "dissector/tunnel/udp_tunnels.h"

namespace framescope::udp {
namespace {

constexpr std::size_t kHeader = 8;

/// The tunnel that a port belongs to (IANA, and what came before it).
PacketLayer tunnelOf(std::uint16_t port) {
    switch (port) {
        case 1701:
            return PacketLayer::L2tp;
        case 2152:
            return PacketLayer::Gtp;
        case 3544:
            return PacketLayer::Teredo;
        case 4341:
            return PacketLayer::Lisp;
        case 4789:
        case 4790:  // with the generic protocol extension
        case 6784:  // Weave Net
        case 8472:  // Linux before there was a number
            return PacketLayer::Vxlan;
        case 4754:
            return PacketLayer::GreInUdp;
        case 5072:
            return PacketLayer::Ayiya;
        case 5247:
            return PacketLayer::Capwap;
        case 5555:  // what the manual of Linux's ip takes for an example
            return PacketLayer::Fou;
        case 6080:
            return PacketLayer::Gue;
        case 6081:
            return PacketLayer::Geneve;
        case 6635:
            return PacketLayer::MplsInUdp;
        case 37008:
            return PacketLayer::Tzsp;
        default:
            return PacketLayer::None;
    }
}

void describe(const std::uint8_t* p, Scribe& scribe, Place place) {
    const std::uint64_t source = readBe16(p);
    const std::uint64_t destination = readBe16(p + 2);
    FieldTree& tree = scribe.tree;
    tree.open(FieldId::Udp, place, kHeader,
              std::to_string(source) + " → " + std::to_string(destination));
    tree.add(FieldId::UdpSrcPort, place, 2, source);
    tree.add(FieldId::UdpDstPort, place.at(2), 2, destination);
    tree.add(FieldId::UdpLength, place.at(4), 2, std::uint64_t{readBe16(p + 4)});
    tree.add(FieldId::UdpChecksum, place.at(6), 2, std::uint64_t{readBe16(p + 6)});
    tree.close();
    scribe.protocols += ":udp";
}

}  // namespace

void step(Walk& walk) {
    // Whatever is missing of it, it is UDP.
    if (walk.rest().size() < kHeader) return walk.stop(PacketKind::Udp);
    const std::uint8_t* const p = walk.bytes();
    // What is no tunnel, or of one holds nothing that is read.
    walk.decoded.unread = {UnreadContent::By::UdpPort, servicePort(readBe16(p), readBe16(p + 2))};
    if (walk.scribe != nullptr) describe(p, *walk.scribe, walk.place());
    PacketLayer tunnel = tunnelOf(readBe16(p + 2));
    if (tunnel == PacketLayer::None) tunnel = tunnelOf(readBe16(p));
    if (tunnel == PacketLayer::None) return walk.stop(PacketKind::Udp);
    // A length below the header's is that of a datagram that was left to the network card.
    const std::uint16_t length = readBe16(p + 4);
    if (length >= kHeader) walk.bound(length);
    walk.go(tunnel, kHeader);
    walk.inUdp = true;
    walk.otherwise = PacketKind::Udp;
}

}  // namespace framescope::udp
