#include "dissector/ip/ipv6.h"

#include <algorithm>

#include "dissector/ip/announced_length.h"
#include "dissector/ip/ip_protocol.h"

namespace framescope::ipv6 {
namespace {

bool isExtension(std::uint8_t type) {
    switch (type) {
        case kProtocolHopByHop:
        case kProtocolRouting:
        case kProtocolFragment:
        case kProtocolAuthentication:
        case kProtocolDestinationOptions:
        case kProtocolMobility:
            return true;
        default:
            return false;
    }
}

/// Size of an extension header: fixed for fragments, in units of 4 bytes for authentication
/// (RFC 4302 section 2.2), in units of 8 for the others (RFC 8200 section 4.3).
std::size_t extensionSize(std::uint8_t type, ByteView bytes) {
    if (type == kProtocolFragment) return 8;
    if (type == kProtocolAuthentication) return (std::size_t{bytes[1]} + 2) * 4;
    return (std::size_t{bytes[1]} + 1) * 8;
}

IpAddress addressAt(const std::uint8_t* bytes) {
    IpAddress address;
    address.version = 6;
    std::copy_n(bytes, 16, address.bytes.begin());
    return address;
}

/// The final destination that a routing header names, or `known`.
IpAddress finalDestination(ByteView routing, const IpAddress& known) {
    constexpr std::uint8_t kSourceRoute = 0;
    constexpr std::uint8_t kHomeAddress = 2;
    constexpr std::uint8_t kSegments = 4;
    constexpr std::size_t kFirst = 8;
    const std::uint8_t type = routing[2];
    const std::uint8_t left = routing[3];
    const std::size_t count = (routing.size() - kFirst) / 16;
    if (left == 0 || count == 0) return known;
    // Segments are listed backwards.
    if (type == kSegments) return addressAt(routing.data() + kFirst);
    if (type != kSourceRoute && type != kHomeAddress) return known;
    return addressAt(routing.data() + kFirst + (count - 1) * 16);
}

/// The home address among destination options, or `known`.
IpAddress homeAddress(ByteView options, const IpAddress& known) {
    constexpr std::uint8_t kPad1 = 0;
    constexpr std::uint8_t kHomeAddressOption = 201;
    for (std::size_t i = 2; i + 1 < options.size();) {
        if (options[i] == kPad1) {
            ++i;
            continue;
        }
        const std::size_t size = options[i + 1];
        if (i + 2 + size > options.size()) break;
        if (options[i] == kHomeAddressOption && size == 16) {
            return addressAt(options.data() + i + 2);
        }
        i += 2 + size;
    }
    return known;
}

}  // namespace

Ends checksumEnds(const Header& header, ByteView bytes) {
    Ends ends{header.source, header.destination};
    std::vector<Extension> extensions;
    followExtensions(header.nextHeader, kHeaderSize, bytes, &extensions);
    for (const Extension& extension : extensions) {
        const ByteView part = bytes.subspan(extension.offset, extension.size);
        if (extension.type == kProtocolRouting) {
            ends.destination = finalDestination(part, ends.destination);
        } else if (extension.type == kProtocolDestinationOptions) {
            ends.source = homeAddress(part, ends.source);
        }
    }
    return ends;
}

Parsed<Header> parse(ByteView bytes) {
    if (bytes.size() < kHeaderSize) return Parsed<Header>::needs(kHeaderSize);
    const std::uint8_t* const p = bytes.data();
    const std::uint32_t first = readBe32(p);
    Header header;
    header.version = p[0] >> 4;
    header.trafficClass = static_cast<std::uint8_t>(first >> 20);
    header.flowLabel = first & 0xfffff;
    header.payloadLength = readBe16(p + 4);
    header.nextHeader = p[6];
    header.hopLimit = p[7];
    header.source.version = header.destination.version = 6;
    std::copy_n(p + 8, 16, header.source.bytes.begin());
    std::copy_n(p + 24, 16, header.destination.bytes.begin());
    return Parsed<Header>::complete(header, kHeaderSize);
}

Chain followExtensions(std::uint8_t protocol, std::size_t offset, ByteView bytes,
                       std::vector<Extension>* extensions) {
    Chain chain;
    chain.protocol = protocol;
    chain.offset = offset;
    for (std::size_t i = 0; isExtension(chain.protocol); ++i) {
        if (i == kMaxExtensions || chain.offset + 8 > bytes.size()) {
            chain.cutShort = true;
            chain.needed = i == kMaxExtensions ? 0 : chain.offset + 8;
            break;
        }
        const ByteView rest = bytes.subspan(chain.offset);
        const std::uint8_t type = chain.protocol;
        const std::size_t size = extensionSize(type, rest);
        if (size > rest.size()) {
            chain.cutShort = true;
            chain.needed = chain.offset + size;
            break;
        }
        if (type == kProtocolFragment) {
            const std::uint16_t fragment = readBe16(rest.data() + 2);
            chain.moreFragments = (fragment & 1) != 0;
            chain.fragmentOffset = fragment & 0xfff8;
            chain.identification = readBe32(rest.data() + 4);
            chain.fragment = chain.fragmentOffset != 0 || chain.moreFragments;
        }
        if (extensions != nullptr) extensions->push_back({type, chain.offset, size});
        chain.protocol = rest[0];
        chain.offset += size;
        if (chain.fragment) break;
    }
    return chain;
}

void describe(const Header& header, ByteView bytes, std::uint64_t wireLength, FieldTree& tree,
              Place place) {
    std::vector<Extension> extensions;
    const Chain chain = followExtensions(header.nextHeader, kHeaderSize, bytes, &extensions);
    const auto address = [](const IpAddress& a) { return Bytes(a.bytes.begin(), a.bytes.end()); };
    tree.open(FieldId::Ipv6, place, std::min(chain.offset, bytes.size()),
              header.source.text() + " → " + header.destination.text());
    tree.add(FieldId::Ipv6Version, place, 1, std::uint64_t{header.version}, {}, {0, 4});
    tree.add(FieldId::Ipv6TClass, place, 2, std::uint64_t{header.trafficClass}, {}, {4, 8});
    tree.add(FieldId::Ipv6Flow, place.at(1), 3, std::uint64_t{header.flowLabel}, {}, {4, 20});
    tree.add(FieldId::Ipv6Plen, place.at(4), 2, std::uint64_t{header.payloadLength},
             ip::announcedLengthText(header.payloadLength, kHeaderSize, bytes.size(), wireLength));
    tree.add(FieldId::Ipv6Nxt, place.at(6), 1, std::uint64_t{header.nextHeader},
             ipProtocolText(header.nextHeader));
    tree.add(FieldId::Ipv6Hlim, place.at(7), 1, std::uint64_t{header.hopLimit});
    tree.add(FieldId::Ipv6Src, place.at(8), 16, address(header.source));
    tree.add(FieldId::Ipv6Dst, place.at(24), 16, address(header.destination));
    describeExtensions(extensions, bytes, tree, place);
    tree.close();
}

void describeExtensions(const std::vector<Extension>& extensions, ByteView bytes, FieldTree& tree,
                        Place place) {
    for (const Extension& extension : extensions) {
        const ByteView part = bytes.subspan(extension.offset, extension.size);
        tree.open(FieldId::Ipv6Extension, place.at(extension.offset), extension.size,
                  ipProtocolText(extension.type), Bytes(part.begin(), part.end()));
        if (extension.type == kProtocolFragment) {
            const Place at = place.at(extension.offset);
            const std::uint16_t offset = readBe16(part.data() + 2);
            tree.add(FieldId::Ipv6FragOffset, at.at(2), 2, std::uint64_t{offset} & 0xfff8);
            tree.add(FieldId::Ipv6FragMore, at.at(3), 1, std::uint64_t{offset} & 1, {}, {7, 1});
            tree.add(FieldId::Ipv6FragId, at.at(4), 4, std::uint64_t{readBe32(part.data() + 4)});
        }
        tree.close();
    }
}

}  // namespace framescope::ipv6
