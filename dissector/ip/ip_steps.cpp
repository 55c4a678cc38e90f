#include "dissector/ip/ip_steps.h"

#include "dissector/ip/ip_protocol.h"
#include "dissector/ip/ipv4.h"
#include "dissector/ip/ipv6.h"
#include "dissector/link/plain_header.h"

namespace framescope::ip {
namespace {

/// Ends the walk at the part of a datagram that begins `size` bytes from here and reaches to the
/// datagram's end.
void stopAtFragment(Walk& walk, std::size_t size, std::uint8_t protocol,
                    std::uint32_t identification, std::uint32_t offset, bool more) {
    const DecodedPacket& decoded = walk.decoded;
    Fragment fragment;
    fragment.source = decoded.source.address;
    fragment.destination = decoded.destination.address;
    fragment.identification = identification;
    fragment.protocol = protocol;
    fragment.network = decoded.network;
    fragment.offset = offset;
    fragment.more = more;
    fragment.dataOffset = walk.offset + size;
    fragment.dataLength = walk.end - fragment.dataOffset;
    fragment.dataCaptured = static_cast<std::size_t>(
        std::min<std::uint64_t>(fragment.dataLength, walk.packet.size() - fragment.dataOffset));
    walk.decoded.fragment = fragment;
    walk.stop(PacketKind::IpFragment);
}

/// An IP header inside of another one: whose ends the outer one names is a network of its own, the
/// same in both directions.
void noteTunnel(Walk& walk) {
    DecodedPacket& decoded = walk.decoded;
    decoded.tunnelled = decoded.source.address.version != 0;
    if (!decoded.tunnelled) return;
    const auto hash = [](const IpAddress& address) {
        std::uint32_t sum = address.version;
        for (std::size_t i = 0; i < address.bytes.size(); i += 4) {
            sum = (sum ^ readBe32(address.bytes.data() + i)) * 0x9e3779b1U;
            sum ^= sum >> 15;
        }
        return sum;
    };
    walk.noteNetwork(hash(decoded.source.address) + hash(decoded.destination.address));
}

/// Behind extension headers, which begin at `walk.offset` + `from`.
void goBehindExtensions(Walk& walk, const ipv6::Chain& chain) {
    if (chain.cutShort) {
        if (chain.needed == 0) return walk.stop(PacketKind::Malformed);
        return walk.lacks(chain.needed);
    }
    if (chain.fragment) {
        return stopAtFragment(walk, chain.offset, chain.protocol, chain.identification,
                              chain.fragmentOffset, chain.moreFragments);
    }
    walk.goIpProtocol(chain.protocol, chain.offset);
}

}  // namespace

void step(Walk& walk) {
    if (!walk.has(1)) return;
    switch (walk.bytes()[0] >> 4) {
        case 4:
            walk.next = PacketLayer::Ipv4;
            break;
        case 6:
            walk.next = PacketLayer::Ipv6;
            break;
        default:
            walk.stopUnread();
            break;
    }
}

void stepV4(Walk& walk) {
    const ByteView bytes = walk.rest();
    const auto header = ipv4::parse(bytes);
    if (!header) return walk.lacks(header.needed());
    if (walk.scribe != nullptr) {
        tcp::Context& context = walk.scribe->context;
        ipv4::describe(*header, bytes, walk.wireLength(), walk.scribe->tree, walk.place(),
                       context.verifyChecksums);
        context.checksumSource = header->source;
        context.checksumDestination = header->destination;
        walk.scribe->protocols += ":ip";
    }
    if (!header->plausible()) return walk.stop(PacketKind::Malformed);
    // An announced length of 0 leaves segmentation to the network card: it is all there is.
    if (header->totalLength != 0) {
        if (header->totalLength < header->headerLength) return walk.stop(PacketKind::Malformed);
        walk.bound(header->totalLength);
    }
    noteTunnel(walk);
    walk.decoded.source.address = header->source;
    walk.decoded.destination.address = header->destination;
    walk.otherwise = walk.inUdp ? PacketKind::Udp : PacketKind::OtherIp;
    if (header->fragmentOffset != 0 || header->moreFragments) {
        return stopAtFragment(walk, header->headerLength, header->protocol, header->identification,
                              header->fragmentOffset, header->moreFragments);
    }
    walk.goIpProtocol(header->protocol, header->headerLength);
}

void stepV6(Walk& walk) {
    const auto header = ipv6::parse(walk.rest());
    if (!header) return walk.lacks(header.needed());
    if (walk.scribe != nullptr) {
        ipv6::describe(*header, walk.rest(), walk.wireLength(), walk.scribe->tree, walk.place());
        const ipv6::Ends ends = ipv6::checksumEnds(*header, walk.rest());
        walk.scribe->context.checksumSource = ends.source;
        walk.scribe->context.checksumDestination = ends.destination;
        walk.scribe->protocols += ":ipv6";
    }
    if (header->version != 6) return walk.stop(PacketKind::Malformed);
    if (header->payloadLength != 0) {
        walk.bound(std::uint64_t{header->payloadLength} + ipv6::kHeaderSize);
    }
    noteTunnel(walk);
    walk.decoded.source.address = header->source;
    walk.decoded.destination.address = header->destination;
    walk.otherwise = walk.inUdp ? PacketKind::Udp : PacketKind::OtherIp;
    goBehindExtensions(walk,
                       ipv6::followExtensions(header->nextHeader, ipv6::kHeaderSize, walk.rest()));
}

void stepAuthentication(Walk& walk) {
    constexpr std::size_t kFixed = 12;
    if (!walk.has(kFixed)) return;
    const std::uint8_t protocol = walk.bytes()[0];
    const std::size_t size = (walk.bytes()[1] + std::size_t{2}) * 4;
    if (size < kFixed) return walk.stop(PacketKind::Malformed);
    if (!walk.has(size)) return;
    if (walk.scribe != nullptr) {
        plain_header::describe(walk, size, "authentication header", ":ah", protocol, 0);
    }
    walk.goIpProtocol(protocol, size);
}

void stepEtherIp(Walk& walk) {
    constexpr std::size_t kHeader = 2;
    if (!walk.has(kHeader)) return;
    if (walk.scribe != nullptr) {
        plain_header::describe(walk, kHeader, "Ethernet within IP", ":etherip");
    }
    walk.go(PacketLayer::Ethernet, kHeader);
}

bool looksLikeHeader(ByteView bytes, std::uint64_t wireLength) {
    if (bytes.empty()) return false;
    const std::uint8_t first = bytes[0];
    if (first >> 4 == 6) {
        if (wireLength < ipv6::kHeaderSize) return false;
        return bytes.size() < 6 || readBe16(bytes.data() + 4) + ipv6::kHeaderSize <= wireLength;
    }
    if (first >> 4 != 4 || (first & 15) < 5 || wireLength < ipv4::kMinimumHeader) return false;
    if (bytes.size() < 4) return true;
    const std::uint16_t length = readBe16(bytes.data() + 2);
    return length == 0 || (length >= ipv4::kMinimumHeader && length <= wireLength);
}

void stepPayload(Walk& walk, std::uint8_t protocol) {
    walk.otherwise = PacketKind::OtherIp;
    if (walk.decoded.source.address.version != 6) return walk.goIpProtocol(protocol, 0);
    std::vector<ipv6::Extension> extensions;
    const bool describing = walk.scribe != nullptr;
    const ipv6::Chain chain =
        ipv6::followExtensions(protocol, 0, walk.rest(), describing ? &extensions : nullptr);
    if (describing) {
        ipv6::describeExtensions(extensions, walk.rest(), walk.scribe->tree, walk.place());
    }
    goBehindExtensions(walk, chain);
}

}  // namespace framescope::ip
