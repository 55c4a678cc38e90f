#include "dissector/link/batman.h"

#include "dissector/link/ether_type.h"
#include "dissector/link/plain_header.h"

namespace framescope::batman {
namespace {

/// Bytes in front of the frame; 0 for a type that carries no whole one. The two versions number
/// the types differently, and write those here alike.
std::size_t headerSize(std::uint8_t type, std::uint8_t version) {
    constexpr std::size_t kUnicast = 10;      // type, version, hops, table version, destination
    constexpr std::size_t kFourAddress = 18;  // and source, subtype
    constexpr std::size_t kBroadcast = 14;    // type, version, hops, sequence number, originator
    if (version == 15) {
        if (type == 0x40) return kUnicast;
        if (type == 0x42) return kFourAddress;
        if (type == 0x01) return kBroadcast;
    }
    if (version == 14) {
        if (type == 3) return kUnicast;
        if (type == 9) return kFourAddress;
        if (type == 4) return kBroadcast;
    }
    return 0;
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(2)) return;
    const std::size_t size = headerSize(walk.bytes()[0], walk.bytes()[1]);
    if (size == 0) return walk.stopUnread(UnreadContent::By::EtherType, kEtherBatman);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) plain_header::describe(walk, size, "B.A.T.M.A.N.", ":batadv");
    walk.go(PacketLayer::Ethernet, size);
}

}  // namespace framescope::batman
