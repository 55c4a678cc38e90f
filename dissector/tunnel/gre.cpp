#include "dissector/tunnel/gre.h"

#include "dissector/ip/ip_steps.h"
#include "dissector/link/ether_type.h"

namespace framescope::gre {
namespace {

enum Flag : std::uint16_t {
    kHasChecksum = 0x8000,
    kHasRouting = 0x4000,
    kHasKey = 0x2000,
    kHasSequence = 0x1000,
    kHasAcknowledgment = 0x0080,  ///< version 1 alone
};

enum Protocol : std::uint16_t {
    kWccp = 0x883e,
    kErspan2 = 0x88be,
    kErspan3 = 0x22eb,
    kFrameRelay = 0x6559,
    kEthernetOverIp = 0x6400,  ///< MikroTik's, with the flags of version 1
    kWlanFirst = 0x8200,       ///< between access points and controllers of Aruba: 0x8200, 0x8210
    kWlanLast = 0x83f0,
};

/// Where the optional fields stand; 0: not there.
struct Layout {
    std::size_t checksum = 0;
    std::size_t key = 0;
    std::size_t sequence = 0;
    std::size_t acknowledgment = 0;
    std::size_t size = 4;
};

Layout layoutOf(std::uint16_t flags) {
    Layout layout;
    const auto take = [&layout](std::size_t& field) {
        field = layout.size;
        layout.size += 4;
    };
    // Checksum and offset come together, whichever of them was asked for.
    if ((flags & (kHasChecksum | kHasRouting)) != 0) take(layout.checksum);
    if ((flags & kHasKey) != 0) take(layout.key);
    if ((flags & kHasSequence) != 0) take(layout.sequence);
    if ((flags & 7) == 1 && (flags & kHasAcknowledgment) != 0) take(layout.acknowledgment);
    return layout;
}

/// Entries of source routing, behind the header proper; an empty one ends them.
bool skipRouting(Walk& walk, std::size_t& size) {
    constexpr std::size_t kEntryHeader = 4;
    constexpr int kMaxEntries = 32;
    for (int i = 0; i < kMaxEntries; ++i) {
        if (!walk.has(size + kEntryHeader)) return false;
        const std::uint8_t* const entry = walk.bytes() + size;
        size += kEntryHeader + entry[3];
        if (!walk.has(size)) return false;
        if (readBe16(entry) == 0 && entry[3] == 0) return true;
    }
    walk.stop(PacketKind::Malformed);
    return false;
}

void describe(Walk& walk, std::uint16_t flags, std::uint16_t protocol, const Layout& layout,
              std::size_t size) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    tree.open(FieldId::Gre, place, size, etherTypeText(protocol));
    tree.add(FieldId::GreFlags, place, 2, std::uint64_t{flags});
    tree.add(FieldId::GreProto, place.at(2), 2, std::uint64_t{protocol}, etherTypeText(protocol));
    const auto add = [&](FieldId field, std::size_t at, std::size_t length) {
        if (at == 0) return;
        tree.add(field, place.at(at), length,
                 std::uint64_t{length == 2 ? readBe16(p + at) : readBe32(p + at)});
    };
    if ((flags & kHasChecksum) != 0) add(FieldId::GreChecksum, layout.checksum, 2);
    add(FieldId::GreKey, layout.key, 4);
    add(FieldId::GreSequence, layout.sequence, 4);
    tree.close();
    walk.scribe->protocols += ":gre";
}

/// WCCP's second version has a header of its own in front of the datagram.
void goWccp(Walk& walk, std::size_t size) {
    constexpr std::size_t kRedirectHeader = 4;
    if (!walk.has(size + 1)) return;
    const bool hasHeader = walk.bytes()[size] >> 4 != 4;
    if (hasHeader && !walk.has(size + kRedirectHeader)) return;
    walk.go(PacketLayer::Ip, hasHeader ? size + kRedirectHeader : size);
}

/// MikroTik's EoIP: the key is a length and, in the other byte order, the tunnel's number.
void goEthernetOverIp(Walk& walk, const Layout& layout) {
    if (layout.key == 0) return walk.stopUnread();
    const std::uint8_t* const key = walk.bytes() + layout.key;
    const std::uint16_t length = readBe16(key);
    if (length == 0) return walk.stopUnread();  // a keep-alive
    walk.noteNetwork(readBe16(key + 2));
    walk.go(PacketLayer::Ethernet, layout.size);
    walk.bound(length);
}

/// Version 1: the key's first half is the payload's length.
void goPptp(Walk& walk, const Layout& layout) {
    if (layout.key == 0) return walk.stopUnread();
    const std::uint16_t length = readBe16(walk.bytes() + layout.key);
    if (layout.sequence == 0 || length == 0) return walk.stopUnread();
    walk.go(PacketLayer::Ppp, layout.size);
    walk.bound(length);
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(4)) return;
    const std::uint16_t flags = readBe16(walk.bytes());
    const std::uint16_t protocol = readBe16(walk.bytes() + 2);
    const std::uint16_t version = flags & 7;
    const Layout layout = layoutOf(flags);
    if (!walk.has(layout.size)) return;
    std::size_t size = layout.size;
    if (version == 0 && (flags & kHasRouting) != 0 && !skipRouting(walk, size)) return;
    if (walk.scribe != nullptr) describe(walk, flags, protocol, layout, size);
    if (version == 1 && protocol == kEthernetOverIp) return goEthernetOverIp(walk, layout);
    if (version == 1) return goPptp(walk, layout);
    if (version != 0) return walk.stopUnread();
    if (layout.key != 0) walk.noteNetwork(readBe32(walk.bytes() + layout.key));
    switch (protocol) {
        case kErspan2:
            // Type I has no header of its own, and GRE no sequence number then.
            if (layout.sequence == 0) return walk.go(PacketLayer::Ethernet, size);
            [[fallthrough]];
        case kErspan3:
            walk.type = protocol;
            return walk.go(PacketLayer::Erspan, size);
        case kFrameRelay:
            return walk.go(PacketLayer::FrameRelay, size);
        case kWccp:
            return goWccp(walk, size);
        default:
            if (protocol >= kWlanFirst && protocol <= kWlanLast && (protocol & 15) == 0) {
                walk.type = 0;
                return walk.go(PacketLayer::Wlan, size);
            }
            return walk.goEtherType(protocol, size);
    }
}

void stepErspan(Walk& walk) {
    constexpr std::size_t kType2 = 8;
    constexpr std::size_t kType3 = 12;
    constexpr std::size_t kPlatformPart = 8;
    const bool third = walk.type == kErspan3;
    std::size_t size = third ? kType3 : kType2;
    if (!walk.has(size)) return;
    const std::uint8_t* const p = walk.bytes();
    if (third && (p[kType3 - 1] & 1) != 0) size += kPlatformPart;
    if (!walk.has(size)) return;
    const std::uint32_t first = readBe32(p);
    if (walk.scribe != nullptr) {
        FieldTree& tree = walk.scribe->tree;
        const Place place = walk.place();
        tree.open(FieldId::Erspan, place, size, third ? "type III" : "type II");
        tree.add(FieldId::ErspanVersion, place, 1, std::uint64_t{first} >> 28, {}, {0, 4});
        tree.add(FieldId::ErspanVlan, place, 2, std::uint64_t{first} >> 16 & 0xfff, {}, {4, 12});
        tree.add(FieldId::ErspanSpanId, place.at(2), 2, std::uint64_t{first} & 0x3ff, {}, {6, 10});
        tree.close();
        walk.scribe->protocols += ":erspan";
    }
    // Type III says what was mirrored: a frame, or a datagram without one.
    const bool isIp = third && (p[kType3 - 2] >> 2 & 31) == 2;
    walk.go(isIp ? PacketLayer::Ip : PacketLayer::Ethernet, size);
}

}  // namespace framescope::gre
