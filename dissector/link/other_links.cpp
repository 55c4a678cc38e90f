#include "dissector/link/other_links.h"

#include "dissector/link/link_layer.h"
#include "dissector/link/plain_header.h"

namespace framescope::other_links {
namespace {

std::uint32_t readLe32(const std::uint8_t* p) {
    return __builtin_bswap32(readBe32(p));
}

/// Goes on behind a header of which nothing but its size matters.
void goBehind(Walk& walk, std::size_t size, PacketLayer next, const char* text, const char* name) {
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) plain_header::describe(walk, size, text, name);
    if (next == PacketLayer::None) return walk.stopUnread();
    walk.go(next, size);
}

}  // namespace

void stepAtm(Walk& walk) {
    if (!walk.has(2)) return;
    const std::uint8_t* const p = walk.bytes();
    switch (p[0]) {
        case 0xaa:
        case 0xfe:
        case 0x06:
            walk.next = PacketLayer::Llc;
            return;
        case 0x00:
            // Bridged Ethernet has two bytes of padding, PPP its protocol number.
            if (p[1] == 0) return walk.go(PacketLayer::Ethernet, 2);
            [[fallthrough]];
        case 0xff:
            walk.next = PacketLayer::Ppp;
            return;
        default:
            walk.next = PacketLayer::Ip;
            return;
    }
}

void stepSunAtm(Walk& walk) {
    constexpr std::size_t kHeader = 4;
    constexpr std::size_t kLanClient = 2;  // identifier in front of an emulated LAN's frame
    if (!walk.has(kHeader)) return;
    switch (walk.bytes()[0] & 0x0f) {
        case 1:
            return goBehind(walk, kHeader + kLanClient, PacketLayer::Ethernet,
                            "SunATM, LAN emulation", ":atm");
        case 2:
            return goBehind(walk, kHeader, PacketLayer::Llc, "SunATM", ":atm");
        default:
            return goBehind(walk, kHeader, PacketLayer::None, "SunATM, signalling", ":atm");
    }
}

void stepTokenRing(Walk& walk) {
    constexpr std::size_t kHeader = 14;
    if (!walk.has(kHeader)) return;
    const std::uint8_t* const p = walk.bytes();
    std::size_t size = kHeader;
    const bool routed = (p[8] & 0x80) != 0;
    if (routed) {
        if (!walk.has(kHeader + 1)) return;
        size += p[kHeader] & 0x1f;
    }
    const bool carriesLlc = (p[1] & 0xc0) == 0x40;
    goBehind(walk, size, carriesLlc ? PacketLayer::Llc : PacketLayer::None, "token ring", ":tr");
}

void stepFddi(Walk& walk) {
    constexpr std::size_t kHeader = 13;
    if (!walk.has(kHeader)) return;
    const bool carriesLlc = (walk.bytes()[0] & 0xf8) == 0x50;
    goBehind(walk, kHeader, carriesLlc ? PacketLayer::Llc : PacketLayer::None, "FDDI", ":fddi");
}

void stepSlip(Walk& walk) {
    const std::size_t size = walk.type == kLinkSlipBsdOs ? 24 : 16;
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        walk.scribe->tree.open(FieldId::Slip, walk.place(), size,
                               walk.bytes()[0] == 0 ? "received" : "sent");
        walk.scribe->tree.close();
        walk.scribe->protocols += ":slip";
    }
    walk.go(PacketLayer::Ip, size);
}

void stepErf(Walk& walk) {
    constexpr std::size_t kHeader = 16;
    constexpr std::size_t kExtension = 8;
    constexpr std::size_t kEthernetOffset = 2;
    if (!walk.has(kHeader)) return;
    const std::uint8_t* const p = walk.bytes();
    std::size_t size = kHeader;
    bool more = (p[8] & 0x80) != 0;
    while (more) {
        if (!walk.has(size + kExtension)) return;
        more = (p[size] & 0x80) != 0;
        size += kExtension;
    }
    switch (p[8] & 0x7f) {
        case 1:  // HDLC or PPP on SONET; the others with a colour or a hash
        case 10:
        case 15:
        case 19:
            return goBehind(walk, size, PacketLayer::PppSerial, "Endace record", ":erf");
        case 2:  // Ethernet
        case 11:
        case 16:
        case 20:
            return goBehind(walk, size + kEthernetOffset, PacketLayer::Ethernet, "Endace record",
                            ":erf");
        case 22:
            return goBehind(walk, size, PacketLayer::Ipv4, "Endace record", ":erf");
        case 23:
            return goBehind(walk, size, PacketLayer::Ipv6, "Endace record", ":erf");
        default:
            return goBehind(walk, size, PacketLayer::None, "Endace record", ":erf");
    }
}

void stepPktap(Walk& walk) {
    constexpr std::size_t kFixed = 12;
    if (!walk.has(kFixed)) return;
    const std::size_t size = readLe32(walk.bytes());
    const std::uint32_t linkType = readLe32(walk.bytes() + 8);
    if (size < kFixed) return walk.stop(PacketKind::Malformed);
    goBehind(walk, size, firstLayer(linkType), "packet tap", ":pktap");
    walk.type = static_cast<std::uint16_t>(linkType);
}

void stepJuniper(Walk& walk) {
    constexpr std::size_t kFixed = 4;
    constexpr std::uint32_t kMagic = 0x4d4743;
    constexpr std::uint8_t kNoLinkHeader = 0x02;
    constexpr std::uint8_t kExtension = 0x80;
    constexpr std::size_t kProtocol = 4;  // of a packet without its link header
    if (!walk.has(kFixed)) return;
    const std::uint8_t* const p = walk.bytes();
    if (readBe32(p) >> 8 != kMagic) return walk.stopUnread();
    const std::uint8_t flags = p[3];
    std::size_t size = kFixed;
    if ((flags & kExtension) != 0) {
        if (!walk.has(size + 2)) return;
        size += 2 + std::size_t{readBe16(p + size)};
    }
    PacketLayer next = PacketLayer::Ip;
    if ((flags & kNoLinkHeader) != 0) {
        size += kProtocol;
    } else {
        next = walk.type == kLinkJuniperEthernet     ? PacketLayer::Ethernet
               : walk.type == kLinkJuniperPpp        ? PacketLayer::Ppp
               : walk.type == kLinkJuniperFrameRelay ? PacketLayer::FrameRelay
                                                     : PacketLayer::CiscoHdlc;
    }
    goBehind(walk, size, next, "Juniper", ":juniper");
}

}  // namespace framescope::other_links
