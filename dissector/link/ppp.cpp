#include "dissector/link/ppp.h"

#include "dissector/field/field_value.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/plain_header.h"

namespace framescope::ppp {
namespace {

constexpr std::uint8_t kAllStations = 0xff;
constexpr std::uint8_t kUnnumbered = 0x03;

/// IANA, PPP DLL Protocol Numbers.
enum Protocol : std::uint16_t {
    kIpv4 = 0x0021,
    kBridging = 0x0031,
    kMultilink = 0x003d,
    kIpv6 = 0x0057,
    kMplsUnicast = 0x0281,
    kMplsMulticast = 0x0283,
};

std::string protocolText(std::uint16_t protocol) {
    const std::string number = formatValue(FieldType::Hex16, std::uint64_t{protocol});
    switch (protocol) {
        case kIpv4:
            return "IPv4 (" + number + ")";
        case kIpv6:
            return "IPv6 (" + number + ")";
        case kBridging:
            return "bridging (" + number + ")";
        case kMultilink:
            return "multilink (" + number + ")";
        case kMplsUnicast:
        case kMplsMulticast:
            return "MPLS (" + number + ")";
        default:
            return number;
    }
}

/// `prefix` bytes of address and control stand in front of the protocol.
void describe(std::size_t prefix, std::size_t size, std::uint16_t protocol, Walk& walk) {
    FieldTree& tree = walk.scribe->tree;
    const Place place = walk.place();
    tree.open(FieldId::Ppp, place, size, protocolText(protocol));
    if (prefix != 0) {
        tree.add(FieldId::PppAddress, place, 1, std::uint64_t{walk.bytes()[0]});
        tree.add(FieldId::PppControl, place.at(1), 1, std::uint64_t{walk.bytes()[1]});
    }
    tree.add(FieldId::PppProtocol, place.at(prefix), size - prefix, std::uint64_t{protocol},
             protocolText(protocol));
    tree.close();
    walk.scribe->protocols += ":ppp";
}

/// A fragment of a multilink bundle (RFC 1990 section 3) that is a whole packet: it both begins and
/// ends one. Its sequence number is a long one, as is the default.
void goMultilink(Walk& walk, std::size_t size) {
    constexpr std::size_t kHeader = 4;
    constexpr std::uint8_t kBeginsAndEnds = 0xc0;
    if (!walk.has(size + kHeader)) return;
    if ((walk.bytes()[size] & kBeginsAndEnds) != kBeginsAndEnds) return walk.stopUnread();
    walk.go(PacketLayer::Ppp, size + kHeader);
}

/// A bridged frame (RFC 3518 section 4.1); of Ethernet alone, without a LAN identifier.
void goBridged(Walk& walk, std::size_t size) {
    if (!walk.has(size + 2)) return;
    const std::uint8_t* const p = walk.bytes() + size;
    constexpr std::uint8_t kHasLanId = 0x20;
    constexpr std::uint8_t kEthernet = 1;
    if ((p[0] & kHasLanId) != 0 || p[1] != kEthernet) return walk.stopUnread();
    walk.go(PacketLayer::Ethernet, size + 2);
}

void goBehind(Walk& walk, std::size_t prefix) {
    if (!walk.has(prefix + 1)) return;
    // A protocol number is odd and its first byte even, so an odd first byte is all there is of it.
    const std::size_t length = (walk.bytes()[prefix] & 1) != 0 ? 1 : 2;
    const std::size_t size = prefix + length;
    if (!walk.has(size)) return;
    const std::uint8_t* const p = walk.bytes() + prefix;
    const std::uint16_t protocol = length == 1 ? p[0] : readBe16(p);
    if (walk.scribe != nullptr) describe(prefix, size, protocol, walk);
    switch (protocol) {
        case kIpv4:
            return walk.go(PacketLayer::Ipv4, size);
        case kIpv6:
            return walk.go(PacketLayer::Ipv6, size);
        case kMplsUnicast:
        case kMplsMulticast:
            return walk.go(PacketLayer::Mpls, size);
        case kMultilink:
            return goMultilink(walk, size);
        case kBridging:
            return goBridged(walk, size);
        default:
            return walk.stopUnread(UnreadContent::By::PppProtocol, protocol);
    }
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(1)) return;
    const ByteView rest = walk.rest();
    const bool hasPrefix = rest[0] == kAllStations;
    // 0xff is no protocol, so what is not captured of the prefix is missing.
    if (hasPrefix && !walk.has(2)) return;
    if (hasPrefix && rest[1] != kUnnumbered) return walk.stopUnread();
    goBehind(walk, hasPrefix ? 2 : 0);
}

void stepSerial(Walk& walk) {
    if (!walk.has(1)) return;
    constexpr std::uint8_t kCiscoUnicast = 0x0f;
    constexpr std::uint8_t kCiscoMulticast = 0x8f;
    const std::uint8_t first = walk.bytes()[0];
    walk.next = first == kCiscoUnicast || first == kCiscoMulticast ? PacketLayer::CiscoHdlc
                                                                   : PacketLayer::Ppp;
}

void stepDirection(Walk& walk) {
    if (!walk.has(2)) return;
    goBehind(walk, 2);
}

void stepOverEthernet(Walk& walk) {
    constexpr std::size_t kHeader = 6;
    constexpr std::uint8_t kVersionAndType = 0x11;
    if (!walk.has(kHeader)) return;
    const std::uint8_t* const p = walk.bytes();
    const std::uint16_t length = readBe16(p + 4);
    if (walk.scribe != nullptr) {
        FieldTree& tree = walk.scribe->tree;
        const Place place = walk.place();
        tree.open(FieldId::Pppoe, place, kHeader, p[1] == 0 ? "session" : "discovery");
        tree.add(FieldId::PppoeVersion, place, 1, std::uint64_t{p[0]} >> 4, {}, {0, 4});
        tree.add(FieldId::PppoeType, place, 1, std::uint64_t{p[0]} & 15, {}, {4, 4});
        tree.add(FieldId::PppoeCode, place.at(1), 1, std::uint64_t{p[1]});
        tree.add(FieldId::PppoeSessionId, place.at(2), 2, std::uint64_t{readBe16(p + 2)});
        tree.add(FieldId::PppoeLength, place.at(4), 2, std::uint64_t{length});
        tree.close();
        walk.scribe->protocols += ":pppoes";
    }
    if (p[0] != kVersionAndType || p[1] != 0) return walk.stopUnread();
    walk.noteNetwork(readBe16(p + 2));
    walk.go(PacketLayer::Ppp, kHeader);
    walk.bound(length);
}

}  // namespace framescope::ppp
