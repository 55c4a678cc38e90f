#include "dissector/ip/ipv4.h"

#include <algorithm>

#include "dissector/ip/announced_length.h"
#include "dissector/ip/checksum.h"
#include "dissector/ip/ip_protocol.h"

namespace framescope::ipv4 {
namespace {

constexpr ip::ChecksumFields kChecksum{FieldId::IpChecksum, FieldId::IpChecksumStatus,
                                       FieldId::IpChecksumCalculated, IssueCode::IpChecksumWrong};

}  // namespace

Parsed<Header> parse(ByteView bytes) {
    if (bytes.size() < kMinimumHeader) return Parsed<Header>::needs(kMinimumHeader);
    const std::uint8_t* const p = bytes.data();
    Header header;
    header.version = p[0] >> 4;
    header.headerLength = static_cast<std::uint8_t>((p[0] & 15) * 4);
    header.dsField = p[1];
    header.totalLength = readBe16(p + 2);
    header.identification = readBe16(p + 4);
    const std::uint16_t fragment = readBe16(p + 6);
    header.dontFragment = (fragment & 0x4000) != 0;
    header.moreFragments = (fragment & 0x2000) != 0;
    header.fragmentOffset = static_cast<std::uint16_t>((fragment & 0x1fff) * 8);
    header.timeToLive = p[8];
    header.protocol = p[9];
    header.checksum = readBe16(p + 10);
    header.source.version = header.destination.version = 4;
    std::copy_n(p + 12, 4, header.source.bytes.begin());
    std::copy_n(p + 16, 4, header.destination.bytes.begin());
    const std::size_t size = std::max<std::size_t>(header.headerLength, kMinimumHeader);
    if (bytes.size() < size) return Parsed<Header>::needs(size);
    return Parsed<Header>::complete(header, size);
}

void describe(const Header& header, ByteView bytes, std::uint64_t wireLength, FieldTree& tree,
              Place place, bool verifyChecksum) {
    const std::size_t size = std::max<std::size_t>(header.headerLength, kMinimumHeader);
    const std::uint8_t flags = bytes[6] >> 5;
    tree.open(FieldId::Ip, place, size,
              tree.text([&] { return header.source.text() + " → " + header.destination.text(); }));
    tree.add(FieldId::IpVersion, place, 1, std::uint64_t{header.version}, {}, {0, 4});
    tree.add(FieldId::IpHdrLen, place, 1, std::uint64_t{header.headerLength},
             tree.text([&] { return std::to_string(header.headerLength) + " bytes"; }));
    tree.add(FieldId::IpDsField, place.at(1), 1, std::uint64_t{header.dsField});
    tree.add(FieldId::IpLen, place.at(2), 2, std::uint64_t{header.totalLength}, tree.text([&] {
        return ip::announcedLengthText(header.totalLength, 0, bytes.size(), wireLength);
    }));
    tree.add(FieldId::IpId, place.at(4), 2, std::uint64_t{header.identification});
    tree.open(FieldId::IpFlags, place.at(6), 1, {}, std::uint64_t{flags});
    tree.add(FieldId::IpFlagsDf, place.at(6), 1, std::uint64_t{header.dontFragment}, {}, {1, 1});
    tree.add(FieldId::IpFlagsMf, place.at(6), 1, std::uint64_t{header.moreFragments}, {}, {2, 1});
    tree.close();
    tree.add(FieldId::IpFragOffset, place.at(6), 2, std::uint64_t{header.fragmentOffset});
    tree.add(FieldId::IpTtl, place.at(8), 1, std::uint64_t{header.timeToLive});
    tree.add(FieldId::IpProto, place.at(9), 1, std::uint64_t{header.protocol},
             tree.text([&] { return ipProtocolText(header.protocol); }));
    const FieldIndex checksum =
        tree.add(FieldId::IpChecksum, place.at(10), 2, std::uint64_t{header.checksum});
    if (verifyChecksum) {
        ip::describeChecksum(ip::verifyIpv4Header(bytes.first(size)), kChecksum, checksum, tree);
    }
    tree.add(FieldId::IpSrc, place.at(12), 4, std::uint64_t{readBe32(header.source.bytes.data())});
    tree.add(FieldId::IpDst, place.at(16), 4,
             std::uint64_t{readBe32(header.destination.bytes.data())});
    if (size > kMinimumHeader) {
        const ByteView options = bytes.subspan(kMinimumHeader, size - kMinimumHeader);
        tree.add(FieldId::IpOptions, place.at(kMinimumHeader), options.size(),
                 Bytes(options.begin(), options.end()));
    }
    tree.close();
}

}  // namespace framescope::ipv4
