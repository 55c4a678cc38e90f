#include "dissector/link/llc.h"

#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"

namespace framescope::llc {
namespace {

constexpr std::size_t kSnapSize = 5;

enum Sap : std::uint8_t { kSapIp = 0x06, kSapSnap = 0xaa, kSapOsi = 0xfe };

enum Organization : std::uint32_t {
    kEtherTypes = 0x000000,    ///< RFC 1042
    kBridgeTunnel = 0x0000f8,  ///< IEEE 802.1H
    kBridged = 0x0080c2,       ///< IEEE 802.1: whole frames, RFC 2684 and RFC 2427
};

void describe(std::size_t size, Walk& walk) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    tree.open(FieldId::Llc, place, size, size > kSnapSize ? "SNAP" : "");
    tree.add(FieldId::LlcDsap, place, 1, std::uint64_t{p[0]});
    tree.add(FieldId::LlcSsap, place.at(1), 1, std::uint64_t{p[1]});
    tree.add(FieldId::LlcControl, place.at(2), 1, std::uint64_t{p[2]});
    if (size > kSnapSize) {
        const std::uint16_t type = readBe16(p + 6);
        tree.add(FieldId::LlcOui, place.at(3), 3, std::uint64_t{readBe32(p + 2) & 0xffffff});
        tree.add(FieldId::LlcType, place.at(6), 2, std::uint64_t{type}, etherTypeText(type));
    }
    tree.close();
    walk.scribe->protocols += ":llc";
}

/// A bridged frame; over ATM two bytes of padding stand in front of it (RFC 2684 section 5.2).
void goBridged(Walk& walk, std::size_t size) {
    constexpr std::size_t kPadding = 2;
    const ByteView rest = walk.rest().subspan(size);
    if (rest.size() < kPadding + ethernet::kHeaderSize) {
        return walk.lacks(size + kPadding + ethernet::kHeaderSize);
    }
    const bool padded =
        readBe16(rest.data()) == 0 && ethernet::looksLikeFrame(rest.subspan(kPadding));
    walk.go(PacketLayer::Ethernet, padded ? size + kPadding : size);
}

}  // namespace

void step(Walk& walk) {
    constexpr std::size_t kUnnumbered = 3;
    if (!walk.has(kUnnumbered)) return;
    const std::uint8_t* const p = walk.bytes();
    // What is read comes in unnumbered information alone.
    const bool unnumbered = (p[2] & 0xef) == 0x03;
    const bool snap = unnumbered && p[0] == kSapSnap && (p[1] & 0xfe) == kSapSnap;
    if (snap && !walk.has(kUnnumbered + kSnapSize)) return;
    if (walk.scribe != nullptr) describe(snap ? kUnnumbered + kSnapSize : kUnnumbered, walk);
    if (!unnumbered) return walk.stopUnread(UnreadContent::By::LlcSap, p[0]);
    if (snap) return goSnap(walk, kUnnumbered + kSnapSize);
    if (p[0] == kSapIp) return walk.go(PacketLayer::Ipv4, kUnnumbered);
    if (p[0] == kSapOsi) {
        if (!walk.has(kUnnumbered + 1)) return;
        return goNlpid(walk, p[kUnnumbered], kUnnumbered + 1);
    }
    walk.stopUnread(UnreadContent::By::LlcSap, p[0]);
}

void goSnap(Walk& walk, std::size_t size) {
    const std::uint8_t* const snap = walk.bytes() + size - kSnapSize;
    const std::uint16_t type = readBe16(snap + 3);
    switch (readBe32(snap) >> 8) {
        case kEtherTypes:
        case kBridgeTunnel:
            return walk.goEtherType(type, size);
        case kBridged:
            // With and without the frame's checksum.
            if (type == 0x0001 || type == 0x0007) return goBridged(walk, size);
            return walk.stopUnread();
        default:
            return walk.stopUnread();
    }
}

void goNlpid(Walk& walk, std::uint8_t nlpid, std::size_t size) {
    switch (nlpid) {
        case 0x80:
            if (!walk.has(size + kSnapSize)) return;
            return goSnap(walk, size + kSnapSize);
        case 0x8e:
            return walk.go(PacketLayer::Ipv6, size);
        case 0xcc:
            return walk.go(PacketLayer::Ipv4, size);
        case 0xcf:
            return walk.go(PacketLayer::Ppp, size);
        default:
            return walk.stopUnread();
    }
}

}  // namespace framescope::llc
