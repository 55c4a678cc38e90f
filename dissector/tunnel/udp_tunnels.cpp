#include "dissector/tunnel/udp_tunnels.h"

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ip_steps.h"
#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/plain_header.h"

namespace framescope::udp {
namespace {

constexpr std::size_t kVxlanHeader = 8;
constexpr std::size_t kGeneveHeader = 8;
constexpr std::size_t kGtpHeader = 8;

/// Whether a header of `size` bytes is there. A datagram that is too short for it, or of which too
/// little was captured, says nothing of a tunnel.
bool holds(const Walk& walk, std::size_t size) {
    return walk.rest().size() >= size;
}

void stopPlain(Walk& walk) {
    walk.stop(PacketKind::Udp);
}

/// Goes on behind a header of which nothing but its size is shown.
void goBehind(Walk& walk, PacketLayer next, std::size_t size, const char* text, const char* name) {
    if (walk.scribe != nullptr) plain_header::describe(walk, size, text, name);
    walk.go(next, size);
}

/// Whether a datagram begins `size` bytes from here.
bool holdsIpAt(const Walk& walk, std::size_t size) {
    return holds(walk, size + 1) &&
           ip::looksLikeHeader(walk.rest().subspan(size), walk.wireLength() - size);
}

void describeVxlan(Walk& walk, PacketLayer inner) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    const std::uint64_t network = readBe32(p + 4) >> 8;
    tree.open(FieldId::Vxlan, place, kVxlanHeader, "network " + std::to_string(network));
    tree.add(FieldId::VxlanFlags, place, 2, std::uint64_t{readBe16(p)});
    tree.add(FieldId::VxlanVni, place.at(4), 3, network);
    tree.close();
    walk.scribe->protocols += inner == PacketLayer::Ethernet ? ":vxlan" : ":vxlan-gpe";
}

void describeGeneve(Walk& walk, std::uint16_t protocol, std::size_t size) {
    FieldTree& tree = walk.scribe->tree;
    const Place place = walk.place();
    const std::uint64_t network = readBe32(walk.bytes() + 4) >> 8;
    tree.open(FieldId::Geneve, place, size, "network " + std::to_string(network));
    tree.add(FieldId::GeneveProtoType, place.at(2), 2, std::uint64_t{protocol},
             etherTypeText(protocol));
    tree.add(FieldId::GeneveVni, place.at(4), 3, network);
    tree.close();
    walk.scribe->protocols += ":geneve";
}

void describeGtp(Walk& walk, std::size_t size) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    const std::uint64_t endpoint = readBe32(p + 4);
    tree.open(FieldId::Gtp, place, size, "tunnel endpoint " + std::to_string(endpoint));
    tree.add(FieldId::GtpFlags, place, 1, std::uint64_t{p[0]});
    tree.add(FieldId::GtpMessage, place.at(1), 1, std::uint64_t{p[1]});
    tree.add(FieldId::GtpLength, place.at(2), 2, std::uint64_t{readBe16(p + 2)});
    tree.add(FieldId::GtpTeid, place.at(4), 4, endpoint);
    tree.close();
    walk.scribe->protocols += ":gtp";
}

/// Adds GTP's extension headers to `size`; false if they do not fit. Each says how long it is, in
/// words, and ends with the type of the next one (3GPP TS 29.281 section 5.2.1).
bool addGtpExtensions(const Walk& walk, std::size_t& size) {
    const ByteView rest = walk.rest();
    while (rest[size - 1] != 0) {
        if (rest.size() <= size) return false;
        const std::size_t length = rest[size] * std::size_t{4};
        if (length == 0 || rest.size() < size + length) return false;
        size += length;
    }
    return true;
}

}  // namespace

void stepVxlan(Walk& walk) {
    constexpr std::uint8_t kHasNetwork = 0x08;
    constexpr std::uint8_t kNamesProtocol = 0x04;
    if (!holds(walk, kVxlanHeader)) return stopPlain(walk);
    const std::uint8_t* const p = walk.bytes();
    PacketLayer inner = PacketLayer::Ethernet;
    if ((p[0] & kNamesProtocol) != 0) {
        constexpr PacketLayer kProtocols[] = {PacketLayer::None,      PacketLayer::Ipv4,
                                              PacketLayer::Ipv6,      PacketLayer::Ethernet,
                                              PacketLayer::NshHeader, PacketLayer::Mpls};
        inner = p[3] < std::size(kProtocols) ? kProtocols[p[3]] : PacketLayer::None;
    }
    // The last byte is reserved in every variant; others use some of the bits before it.
    if ((p[0] & kHasNetwork) == 0 || p[7] != 0 || inner == PacketLayer::None)
        return stopPlain(walk);
    if (walk.scribe != nullptr) describeVxlan(walk, inner);
    walk.noteNetwork(readBe32(p + 4) >> 8);
    walk.go(inner, kVxlanHeader);
}

void stepGeneve(Walk& walk) {
    constexpr std::uint8_t kVersion = 0xc0;
    constexpr std::uint8_t kControl = 0x80;
    constexpr std::uint8_t kReserved = 0x3f;
    if (!holds(walk, kGeneveHeader)) return stopPlain(walk);
    const std::uint8_t* const p = walk.bytes();
    const std::size_t size = kGeneveHeader + (p[0] & 0x3f) * std::size_t{4};
    const std::uint16_t protocol = readBe16(p + 2);
    const bool fits = (p[0] & kVersion) == 0 && (p[1] & kReserved) == 0 && p[7] == 0 &&
                      layerOfEtherType(protocol) != PacketLayer::None;
    if (!fits || (p[1] & kControl) != 0) return stopPlain(walk);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) describeGeneve(walk, protocol, size);
    walk.noteNetwork(readBe32(p + 4) >> 8);
    walk.goEtherType(protocol, size);
}

void stepGtp(Walk& walk) {
    constexpr std::uint8_t kVersion1 = 0x30;  // with the bit that tells GTP from GTP'
    constexpr std::uint8_t kSubscriberData = 255;
    constexpr std::uint8_t kHasMore = 0x07;
    constexpr std::uint8_t kHasExtensions = 0x04;
    constexpr std::size_t kMore = 4;
    if (!holds(walk, kGtpHeader)) return stopPlain(walk);
    const std::uint8_t* const p = walk.bytes();
    if ((p[0] & 0xf0) != kVersion1 || p[1] != kSubscriberData) return stopPlain(walk);
    std::size_t size = kGtpHeader;
    if ((p[0] & kHasMore) != 0) {
        size += kMore;
        if (!holds(walk, size)) return stopPlain(walk);
        if ((p[0] & kHasExtensions) != 0 && !addGtpExtensions(walk, size)) return stopPlain(walk);
    }
    const std::size_t length = kGtpHeader + readBe16(p + 2);
    if (length < size) return stopPlain(walk);
    // Some count too much; a datagram that begins there and fits is one all the same.
    const bool holdsIp = holdsIpAt(walk, size);
    const bool holdsFrame = !holdsIp && length <= walk.wireLength() &&
                            ethernet::looksLikeFrame(walk.rest().subspan(size));
    if (!holdsIp && !holdsFrame) return stopPlain(walk);
    if (walk.scribe != nullptr) describeGtp(walk, size);
    walk.noteNetwork(readBe32(p + 4));
    walk.bound(length);
    walk.go(holdsIp ? PacketLayer::Ip : PacketLayer::Ethernet, size);
}

void stepMpls(Walk& walk) {
    // The stack ends, and IP or a frame stands behind it.
    const ByteView rest = walk.rest();
    for (std::size_t at = 0; at + 4 < rest.size(); at += 4) {
        if ((rest[at + 2] & 1) == 0) continue;
        if (!holdsIpAt(walk, at + 4) && !ethernet::looksLikeFrame(rest.subspan(at + 4)) &&
            rest[at + 4] >> 4 != 0) {
            break;
        }
        walk.next = PacketLayer::Mpls;
        return;
    }
    stopPlain(walk);
}

void stepTeredo(Walk& walk) {
    const ByteView rest = walk.rest();
    std::size_t size = 0;
    const auto indicates = [&](std::uint16_t kind) {
        return rest.size() >= size + 4 && readBe16(rest.data() + size) == kind;
    };
    constexpr std::uint16_t kAuthentication = 1;
    constexpr std::uint16_t kOrigin = 0;
    constexpr std::size_t kAuthenticationFixed = 13;  // lengths, nonce, confirmation
    if (indicates(kAuthentication)) size += kAuthenticationFixed + rest[2] + rest[3];
    if (indicates(kOrigin)) size += 8;
    if (!holdsIpAt(walk, size) || rest[size] >> 4 != 6) return stopPlain(walk);
    goBehind(walk, PacketLayer::Ipv6, size, "Teredo", ":teredo");
}

void stepLisp(Walk& walk) {
    constexpr std::size_t kHeader = 8;
    if (!holdsIpAt(walk, kHeader)) return stopPlain(walk);
    goBehind(walk, PacketLayer::Ip, kHeader, "LISP data", ":lisp-data");
}

void stepAyiya(Walk& walk) {
    constexpr std::size_t kFixed = 8;
    constexpr std::uint8_t kForward = 1;
    if (!holds(walk, kFixed)) return stopPlain(walk);
    const std::uint8_t* const p = walk.bytes();
    const std::size_t size =
        kFixed + (std::size_t{1} << (p[0] >> 4)) + (p[1] >> 4) * std::size_t{4};
    const bool isIp = p[3] == kProtocolIpv4 || p[3] == kProtocolIpv6;
    if ((p[2] & 0x0f) != kForward || !isIp || !holdsIpAt(walk, size)) return stopPlain(walk);
    goBehind(walk, PacketLayer::Ip, size, "AYIYA", ":ayiya");
}

void stepGue(Walk& walk) {
    const ByteView rest = walk.rest();
    if (rest.size() < 4) return stopPlain(walk);
    const int version = rest[0] >> 6;
    // Version 1 is the first two bits of an IP header.
    if (version == 1 && holdsIpAt(walk, 0)) {
        if (walk.scribe != nullptr) walk.scribe->protocols += ":gue";
        walk.next = PacketLayer::Ip;
        return;
    }
    constexpr std::uint8_t kControl = 0x20;
    const std::size_t size = 4 + (rest[0] & 31) * std::size_t{4};
    const std::uint8_t protocol = rest[1];
    const bool isIp = protocol == kProtocolIpv4 || protocol == kProtocolIpv6;
    const bool fits = isIp ? holdsIpAt(walk, size) && rest[size] >> 4 == (protocol == 4 ? 4 : 6)
                           : protocol == kProtocolGre || protocol == kProtocolEthernet ||
                                 protocol == kProtocolMpls;
    if (version != 0 || (rest[0] & kControl) != 0 || !fits || !holds(walk, size)) {
        return stopPlain(walk);
    }
    if (walk.scribe != nullptr) {
        plain_header::describe(walk, size, "generic UDP encapsulation", ":gue", protocol, 1);
    }
    walk.goIpProtocol(protocol, size);
}

void stepFou(Walk& walk) {
    const ByteView rest = walk.rest();
    if (rest.size() < 6 || !holdsIpAt(walk, 0)) return stopPlain(walk);
    const std::uint64_t length =
        rest[0] >> 4 == 4 ? readBe16(rest.data() + 2) : readBe16(rest.data() + 4) + 40U;
    if (length != walk.wireLength()) return stopPlain(walk);
    walk.next = PacketLayer::Ip;
}

void stepGre(Walk& walk) {
    constexpr std::uint16_t kNever = 0x4fff;  // routing, what is reserved, another version
    const ByteView rest = walk.rest();
    const bool fits = rest.size() >= 4 && (readBe16(rest.data()) & kNever) == 0 &&
                      layerOfEtherType(readBe16(rest.data() + 2)) != PacketLayer::None;
    if (!fits) return stopPlain(walk);
    walk.next = PacketLayer::Gre;
}

}  // namespace framescope::udp
