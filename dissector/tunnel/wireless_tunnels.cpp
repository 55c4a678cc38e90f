#include "dissector/tunnel/wireless_tunnels.h"

#include "dissector/link/plain_header.h"
#include "dissector/link/wlan.h"

namespace framescope::wireless_tunnels {
namespace {

void stopPlain(Walk& walk) {
    walk.stop(PacketKind::Udp);
}

/// What a number in a TZSP header says it carries.
PacketLayer carriedByTzsp(std::uint16_t encapsulation) {
    switch (encapsulation) {
        case 1:
            return PacketLayer::Ethernet;
        case 4:
            return PacketLayer::Ppp;
        case 7:
            return PacketLayer::Ip;
        case 18:
            return PacketLayer::Wlan;
        case 119:
            return PacketLayer::Prism;
        case 127:
            return PacketLayer::Avs;
        default:
            return PacketLayer::None;
    }
}

/// Behind TZSP's tagged fields, which begin at `at`; 0 where they do not end.
std::size_t behindTags(ByteView bytes, std::size_t at) {
    constexpr std::uint8_t kPadding = 0;
    constexpr std::uint8_t kEnd = 1;
    while (at < bytes.size()) {
        const std::uint8_t tag = bytes[at++];
        if (tag == kEnd) return at;
        if (tag == kPadding) continue;
        if (at == bytes.size()) return 0;
        at += 1 + std::size_t{bytes[at]};
    }
    return 0;
}

}  // namespace

void stepTzsp(Walk& walk) {
    constexpr std::size_t kFixed = 4;
    constexpr std::uint8_t kVersion = 1;
    constexpr std::uint8_t kToTransmit = 1;  // and 0: received; others carry no packet
    const ByteView rest = walk.rest();
    if (rest.size() <= kFixed || rest[0] != kVersion || rest[1] > kToTransmit) {
        return stopPlain(walk);
    }
    const PacketLayer carried = carriedByTzsp(readBe16(rest.data() + 2));
    const std::size_t size = behindTags(rest, kFixed);
    if (carried == PacketLayer::None || size == 0) return stopPlain(walk);
    if (walk.scribe != nullptr) plain_header::describe(walk, size, "TZSP", ":tzsp");
    walk.type = 0;
    walk.go(carried, size);
}

void stepCapwap(Walk& walk) {
    enum Flag : std::uint32_t {  // of the first four bytes
        kNativeFrame = 0x100,
        kFragment = 0x80,
        kKeepAlive = 0x08,
    };
    constexpr std::size_t kLeast = 8;
    constexpr std::uint32_t kWlanBinding = 1;
    const ByteView rest = walk.rest();
    // The first byte is 0 of version 0 without DTLS.
    if (rest.size() < kLeast || rest[0] != 0) return stopPlain(walk);
    const std::uint32_t first = readBe32(rest.data());
    const std::size_t size = (first >> 19 & 31) * std::size_t{4};
    const bool native = (first & kNativeFrame) != 0;
    const bool readable =
        (first & (kFragment | kKeepAlive)) == 0 && (!native || (first >> 9 & 31) == kWlanBinding);
    if (size < kLeast || rest.size() < size + 2 || !readable) return stopPlain(walk);
    if (walk.scribe != nullptr) plain_header::describe(walk, size, "CAPWAP data", ":capwap.data");
    if (!native) return walk.go(PacketLayer::Ethernet, size);
    // Many controllers exchange the two bytes of frame control; of data, the first ends with 8.
    const auto saysData = [](std::uint8_t byte) { return (byte & 0x0f) == 0x08; };
    const bool swapped = !saysData(rest[size]) && saysData(rest[size + 1]);
    walk.type = swapped ? wlan::kSwappedControl : std::uint16_t{0};
    walk.go(PacketLayer::Wlan, size);
}

}  // namespace framescope::wireless_tunnels
