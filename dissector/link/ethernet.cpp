#include "dissector/link/ethernet.h"

#include "dissector/link/ether_type.h"

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
    const FieldValue destination = Bytes(header, header + 6);
    const FieldValue source = Bytes(header + 6, header + 12);
    tree.open(
        FieldId::Eth, place, kHeaderSize,
        formatValue(FieldType::Ether, source) + " → " + formatValue(FieldType::Ether, destination));
    tree.add(FieldId::EthDst, place, 6, destination);
    tree.add(FieldId::EthSrc, place.at(6), 6, source);
    tree.add(FieldId::EthType, place.at(12), 2, std::uint64_t{type}, etherTypeText(type));
    tree.close();
    scribe.protocols += ":eth:ethertype";
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(kHeaderSize)) return;
    const std::uint16_t type = readBe16(walk.bytes() + 12);
    if (walk.scribe != nullptr) describe(walk.bytes(), type, *walk.scribe, walk.place());
    walk.goEtherType(type, kHeaderSize);
}

void stepTag(Walk& walk) {
    if (!walk.has(kTagSize)) return;
    if (walk.scribe != nullptr) {
        describeTag(walk.type == kEtherProviderBridge ? kProviderTag : kCustomerTag, walk.bytes(),
                    *walk.scribe, walk.place());
    }
    walk.goEtherType(readBe16(walk.bytes() + 2), kTagSize);
}

}  // namespace framescope::ethernet
