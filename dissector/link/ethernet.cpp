#include "dissector/link/ethernet.h"

#include "dissector/link/ether_type.h"

namespace framescope::ethernet {
namespace {

FieldValue address(ByteView bytes) {
    return Bytes(bytes.begin(), bytes.end());
}

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

void describeTag(const TagFields& fields, ByteView tag, FieldTree& tree, Place place) {
    const std::uint16_t control = readBe16(tag.data());
    const std::uint16_t type = readBe16(tag.data() + 2);
    const std::uint64_t id = control & 0x0fff;
    tree.open(fields.layer, place, kTagSize, "id " + std::to_string(id));
    tree.add(fields.priority, place, 2, std::uint64_t{control} >> 13, {}, {0, 3});
    tree.add(fields.dei, place, 2, std::uint64_t{control} >> 12 & 1, {}, {3, 1});
    tree.add(fields.id, place, 2, id, {}, {4, 12});
    tree.add(FieldId::VlanEtype, place.at(2), 2, std::uint64_t{type}, etherTypeText(type));
    tree.close();
}

}  // namespace

LinkPayload parseTags(ByteView packet, std::size_t typeOffset) {
    for (int tags = 0; tags <= kMaxTags; ++tags) {
        if (packet.size() < typeOffset + 2) break;
        const std::uint16_t type = readBe16(packet.data() + typeOffset);
        if (!isVlanTag(type)) return {networkProtocol(type), typeOffset + 2};
        typeOffset += kTagSize;
    }
    return {NetworkProtocol::CutShort, packet.size()};
}

void describeTags(ByteView packet, std::size_t tag, std::uint16_t outerType, std::size_t end,
                  FieldTree& tree, Place place, std::string& protocols) {
    for (; tag + kTagSize <= end; tag += kTagSize) {
        const TagFields& fields = outerType == kEtherProviderBridge ? kProviderTag : kCustomerTag;
        describeTag(fields, packet.subspan(tag, kTagSize), tree, place.at(tag));
        protocols += fields.protocol;
        outerType = readBe16(packet.data() + tag + 2);
    }
}

LinkPayload parse(ByteView packet) {
    if (packet.size() < kHeaderSize) return {NetworkProtocol::CutShort, packet.size()};
    return parseTags(packet, kHeaderSize - 2);
}

LinkPayload describe(ByteView packet, FieldTree& tree, Place place, std::string& protocols) {
    if (packet.size() < kHeaderSize) return {NetworkProtocol::CutShort, packet.size()};
    const std::uint16_t type = readBe16(packet.data() + 12);
    const FieldValue destination = address(packet.first(6));
    const FieldValue source = address(packet.subspan(6, 6));
    tree.open(
        FieldId::Eth, place, kHeaderSize,
        formatValue(FieldType::Ether, source) + " → " + formatValue(FieldType::Ether, destination));
    tree.add(FieldId::EthDst, place, 6, destination);
    tree.add(FieldId::EthSrc, place.at(6), 6, source);
    tree.add(FieldId::EthType, place.at(12), 2, std::uint64_t{type}, etherTypeText(type));
    tree.close();
    protocols += ":eth:ethertype";
    const LinkPayload payload = parse(packet);
    describeTags(packet, kHeaderSize, type, payload.offset, tree, place, protocols);
    return payload;
}

}  // namespace framescope::ethernet
