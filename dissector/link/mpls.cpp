#include "dissector/link/mpls.h"

#include "dissector/ip/ip_steps.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/plain_header.h"

namespace framescope::mpls {
namespace {

constexpr std::size_t kEntrySize = 4;

void describe(std::uint32_t entry, Walk& walk) {
    FieldTree& tree = walk.scribe->tree;
    const Place place = walk.place();
    const std::uint64_t label = entry >> 12;
    tree.open(FieldId::Mpls, place, kEntrySize, "label " + std::to_string(label));
    tree.add(FieldId::MplsLabel, place, 3, label, {}, {0, 20});
    tree.add(FieldId::MplsExp, place.at(2), 1, std::uint64_t{entry} >> 9 & 7, {}, {4, 3});
    tree.add(FieldId::MplsBottom, place.at(2), 1, std::uint64_t{entry} >> 8 & 1, {}, {7, 1});
    tree.add(FieldId::MplsTtl, place.at(3), 1, std::uint64_t{entry} & 0xff);
    tree.close();
    walk.scribe->protocols += ":mpls";
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(kEntrySize)) return;
    const std::uint32_t entry = readBe32(walk.bytes());
    if (walk.scribe != nullptr) describe(entry, walk);
    walk.noteNetwork(entry >> 12);
    const bool bottom = (entry & 0x100) != 0;
    walk.go(bottom ? PacketLayer::MplsPayload : PacketLayer::Mpls, kEntrySize);
}

void stepPayload(Walk& walk) {
    constexpr std::size_t kControlWord = 4;
    if (!walk.has(1)) return;
    const ByteView rest = walk.rest();
    const std::uint8_t nibble = rest[0] >> 4;
    const bool isIp = nibble == 4 || nibble == 6;
    // A frame to an address that begins like an IP header is still a frame.
    if (isIp && (ip::looksLikeHeader(rest, walk.wireLength()) || !ethernet::looksLikeFrame(rest))) {
        walk.next = PacketLayer::Ip;
        return;
    }
    // A frame is told by its type, so that has to be there.
    constexpr std::size_t kTold = kControlWord + ethernet::kHeaderSize;
    if (!isIp && rest.size() < kTold && walk.wireLength() >= kTold) return walk.lacks(kTold);
    if (nibble == 0 && rest.size() > kControlWord &&
        ethernet::looksLikeFrame(rest.subspan(kControlWord))) {
        if (walk.scribe != nullptr) {
            plain_header::describe(walk, kControlWord, "pseudowire control word", ":pwethcw");
        }
        return walk.go(PacketLayer::Ethernet, kControlWord);
    }
    if (!ethernet::looksLikeFrame(rest)) return walk.stopUnread();
    walk.next = PacketLayer::Ethernet;
}

}  // namespace framescope::mpls
