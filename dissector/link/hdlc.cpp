#include "dissector/link/hdlc.h"

#include "dissector/link/ether_type.h"
#include "dissector/link/llc.h"

namespace framescope::hdlc {
namespace {

constexpr std::uint8_t kUnnumbered = 0x03;

/// Size of a Q.922 address: the last byte of it is odd, two to four bytes. 0 if none is.
std::size_t addressSize(ByteView bytes) {
    for (std::size_t i = 1; i < std::min<std::size_t>(bytes.size(), 4); ++i) {
        if ((bytes[i] & 1) != 0) return i + 1;
    }
    return 0;
}

void describeFrameRelay(Walk& walk, std::size_t address, std::size_t size, bool hasNlpid) {
    FieldTree& tree = walk.scribe->tree;
    const std::uint8_t* const p = walk.bytes();
    const Place place = walk.place();
    const std::uint64_t dlci = std::uint64_t{p[0]} >> 2 << 4 | p[1] >> 4;
    tree.open(FieldId::Fr, place, size, "DLCI " + std::to_string(dlci));
    tree.add(FieldId::FrDlci, place, address, dlci);
    if (hasNlpid) tree.add(FieldId::FrNlpid, place.at(size - 1), 1, std::uint64_t{p[size - 1]});
    tree.close();
    walk.scribe->protocols += ":fr";
}

}  // namespace

void stepCisco(Walk& walk) {
    constexpr std::size_t kHeader = 4;
    constexpr std::uint16_t kOsi = 0xfefe;
    if (!walk.has(kHeader)) return;
    const std::uint16_t protocol = readBe16(walk.bytes() + 2);
    if (walk.scribe != nullptr) {
        FieldTree& tree = walk.scribe->tree;
        const Place place = walk.place();
        tree.open(FieldId::Chdlc, place, kHeader, etherTypeText(protocol));
        tree.add(FieldId::ChdlcAddress, place, 1, std::uint64_t{walk.bytes()[0]});
        tree.add(FieldId::ChdlcProtocol, place.at(2), 2, std::uint64_t{protocol},
                 etherTypeText(protocol));
        tree.close();
        walk.scribe->protocols += ":chdlc";
    }
    if (protocol == kOsi) {
        // The rest of an 802.2 header: control, then the network layer's identifier.
        if (!walk.has(kHeader + 2)) return;
        return llc::goNlpid(walk, walk.bytes()[kHeader + 1], kHeader + 2);
    }
    walk.goEtherType(protocol, kHeader);
}

void stepFrameRelay(Walk& walk) {
    if (!walk.has(2)) return;
    const std::size_t address = addressSize(walk.rest());
    if (address == 0) {
        if (walk.rest().size() < 4) return walk.lacks(4);
        return walk.stop(PacketKind::Malformed);
    }
    if (!walk.has(address + 2)) return;
    const std::uint8_t* const p = walk.bytes();
    if (p[address] != kUnnumbered) {
        if (walk.scribe != nullptr) describeFrameRelay(walk, address, address, false);
        return walk.goEtherType(readBe16(p + address), address + 2);
    }
    // A byte of padding may stand in front of the identifier.
    const std::size_t size = p[address + 1] == 0 ? address + 3 : address + 2;
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) describeFrameRelay(walk, address, size, true);
    llc::goNlpid(walk, p[size - 1], size);
}

}  // namespace framescope::hdlc
