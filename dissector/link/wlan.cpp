#include "dissector/link/wlan.h"

namespace framescope::wlan {
namespace {

enum Control : std::uint8_t {  // of the second byte
    kToDistribution = 0x01,
    kFromDistribution = 0x02,
    kMoreFragments = 0x04,
    kProtected = 0x40,
    kOrder = 0x80,
};
constexpr std::uint8_t kTypeData = 2;
constexpr std::uint8_t kSubtypeQos = 8;
constexpr std::uint8_t kSubtypeNoData = 4;

constexpr std::size_t kControlSize = 2;
constexpr std::size_t kDataHeader = 24;
constexpr std::size_t kAddress = 6;
constexpr std::size_t kQosControl = 2;
constexpr std::size_t kHtControl = 4;
/// Destination, source, length: the header of a frame in an A-MSDU.
constexpr std::size_t kSubframeHeader = 14;
constexpr std::uint8_t kAggregate = 0x80;  ///< in the first byte of QoS control
constexpr std::uint8_t kMesh = 0x01;       ///< in its second

/// The parts of a data frame's header.
struct DataHeader {
    std::size_t size = kDataHeader;  ///< with QoS and HT control
    std::size_t qosAt = 0;           ///< 0: none
    bool fourAddresses = false;
};

DataHeader dataHeader(std::uint8_t subtype, std::uint8_t flags) {
    DataHeader header;
    constexpr std::uint8_t kBoth = kToDistribution | kFromDistribution;
    header.fourAddresses = (flags & kBoth) == kBoth;
    if (header.fourAddresses) header.size += kAddress;
    if ((subtype & kSubtypeQos) == 0) return header;
    header.qosAt = header.size;
    header.size += kQosControl;
    if ((flags & kOrder) != 0) header.size += kHtControl;
    return header;
}

void describe(Walk& walk, std::size_t size, std::uint8_t type, std::uint8_t flags, bool isData) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    const auto address = [&](FieldId field, std::size_t at) {
        tree.add(field, place.at(at), kAddress, Bytes(p + at, p + at + kAddress));
    };
    tree.open(FieldId::Wlan, place, size, isData ? "data" : "no data");
    tree.add(FieldId::WlanType, place, 1, std::uint64_t{type});
    tree.add(FieldId::WlanFlags, place.at(1), 1, std::uint64_t{flags});
    tree.add(FieldId::WlanProtected, place.at(1), 1, std::uint64_t{flags} >> 6 & 1, {}, {1, 1});
    if (isData) {
        const bool to = (flags & kToDistribution) != 0;
        const bool from = (flags & kFromDistribution) != 0;
        address(FieldId::WlanReceiver, 4);
        address(FieldId::WlanTransmitter, 10);
        address(FieldId::WlanDst, to ? 16 : 4);
        address(FieldId::WlanSrc, to && from ? 24 : from ? 16 : 10);
    }
    tree.close();
    walk.scribe->protocols += ":wlan";
}

/// Mesh control (IEEE 802.11 section 9.2.4.8.3): its first two bits are a count of addresses.
bool skipMeshControl(Walk& walk, std::size_t& size) {
    constexpr std::size_t kFixed = 6;
    if (!walk.has(size + kFixed)) return false;
    size += kFixed + (walk.bytes()[size] & 3) * kAddress;
    return walk.has(size);
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(kControlSize)) return;
    const bool padded = walk.type == kDataPadding;
    const std::size_t firstAt = walk.type == kSwappedControl ? 1 : 0;
    const std::uint8_t first = walk.bytes()[firstAt];
    const std::uint8_t flags = walk.bytes()[1 - firstAt];
    const auto subtype = static_cast<std::uint8_t>(first >> 4);
    const auto type = static_cast<std::uint8_t>((first & 0x0c) << 2 | subtype);
    if ((first & 3) != 0 || (first >> 2 & 3) != kTypeData) {
        if (walk.scribe != nullptr) describe(walk, kControlSize, type, flags, false);
        return walk.stopUnread(UnreadContent::By::WlanFrame, type);
    }
    const DataHeader header = dataHeader(subtype, flags);
    if (!walk.has(header.size)) return;
    const std::uint8_t* const p = walk.bytes();
    if (walk.scribe != nullptr) describe(walk, header.size, type, flags, true);
    const bool isPart = (flags & kMoreFragments) != 0 || (p[22] & 0x0f) != 0;
    if ((flags & kProtected) != 0) return walk.stopUnread(UnreadContent::By::Encrypted, 0);
    if ((subtype & kSubtypeNoData) != 0 || isPart) {
        return walk.stopUnread(UnreadContent::By::WlanFrame, type);
    }
    std::size_t size = header.size;
    if (padded) size = (size + 3) & ~std::size_t{3};
    if (!walk.has(size)) return;
    const bool aggregate = header.qosAt != 0 && (p[header.qosAt] & kAggregate) != 0;
    const bool mesh =
        header.qosAt != 0 && header.fourAddresses && (p[header.qosAt + 1] & kMesh) != 0;
    if (aggregate) {
        if (!walk.has(size + kSubframeHeader)) return;
        const std::uint16_t length = readBe16(p + size + kSubframeHeader - 2);
        size += kSubframeHeader;
        walk.end = std::min<std::uint64_t>(walk.end, walk.offset + size + length);
    }
    if (mesh && !skipMeshControl(walk, size)) return;
    walk.go(PacketLayer::Llc, size);
}

}  // namespace framescope::wlan
