#include "dissector/link/padding.h"

#include <algorithm>

#include "dissector/ip/ipv4.h"
#include "dissector/ip/ipv6.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Where the datagram ends whose header is at `begin`; the packet's end where its length was left
/// to the network card, or fits no packet.
std::uint64_t datagramEnd(ByteView packet, std::uint64_t begin, FieldId version) {
    const ByteView header = packet.subspan(static_cast<std::size_t>(begin));
    if (version == FieldId::Ip) {
        const auto ip = ipv4::parse(header);
        if (ip && ip->totalLength >= ip->headerLength) return begin + ip->totalLength;
    } else {
        const auto ip = ipv6::parse(header);
        if (ip && ip->payloadLength != 0) return begin + ipv6::kHeaderSize + ip->payloadLength;
    }
    return packet.size();
}

}  // namespace

void describePadding(ByteView packet, FieldTree& tree, Place place) {
    bool inEthernet = false;
    std::uint64_t end = packet.size();
    for (const Field& field : tree.fields()) {
        if (field.source != place.source) continue;
        if (field.id == FieldId::Eth && field.range.begin == place.offset) inEthernet = true;
        if (field.id != FieldId::Ip && field.id != FieldId::Ipv6) continue;
        end = datagramEnd(packet, field.range.begin - place.offset, field.id);
        break;
    }
    if (!inEthernet || end >= packet.size()) return;
    const ByteView padding = packet.subspan(static_cast<std::size_t>(end));
    tree.add(FieldId::EthPadding, place.at(end), padding.size(),
             Bytes(padding.begin(), padding.end()), byteCountText(padding.size()));
}

}  // namespace framescope
