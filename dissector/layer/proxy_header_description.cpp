// A PROXY protocol header as a layer of the tree, each field at the bytes that say it.
#include <array>

#include "dissector/layer/proxy_header.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

struct Range {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// Where both addresses and their ports stand, in the order of either version.
struct Ranges {
    Range source;
    Range destination;
    Range sourcePort;
    Range destinationPort;
};

/// "PROXY TCP4 SOURCE DESTINATION PORT PORT".
Ranges rangesInLine(std::string_view line) {
    std::array<Range, 6> words{};
    std::size_t at = 0;
    for (Range& word : words) {
        const std::size_t end = std::min(line.find_first_of(" \r", at), line.size());
        word = {at, end - at};
        at = std::min(end + 1, line.size());
    }
    return {words[2], words[3], words[4], words[5]};
}

/// Behind signature, version, family and length.
Ranges rangesInBinary(std::uint8_t ipVersion) {
    constexpr std::size_t kFixed = 16;
    const std::size_t size = ipVersion == 4 ? 4 : 16;
    return {
        {kFixed, size}, {kFixed + size, size}, {kFixed + 2 * size, 2}, {kFixed + 2 * size + 2, 2}};
}

void addAddress(FieldTree& tree, Place place, Range range, const IpAddress& address, FieldId v4,
                FieldId v6) {
    if (address.version == 4) {
        tree.add(v4, place.at(range.at), range.size, std::uint64_t{readBe32(address.bytes.data())});
    } else {
        tree.add(v6, place.at(range.at), range.size,
                 Bytes(address.bytes.begin(), address.bytes.end()));
    }
}

}  // namespace

FieldIndex describeProxyHeader(const ProxyHeader& header, ByteView bytes, FieldTree& tree,
                               Place place) {
    constexpr std::size_t kCommandAt = 12;
    const FieldIndex layer =
        tree.open(FieldId::Proxy, place, bytes.size(), proxyHeaderText(header));
    const bool isLine = header.version == 1;
    tree.add(FieldId::ProxyVersion, place.at(isLine ? 0 : kCommandAt), isLine ? 5 : 1,
             static_cast<std::uint64_t>(header.version));
    if (!isLine) {
        tree.add(FieldId::ProxyCommand, place.at(kCommandAt), 1,
                 std::uint64_t{header.local ? 0U : 1U}, header.local ? "LOCAL (0)" : "PROXY (1)",
                 {4, 4});
    }
    if (header.source.address.version != 0) {
        const Ranges ranges =
            isLine ? rangesInLine(asText(bytes)) : rangesInBinary(header.source.address.version);
        addAddress(tree, place, ranges.source, header.source.address, FieldId::ProxySrcIpv4,
                   FieldId::ProxySrcIpv6);
        addAddress(tree, place, ranges.destination, header.destination.address,
                   FieldId::ProxyDstIpv4, FieldId::ProxyDstIpv6);
        tree.add(FieldId::ProxySrcPort, place.at(ranges.sourcePort.at), ranges.sourcePort.size,
                 std::uint64_t{header.source.port});
        tree.add(FieldId::ProxyDstPort, place.at(ranges.destinationPort.at),
                 ranges.destinationPort.size, std::uint64_t{header.destination.port});
    }
    if (!header.application.empty()) {
        tree.addComputed(FieldId::ProxyAlpn, header.application,
                         printable(header.application, 4 * header.application.size()));
    }
    if (!header.authority.empty()) {
        tree.addComputed(FieldId::ProxyAuthority, header.authority,
                         printable(header.authority, 4 * header.authority.size()));
    }
    tree.close();
    return layer;
}

}  // namespace framescope
