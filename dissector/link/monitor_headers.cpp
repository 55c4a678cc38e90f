// The headers in front of 802.11 frames: each says how long it is, in its own byte order.
#include "dissector/link/link_layer.h"
#include "dissector/link/wlan.h"

namespace framescope::wlan {
namespace {

std::uint16_t readLe16(const std::uint8_t* p) {
    return static_cast<std::uint16_t>(p[0] | p[1] << 8);
}
std::uint32_t readLe32(const std::uint8_t* p) {
    return __builtin_bswap32(readBe32(p));
}

void describe(Walk& walk, FieldId layer, FieldId length, std::size_t lengthAt,
              std::size_t lengthSize, std::size_t size, const char* text, const char* name) {
    FieldTree& tree = walk.scribe->tree;
    tree.open(layer, walk.place(), size, text);
    tree.add(length, walk.place().at(lengthAt), lengthSize, std::uint64_t{size});
    tree.close();
    walk.scribe->protocols += name;
}

void describeMonitor(Walk& walk, std::size_t lengthAt, std::size_t lengthSize, std::size_t size,
                     const char* text, const char* name) {
    describe(walk, FieldId::MonitorHeader, FieldId::MonitorHeaderLength, lengthAt, lengthSize, size,
             text, name);
}

/// Whether the flags of a radiotap header of `size` bytes say that the body is padded. They stand
/// behind the timestamp, if there is one, which is aligned to eight bytes.
bool hasDataPadding(const std::uint8_t* p, std::size_t size) {
    constexpr std::uint32_t kTimestamp = 1U << 0;
    constexpr std::uint32_t kFlags = 1U << 1;
    constexpr std::uint32_t kMorePresent = 1U << 31;
    constexpr std::uint8_t kPadding = 0x20;
    const std::uint32_t present = readLe32(p + 4);
    if ((present & kFlags) == 0) return false;
    std::size_t at = 8;
    for (std::uint32_t word = present; (word & kMorePresent) != 0 && at + 4 <= size; at += 4) {
        word = readLe32(p + at);
    }
    if ((present & kTimestamp) != 0) at = ((at + 7) & ~std::size_t{7}) + 8;
    return at < size && (p[at] & kPadding) != 0;
}

constexpr std::uint32_t kAvsMagic = 0x80211000;
bool isAvs(std::uint32_t magic) {
    return (magic & 0xfffff000U) == kAvsMagic;
}

}  // namespace

void stepRadiotap(Walk& walk) {
    constexpr std::size_t kFixed = 8;
    if (!walk.has(kFixed)) return;
    const std::uint8_t* const p = walk.bytes();
    const std::size_t size = readLe16(p + 2);
    if (size < kFixed) return walk.stop(PacketKind::Malformed);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        describe(walk, FieldId::Radiotap, FieldId::RadiotapLength, 2, 2, size, "", ":radiotap");
    }
    walk.type = hasDataPadding(p, size) ? kDataPadding : 0;
    walk.go(PacketLayer::Wlan, size);
}

void stepPrism(Walk& walk) {
    constexpr std::size_t kFixed = 8;
    constexpr std::size_t kUsual = 144;
    constexpr std::size_t kMost = 1024;
    if (!walk.has(kFixed)) return;
    const std::uint8_t* const p = walk.bytes();
    if (isAvs(readBe32(p))) return stepAvs(walk);
    // The length stands in the byte order of the machine that captured.
    std::size_t size = readLe32(p + 4);
    if (size < kFixed || size > kMost) size = readBe32(p + 4);
    if (size < kFixed || size > kMost) size = kUsual;
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) describeMonitor(walk, 4, 4, size, "Prism", ":prism");
    walk.type = 0;
    walk.go(PacketLayer::Wlan, size);
}

void stepAvs(Walk& walk) {
    constexpr std::size_t kFixed = 8;
    if (!walk.has(kFixed)) return;
    const std::size_t size = readBe32(walk.bytes() + 4);
    if (!isAvs(readBe32(walk.bytes())) || size < kFixed) {
        return walk.stop(PacketKind::Malformed);
    }
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) describeMonitor(walk, 4, 4, size, "AVS", ":wlancap");
    walk.type = 0;
    walk.go(PacketLayer::Wlan, size);
}

void stepPpi(Walk& walk) {
    constexpr std::size_t kFixed = 8;
    if (!walk.has(kFixed)) return;
    const std::size_t size = readLe16(walk.bytes() + 2);
    const std::uint32_t linkType = readLe32(walk.bytes() + 4);
    if (size < kFixed) return walk.stop(PacketKind::Malformed);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        describeMonitor(walk, 2, 2, size, "per-packet information", ":ppi");
    }
    const PacketLayer inner = firstLayer(linkType);
    if (inner == PacketLayer::None) return walk.stopUnread();
    walk.type = static_cast<std::uint16_t>(linkType);
    walk.go(inner, size);
}

}  // namespace framescope::wlan
