#include "dissector/link/plain_header.h"

#include <array>

#include "dissector/link/ether_type.h"
#include "dissector/link/ethernet.h"

namespace framescope::plain_header {
namespace {

struct Header {
    std::uint32_t announcedBy;  ///< LINKTYPE_ value, or EtherType
    std::size_t size;
    std::size_t typeAt;  ///< of the EtherType in it; 0: it has none, `next` follows
    PacketLayer next;
    const char* text;
    const char* name;  ///< among the protocols
};

/// tcpdump.org, link-layer header types.
constexpr std::array kLinks = {
    Header{17, 28, 0, PacketLayer::Ip, "OpenBSD packet filter log, before OpenBSD 3.4",
           ":old_pflog"},
    Header{109, 12, 0, PacketLayer::Ip, "OpenBSD encapsulating interface", ":enc"},
    Header{122, 16, 0, PacketLayer::Llc, "Fibre Channel addresses", ":ipfc"},
    Header{138, 18, 16, PacketLayer::None, "IP over IEEE 1394", ":ieee1394"},
    Header{204, 1, 0, PacketLayer::Ppp, "direction", ":direction"},
    Header{205, 1, 0, PacketLayer::CiscoHdlc, "direction", ":direction"},
    Header{206, 1, 0, PacketLayer::FrameRelay, "direction", ":direction"},
    Header{226, 24, 0, PacketLayer::Ip, "Solaris ipnet", ":ipnet"},
    Header{240, 4, 0, PacketLayer::Ethernet, "netANALYZER", ":netanalyzer"},
    Header{241, 12, 0, PacketLayer::Ethernet, "netANALYZER, with preamble", ":netanalyzer"},
    Header{242, 44, 40, PacketLayer::None, "IP over InfiniBand", ":infiniband"},
    Header{259, 8, 0, PacketLayer::Ethernet, "EPON preamble", ":epon"},
    Header{274, 8, 0, PacketLayer::Ethernet, "IEEE 802.3br preamble", ":mpacket"},
    Header{281, 18, 16, PacketLayer::None, "Ethernet with a Broadcom switch tag", ":eth:brcm-tag"},
    Header{282, 4, 0, PacketLayer::Ethernet, "Broadcom switch tag", ":brcm-tag"},
    Header{284, 18, 16, PacketLayer::None, "Ethernet with a Marvell switch tag", ":eth:dsa"},
    Header{285, 22, 20, PacketLayer::None, "Ethernet with an extended Marvell switch tag",
           ":eth:edsa"},
};

constexpr std::array kTags = {
    Header{0x8909, 8, 6, PacketLayer::None, "Cisco metadata", ":cmd"},
    Header{0x8926, 6, 4, PacketLayer::None, "Cisco VN-Tag", ":vntag"},
    Header{0x892f, 6, 4, PacketLayer::None, "High-availability Seamless Redundancy", ":hsr"},
    Header{0x893f, 8, 6, PacketLayer::None, "IEEE 802.1BR tag", ":ieee8021br"},
    Header{0x88e7, 4, 0, PacketLayer::Ethernet, "IEEE 802.1ah service tag", ":ieee8021ah"},
    Header{0xf1c1, 6, 4, PacketLayer::None, "IEEE 802.1CB redundancy tag", ":ieee8021cb"},
    Header{0xdada, 8, 6, PacketLayer::None, "Marvell switch tag", ":edsa"},
};

template <std::size_t Count>
constexpr const Header* find(const std::array<Header, Count>& table, std::uint32_t announcedBy) {
    for (const Header& header : table) {
        if (header.announcedBy == announcedBy) return &header;
    }
    return nullptr;
}

void step(Walk& walk, const Header* header) {
    if (header == nullptr) return walk.stopUnread();
    if (!walk.has(header->size)) return;
    if (header->typeAt == 0) {
        if (walk.scribe != nullptr) describe(walk, header->size, header->text, header->name);
        return walk.go(header->next, header->size);
    }
    const std::uint16_t type = readBe16(walk.bytes() + header->typeAt);
    if (walk.scribe != nullptr) {
        describe(walk, header->size, header->text, header->name, type, header->typeAt);
    }
    ethernet::goLengthOrType(walk, type, header->size);
}

}  // namespace

const char* nameOfLink(std::uint32_t linkType) {
    const Header* const header = find(kLinks, linkType);
    return header != nullptr ? header->text : nullptr;
}

const char* nameOfTag(std::uint16_t etherType) {
    const Header* const header = find(kTags, etherType);
    return header != nullptr ? header->text : nullptr;
}

bool isLinkType(std::uint32_t linkType) {
    return find(kLinks, linkType) != nullptr;
}

void stepLink(Walk& walk) {
    step(walk, find(kLinks, walk.type));
}

bool isEtherType(std::uint16_t etherType) {
    return find(kTags, etherType) != nullptr;
}

void stepTag(Walk& walk) {
    step(walk, find(kTags, walk.type));
}

void stepTrill(Walk& walk) {
    if (!walk.has(2)) return;
    constexpr std::size_t kFixed = 6;
    const std::size_t options = (readBe16(walk.bytes()) >> 6 & 31) * std::size_t{4};
    if (!walk.has(kFixed + options)) return;
    if (walk.scribe != nullptr) describe(walk, kFixed + options, "TRILL", ":trill");
    walk.go(PacketLayer::Ethernet, kFixed + options);
}

void stepNsh(Walk& walk) {
    if (!walk.has(8)) return;
    const std::size_t size = (walk.bytes()[1] & 63) * std::size_t{4};
    const std::uint8_t protocol = walk.bytes()[3];
    if (size < 8) return walk.stop(PacketKind::Malformed);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        describe(walk, size, "network service header", ":nsh", protocol, 3);
    }
    constexpr std::array kProtocols = {PacketLayer::None,      PacketLayer::Ipv4,
                                       PacketLayer::Ipv6,      PacketLayer::Ethernet,
                                       PacketLayer::NshHeader, PacketLayer::Mpls};
    if (protocol >= kProtocols.size() || protocol == 0) return walk.stopUnread();
    walk.go(kProtocols[protocol], size);
}

void describe(Walk& walk, std::size_t size, const char* text, const char* name,
              std::optional<std::uint16_t> protocol, std::size_t at) {
    FieldTree& tree = walk.scribe->tree;
    tree.open(FieldId::LinkHeader, walk.place(), size, text);
    if (protocol) {
        // A number below 256 stands in one byte.
        const bool isByte = *protocol < 0x100;
        tree.add(FieldId::LinkHeaderProtocol, walk.place().at(at),
                 isByte && at + 2 > size ? size - at
                 : isByte                ? 1
                                         : 2,
                 std::uint64_t{*protocol}, isByte ? std::string() : etherTypeText(*protocol));
    }
    tree.close();
    walk.scribe->protocols += name;
}

}  // namespace framescope::plain_header
