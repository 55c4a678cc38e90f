#include "dissector/tunnel/l2tp.h"

#include <algorithm>

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ip_steps.h"
#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/plain_header.h"

namespace framescope::l2tp {
namespace {

/// Cookies have 0, 4 or 8 bytes, the sublayer none or 4.
constexpr std::size_t kMostBeforeFrame = 12;
/// Up to the version of the IP header in a frame without tags.
constexpr std::size_t kToldBy = ethernet::kHeaderSize + 1;

void stopPlain(Walk& walk) {
    walk.stop(PacketKind::Udp);
}

/// What begins with these bytes, if an IP header stands in it: a frame, or PPP.
PacketLayer carriedBy(ByteView bytes, std::uint64_t wireLength) {
    constexpr std::uint32_t kPppIpv4 = 0xff030021;
    constexpr std::uint32_t kPppIpv6 = 0xff030057;
    const auto holdsIp = [&](std::size_t at, int version) {
        return bytes.size() > at && bytes[at] >> 4 == version &&
               ip::looksLikeHeader(bytes.subspan(at), wireLength - at);
    };
    if (bytes.size() > 4) {
        const std::uint32_t first = readBe32(bytes.data());
        if (first == kPppIpv4 && holdsIp(4, 4)) return PacketLayer::Ppp;
        if (first == kPppIpv6 && holdsIp(4, 6)) return PacketLayer::Ppp;
    }
    constexpr int kMostTags = 2;
    std::size_t at = ethernet::kHeaderSize;
    for (int tags = 0; bytes.size() > at; ++tags) {
        const std::uint16_t type = readBe16(bytes.data() + at - 2);
        if (type == kEtherIpv4) return holdsIp(at, 4) ? PacketLayer::Ethernet : PacketLayer::None;
        if (type == kEtherIpv6) return holdsIp(at, 6) ? PacketLayer::Ethernet : PacketLayer::None;
        if (layerOfEtherType(type) != PacketLayer::VlanTag || tags == kMostTags) break;
        at += ethernet::kTagSize;
    }
    return PacketLayer::None;
}

/// Goes on at the frame somewhere behind `size` bytes; false where none is found.
bool goToFrame(Walk& walk, std::size_t size) {
    const ByteView rest = walk.rest();
    for (std::size_t at = size; at <= size + kMostBeforeFrame && at < rest.size(); at += 4) {
        const PacketLayer carried = carriedBy(rest.subspan(at), walk.wireLength() - at);
        if (carried == PacketLayer::None) continue;
        if (walk.scribe != nullptr) plain_header::describe(walk, at, "L2TP version 3", ":l2tp");
        walk.go(carried, at);
        return true;
    }
    return false;
}

/// Version 3 over UDP: flags, version and 16 reserved bits, then the session.
void stepThirdOverUdp(Walk& walk) {
    constexpr std::size_t kHeader = 8;
    if (walk.rest().size() < kHeader || !goToFrame(walk, kHeader)) stopPlain(walk);
}

}  // namespace

void step(Walk& walk) {
    enum Flag : std::uint16_t {
        kControl = 0x8000,
        kHasLength = 0x4000,
        kReserved = 0x34f0,
        kHasSequence = 0x0800,
        kHasOffset = 0x0200,
    };
    const ByteView rest = walk.rest();
    if (rest.size() < 2) return stopPlain(walk);
    const std::uint16_t flags = readBe16(rest.data());
    if (flags == 3) return stepThirdOverUdp(walk);
    if ((flags & 15) != 2 || (flags & (kControl | kReserved)) != 0) return stopPlain(walk);
    std::size_t size = 2 + 4;  // flags, tunnel, session
    if ((flags & kHasLength) != 0) size += 2;
    if ((flags & kHasSequence) != 0) size += 4;
    if ((flags & kHasOffset) != 0) {
        if (rest.size() < size + 2) return stopPlain(walk);
        size += 2 + std::size_t{readBe16(rest.data() + size)};
    }
    if (rest.size() <= size) return stopPlain(walk);
    if ((flags & kHasLength) != 0) {
        const std::uint16_t length = readBe16(rest.data() + 2);
        if (length < size || length > walk.wireLength()) return stopPlain(walk);
        walk.bound(length);
    }
    if (walk.scribe != nullptr) plain_header::describe(walk, size, "L2TP", ":l2tp");
    walk.go(PacketLayer::Ppp, size);
}

void stepOverIp(Walk& walk) {
    constexpr std::size_t kSession = 4;
    if (!walk.has(kSession)) return;
    // Session 0 is the control connection.
    const bool isData = readBe32(walk.bytes()) != 0;
    if (isData && goToFrame(walk, kSession)) return;
    const std::uint64_t told =
        std::min<std::uint64_t>(kSession + kMostBeforeFrame + kToldBy, walk.wireLength());
    if (isData && walk.rest().size() < told) return walk.lacks(static_cast<std::size_t>(told));
    walk.stopUnread(UnreadContent::By::IpProtocol, kProtocolL2tp);
}

}  // namespace framescope::l2tp
