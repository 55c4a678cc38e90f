#include "dissector/link/linux_cooked.h"

#include "dissector/link/ether_type.h"

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

void describe(int version, const Layout& layout, ByteView header, Scribe& scribe, Place place) {
    FieldTree& tree = scribe.tree;
    const std::uint64_t packetType = number(header, layout.packetType, layout.packetTypeSize);
    const std::uint64_t addressLength =
        number(header, layout.addressLength, layout.addressLengthSize);
    const auto type = static_cast<std::uint16_t>(number(header, layout.protocol, 2));
    tree.open(FieldId::Sll, place, layout.size, packetTypeName(packetType));
    tree.add(FieldId::SllPktType, place.at(layout.packetType), layout.packetTypeSize, packetType,
             std::string(packetTypeName(packetType)) + " (" + std::to_string(packetType) + ")");
    tree.add(FieldId::SllHaType, place.at(layout.hardwareType), 2,
             number(header, layout.hardwareType, 2));
    tree.add(FieldId::SllHaLen, place.at(layout.addressLength), layout.addressLengthSize,
             addressLength);
    if (addressLength == 6) {
        const ByteView address = header.subspan(layout.address, 6);
        tree.add(FieldId::SllSrc, place.at(layout.address), 6,
                 Bytes(address.begin(), address.end()));
    }
    if (version == 2) {
        tree.add(FieldId::SllIfIndex, place.at(4), 4, std::uint64_t{readBe32(header.data() + 4)});
    }
    tree.add(FieldId::SllEtype, place.at(layout.protocol), 2, std::uint64_t{type},
             etherTypeText(type));
    tree.close();
    scribe.protocols += ":sll:ethertype";
}

}  // namespace

void step(Walk& walk, int version) {
    const Layout& layout = version == 2 ? kVersion2 : kVersion1;
    if (!walk.has(layout.size)) return;
    const ByteView header = walk.rest().first(layout.size);
    if (walk.scribe != nullptr) describe(version, layout, header, *walk.scribe, walk.place());
    const auto type = static_cast<std::uint16_t>(number(header, layout.protocol, 2));
    constexpr std::uint16_t kLlc = 4;  // ETH_P_802_2
    if (type == kLlc) return walk.go(PacketLayer::Llc, layout.size);
    walk.goEtherType(type, layout.size);
}

}  // namespace framescope::linux_cooked
