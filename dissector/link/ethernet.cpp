#include "dissector/link/ethernet.h"

#include "dissector/link/ether_type.h"
#include "dissector/link/plain_header.h"

namespace framescope::ethernet {
namespace {

/// The fields of a tag; the outer one of 802.1ad has names of its own.
struct TagFields {
    FieldId layer;
    FieldId priority;
    FieldId dei;
    FieldId id;
    const char* protocol;
};
constexpr TagFields kCustomerTag{FieldId::Vlan, FieldId::VlanPriority, FieldId::VlanDei,
                                 FieldId::VlanId, ":vlan"};
constexpr TagFields kProviderTag{FieldId::ProviderTag, FieldId::ProviderTagPriority,
                                 FieldId::ProviderTagDei, FieldId::ProviderTagId, ":ieee8021ad"};

void describeTag(const TagFields& fields, const std::uint8_t* tag, Scribe& scribe, Place place) {
    const std::uint16_t control = readBe16(tag);
    const std::uint16_t type = readBe16(tag + 2);
    const std::uint64_t id = control & 0x0fff;
    FieldTree& tree = scribe.tree;
    tree.open(fields.layer, place, kTagSize, "id " + std::to_string(id));
    tree.add(fields.priority, place, 2, std::uint64_t{control} >> 13, {}, {0, 3});
    tree.add(fields.dei, place, 2, std::uint64_t{control} >> 12 & 1, {}, {3, 1});
    tree.add(fields.id, place, 2, id, {}, {4, 12});
    tree.add(FieldId::VlanEtype, place.at(2), 2, std::uint64_t{type}, etherTypeText(type));
    tree.close();
    scribe.protocols += fields.protocol;
}

void describe(const std::uint8_t* header, std::uint16_t type, Scribe& scribe, Place place) {
    FieldTree& tree = scribe.tree;
    FieldValue destination = Bytes(header, header + 6);
    FieldValue source = Bytes(header + 6, header + 12);
    tree.open(FieldId::Eth, place, kHeaderSize, tree.text([&] {
        return formatValue(FieldType::Ether, source) + " → " +
               formatValue(FieldType::Ether, destination);
    }));
    tree.add(FieldId::EthDst, place, 6, std::move(destination));
    tree.add(FieldId::EthSrc, place.at(6), 6, std::move(source));
    if (type < kFirstEtherType) {
        tree.add(FieldId::EthLen, place.at(12), 2, std::uint64_t{type});
    } else {
        tree.add(FieldId::EthType, place.at(12), 2, std::uint64_t{type},
                 tree.text([&] { return etherTypeText(type); }));
    }
    tree.close();
    scribe.protocols += type < kFirstEtherType ? ":eth" : ":eth:ethertype";
}

/// Cisco's Inter-Switch Link has a header of its own in front of a frame, to an address of its own
/// and in SNAP.
bool isInterSwitchLink(ByteView rest) {
    constexpr std::uint64_t kAddress = 0x01000c0000;
    constexpr std::uint64_t kOtherAddress = 0x03000c0000;
    if (rest.size() < kHeaderSize + 3) return false;
    const std::uint64_t address = readBe64(rest.data()) >> 24;
    return (address == kAddress || address == kOtherAddress) &&
           readBe16(rest.data() + kHeaderSize) == 0xaaaa && rest[kHeaderSize + 2] == 0x03;
}
constexpr std::size_t kInterSwitchHeader = 26;

}  // namespace

void step(Walk& walk) {
    if (!walk.has(kHeaderSize)) return;
    const std::uint16_t type = readBe16(walk.bytes() + 12);
    if (walk.scribe != nullptr) describe(walk.bytes(), type, *walk.scribe, walk.place());
    if (type < kFirstEtherType && isInterSwitchLink(walk.rest())) {
        if (walk.has(kInterSwitchHeader)) walk.go(PacketLayer::Ethernet, kInterSwitchHeader);
        return;
    }
    goLengthOrType(walk, type, kHeaderSize);
}

void goLengthOrType(Walk& walk, std::uint16_t value, std::size_t size) {
    if (value >= kFirstEtherType) return walk.goEtherType(value, size);
    constexpr std::uint16_t kMaxLength = 1500;
    if (value == 0 || value > kMaxLength) {
        return walk.stopUnread(UnreadContent::By::EtherType, value);
    }
    walk.go(PacketLayer::Llc, size);
    walk.bound(value);
}

bool looksLikeFrame(ByteView bytes) {
    if (bytes.size() < kHeaderSize) return false;
    const std::uint16_t type = readBe16(bytes.data() + 12);
    if (type == kEtherArp) return true;
    const PacketLayer layer = layerOfEtherType(type);
    if (layer != PacketLayer::Ipv4 && layer != PacketLayer::Ipv6) return layer != PacketLayer::None;
    const int version = layer == PacketLayer::Ipv4 ? 4 : 6;
    return bytes.size() == kHeaderSize || bytes[kHeaderSize] >> 4 == version;
}

void stepTag(Walk& walk) {
    if (!walk.has(kTagSize)) return;
    if (walk.scribe != nullptr) {
        describeTag(walk.type == kEtherProviderBridge ? kProviderTag : kCustomerTag, walk.bytes(),
                    *walk.scribe, walk.place());
    }
    // A tag of VLAN 0 gives a priority alone (IEEE 802.1Q section 6.9).
    if (const std::uint16_t vlan = readBe16(walk.bytes()) & 0xfff; vlan != 0) {
        walk.noteNetwork(vlan);
    }
    goLengthOrType(walk, readBe16(walk.bytes() + 2), kTagSize);
}

void stepFabricPath(Walk& walk) {
    constexpr std::size_t kSize = 2;
    if (!walk.has(kSize)) return;
    const std::uint64_t tag = readBe16(walk.bytes()) >> 6;
    if (walk.scribe != nullptr) {
        FieldTree& tree = walk.scribe->tree;
        tree.open(FieldId::FabricPath, walk.place(), kSize, "tag " + std::to_string(tag));
        tree.add(FieldId::FabricPathTag, walk.place(), kSize, tag, {}, {0, 10});
        tree.close();
        walk.scribe->protocols += ":cfp";
    }
    walk.go(PacketLayer::Ethernet, kSize);
}

void stepMacSec(Walk& walk) {
    constexpr std::size_t kShort = 6;
    constexpr std::size_t kIdentifier = 8;
    constexpr std::uint8_t kHasIdentifier = 0x20;
    constexpr std::uint8_t kChanged = 0x0c;  // encrypted, or its text changed
    if (!walk.has(1)) return;
    const std::uint8_t control = walk.bytes()[0];
    const std::size_t size = (control & kHasIdentifier) != 0 ? kShort + kIdentifier : kShort;
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) plain_header::describe(walk, size, "MACsec", ":macsec");
    if ((control & kChanged) != 0) {
        return walk.stopUnread(UnreadContent::By::Encrypted, kEtherMacSec);
    }
    if (!walk.has(size + 2)) return;
    goLengthOrType(walk, readBe16(walk.bytes() + size), size + 2);
}

}  // namespace framescope::ethernet
