#include "dissector/link/linux_cooked.h"

#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"

namespace framescope::linux_cooked {
namespace {

/// Where the two versions keep the same facts.
struct Layout {
    std::size_t size;
    std::size_t packetType;
    std::size_t packetTypeSize;
    std::size_t hardwareType;
    std::size_t addressLength;
    std::size_t addressLengthSize;
    std::size_t address;
    std::size_t protocol;
};
constexpr Layout kVersion1{kHeaderSize, 0, 2, 2, 4, 2, 6, 14};
constexpr Layout kVersion2{kHeaderSize2, 10, 1, 8, 11, 1, 12, 0};

std::uint64_t number(ByteView packet, std::size_t offset, std::size_t size) {
    return size == 1 ? packet[offset] : readBe16(packet.data() + offset);
}

const char* packetTypeName(std::uint64_t type) {
    switch (type) {
        case 0:
            return "to us";
        case 1:
            return "broadcast";
        case 2:
            return "multicast";
        case 3:
            return "to another host";
        case 4:
            return "sent by us";
        default:
            return "unknown";
    }
}

}  // namespace

LinkPayload parse(int version, ByteView packet) {
    const Layout& layout = version == 2 ? kVersion2 : kVersion1;
    if (packet.size() < layout.size) return {NetworkProtocol::CutShort, packet.size()};
    if (version == 1) return ethernet::parseTags(packet, layout.protocol);
    const std::uint16_t type = readBe16(packet.data() + layout.protocol);
    // Version 2 has its protocol in front, so a tag, if there is one, begins behind the header and
    // the type it leads to stands in the tag's last two bytes.
    if (isVlanTag(type)) return ethernet::parseTags(packet, layout.size + 2);
    return {networkProtocol(type), layout.size};
}

LinkPayload describe(int version, ByteView packet, FieldTree& tree, Place place,
                     std::string& protocols) {
    const Layout& layout = version == 2 ? kVersion2 : kVersion1;
    const LinkPayload payload = parse(version, packet);
    if (packet.size() < layout.size) return payload;
    const std::uint64_t packetType = number(packet, layout.packetType, layout.packetTypeSize);
    const std::uint64_t addressLength =
        number(packet, layout.addressLength, layout.addressLengthSize);
    const auto type = static_cast<std::uint16_t>(number(packet, layout.protocol, 2));
    tree.open(FieldId::Sll, place, layout.size, packetTypeName(packetType));
    tree.add(FieldId::SllPktType, place.at(layout.packetType), layout.packetTypeSize, packetType,
             std::string(packetTypeName(packetType)) + " (" + std::to_string(packetType) + ")");
    tree.add(FieldId::SllHaType, place.at(layout.hardwareType), 2,
             number(packet, layout.hardwareType, 2));
    tree.add(FieldId::SllHaLen, place.at(layout.addressLength), layout.addressLengthSize,
             addressLength);
    if (addressLength == 6) {
        const ByteView address = packet.subspan(layout.address, 6);
        tree.add(FieldId::SllSrc, place.at(layout.address), 6,
                 Bytes(address.begin(), address.end()));
    }
    if (version == 2) {
        tree.add(FieldId::SllIfIndex, place.at(4), 4, std::uint64_t{readBe32(packet.data() + 4)});
    }
    tree.add(FieldId::SllEtype, place.at(layout.protocol), 2, std::uint64_t{type},
             etherTypeText(type));
    tree.close();
    protocols += ":sll:ethertype";
    ethernet::describeTags(packet, layout.size, type, payload.offset, tree, place, protocols);
    return payload;
}

}  // namespace framescope::linux_cooked
