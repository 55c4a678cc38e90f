#include "dissector/link/packet_log.h"

#include "dissector/link/bsd_loopback.h"
#include "dissector/payload/utf8.h"

namespace framescope::packet_log {
namespace {

constexpr std::size_t kNetfilterHeader = 4;
constexpr std::size_t kAttributeHeader = 4;
/// Attributes that are followed before the packet is taken for nonsense; Linux has 21 kinds.
constexpr int kMaxAttributes = 64;

enum Attribute : std::uint16_t { kPayload = 9, kPrefix = 10 };

/// Length and type stand in the byte order of the machine that captured. Types are small, so the
/// byte of the type that is zero tells which that was.
struct AttributeHeader {
    std::size_t length = 0;  ///< its header included
    std::uint16_t type = 0;
};
AttributeHeader attributeAt(const std::uint8_t* p) {
    if (p[2] == 0 && p[3] != 0) return {readBe16(p), p[3]};
    return {static_cast<std::size_t>(p[0] | p[1] << 8),
            static_cast<std::uint16_t>(p[2] | p[3] << 8)};
}

void openLayer(Walk& walk) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    tree.open(FieldId::Nflog, place, kNetfilterHeader, "group " + std::to_string(readBe16(p + 2)));
    tree.add(FieldId::NflogFamily, place, 1, std::uint64_t{p[0]});
    tree.add(FieldId::NflogGroup, place.at(2), 2, std::uint64_t{readBe16(p + 2)});
    walk.scribe->protocols += ":nflog";
}

void describePrefix(Walk& walk, std::size_t at, std::size_t size) {
    const ByteView bytes = walk.rest().subspan(at, size);
    std::string_view text = asText(bytes);
    text = text.substr(0, text.find('\0'));
    walk.scribe->tree.add(FieldId::NflogPrefix, walk.place().at(at), size, std::string(text),
                          printable(text, 80));
}

/// Finds the attribute that holds the packet; the prefix in front of it is described.
void goToPayload(Walk& walk, PacketLayer layer) {
    std::size_t at = kNetfilterHeader;
    for (int i = 0; i < kMaxAttributes; ++i) {
        if (!walk.has(at + kAttributeHeader)) return;
        const AttributeHeader header = attributeAt(walk.bytes() + at);
        if (header.length < kAttributeHeader) break;
        const std::size_t size = header.length - kAttributeHeader;
        if (header.type == kPayload) {
            walk.go(layer, at + kAttributeHeader);
            return walk.bound(size);
        }
        if (!walk.has(at + header.length)) return;
        if (header.type == kPrefix && walk.scribe != nullptr) {
            describePrefix(walk, at + kAttributeHeader, size);
        }
        at += (header.length + 3) & ~std::size_t{3};
    }
    walk.stop(PacketKind::Malformed);
}

}  // namespace

void stepNetfilter(Walk& walk) {
    if (!walk.has(kNetfilterHeader)) return;
    const std::uint8_t family = walk.bytes()[0];
    constexpr std::uint8_t kBridge = 7;
    const PacketLayer layer =
        family == kBridge ? PacketLayer::Ip : bsd_loopback::layerOfFamily(family);
    if (walk.scribe != nullptr) openLayer(walk);
    if (layer == PacketLayer::None) {
        walk.stopUnread();
    } else {
        goToPayload(walk, layer);
    }
    if (walk.scribe == nullptr) return;
    FieldTree& tree = walk.scribe->tree;
    if (walk.next != PacketLayer::None) tree.setSize(tree.find(FieldId::Nflog), walk.offset);
    tree.close();
}

void stepPf(Walk& walk) {
    if (!walk.has(2)) return;
    const std::uint8_t* const p = walk.bytes();
    const std::size_t size = (std::size_t{p[0]} + 3) & ~std::size_t{3};
    const std::uint8_t family = p[1];
    if (size < 4) return walk.stop(PacketKind::Malformed);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        FieldTree& tree = walk.scribe->tree;
        tree.open(FieldId::Pflog, walk.place(), size);
        tree.add(FieldId::PflogFamily, walk.place().at(1), 1, std::uint64_t{family});
        tree.close();
        walk.scribe->protocols += ":pflog";
    }
    const PacketLayer layer = bsd_loopback::layerOfFamily(family);
    if (layer == PacketLayer::None) return walk.stopUnread();
    walk.go(layer, size);
}

}  // namespace framescope::packet_log
