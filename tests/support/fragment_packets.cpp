#include "tests/support/fragment_packets.h"

#include <algorithm>
#include <optional>
#include <random>

#include "dissector/packet/packet.h"

namespace framescope::test {
namespace {

constexpr std::size_t kIpv4Size = 20;
constexpr std::size_t kIpv6Size = 40;
constexpr std::uint32_t kRawLink = 101;

/// Where the IP header of a TCP packet begins, and the datagram's payload ends.
struct IpPlace {
    int version = 4;
    std::size_t begin = 0;
    std::size_t payload = 0;
    std::size_t end = 0;
};

std::optional<IpPlace> ipPlace(const ListedPacket& packet) {
    const DecodedPacket decoded = decodePacket(packet.linkType, packet.data, packet.originalLength);
    if (decoded.kind != PacketKind::Tcp || decoded.payloadCaptured != decoded.payloadLength) {
        return std::nullopt;
    }
    const bool six = decoded.source.address.version == 6;
    const std::size_t size = six ? kIpv6Size : kIpv4Size;
    if (decoded.tcpOffset < size) return std::nullopt;
    IpPlace place{six ? 6 : 4, decoded.tcpOffset - size, decoded.tcpOffset,
                  decoded.payloadOffset + decoded.payloadCaptured};
    const std::uint8_t* const ip = packet.data.data() + place.begin;
    const bool plain = six ? ip[0] >> 4 == 6 && ip[6] == 6 : ip[0] == 0x45 && ip[9] == 6;
    return plain ? std::optional(place) : std::nullopt;
}

ListedPacket withBytes(const ListedPacket& like, std::uint32_t linkType, Bytes bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    return {like.timeNs, linkType, size, std::move(bytes)};
}

Bytes ipv4Fragment(const ListedPacket& packet, const IpPlace& place, std::size_t offset,
                   std::size_t size, bool more, std::uint32_t identification) {
    Bytes bytes(packet.data.begin(),
                packet.data.begin() + static_cast<std::ptrdiff_t>(place.payload));
    std::uint8_t* const ip = bytes.data() + place.begin;
    const auto put = [ip](std::size_t at, std::size_t value) {
        ip[at] = static_cast<std::uint8_t>(value >> 8);
        ip[at + 1] = static_cast<std::uint8_t>(value);
    };
    put(2, kIpv4Size + size);
    put(4, identification & 0xffff);
    put(6, (more ? 0x2000U : 0U) | offset / 8);
    put(10, 0);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < kIpv4Size; i += 2) sum += readBe16(ip + i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    put(10, sum ^ 0xffff);
    const auto from = packet.data.begin() + static_cast<std::ptrdiff_t>(place.payload + offset);
    bytes.insert(bytes.end(), from, from + static_cast<std::ptrdiff_t>(size));
    return bytes;
}

Bytes ipv6Fragment(const ListedPacket& packet, const IpPlace& place, std::size_t offset,
                   std::size_t size, bool more, std::uint32_t identification) {
    Bytes bytes(packet.data.begin(),
                packet.data.begin() + static_cast<std::ptrdiff_t>(place.payload));
    std::uint8_t* const ip = bytes.data() + place.begin;
    ip[4] = static_cast<std::uint8_t>((size + 8) >> 8);
    ip[5] = static_cast<std::uint8_t>(size + 8);
    ip[6] = 44;
    ByteWriter out(bytes);
    out.u8(6);
    out.u8(0);
    out.be16(static_cast<std::uint16_t>(offset | (more ? 1U : 0U)));
    out.be32(identification);
    out.bytes(ByteView(packet.data).subspan(place.payload + offset, size));
    return bytes;
}

}  // namespace

PacketList overIpv6(const PacketList& packets) {
    PacketList list;
    for (const ListedPacket& packet : packets) {
        const auto place = ipPlace(packet);
        if (!place || place->version != 4) continue;
        const ByteView bytes = packet.data;
        const ByteView segment = bytes.subspan(place->payload, place->end - place->payload);
        Bytes six;
        ByteWriter out(six);
        out.be32(0x60000000);
        out.be16(static_cast<std::uint16_t>(segment.size()));
        out.u8(6);
        out.u8(64);
        for (const std::size_t address : {12U, 16U}) {
            out.be32(0xfd000000);
            out.be64(0);
            out.bytes(bytes.subspan(place->begin + address, 4));
        }
        out.bytes(segment);
        list.push_back(withBytes(packet, kRawLink, std::move(six)));
    }
    return list;
}

PacketList fragmentsOf(const ListedPacket& packet, std::size_t mtu, std::uint32_t identification) {
    const auto place = ipPlace(packet);
    if (!place || place->end - place->begin <= mtu) return {packet};
    const bool six = place->version == 6;
    const std::size_t unit = (mtu - (six ? kIpv6Size + 8 : kIpv4Size)) & ~std::size_t{7};
    const std::size_t whole = place->end - place->payload;
    PacketList list;
    for (std::size_t offset = 0; offset < whole; offset += unit) {
        const std::size_t size = std::min(unit, whole - offset);
        const bool more = offset + size < whole;
        const auto make = six ? ipv6Fragment : ipv4Fragment;
        list.push_back(withBytes(packet, packet.linkType,
                                 make(packet, *place, offset, size, more, identification)));
    }
    return list;
}

PacketList fragmented(const PacketList& packets, const Fragmenting& how, std::uint32_t seed) {
    std::mt19937 random(seed);
    PacketList list;
    /// Copies by the number of the packet behind which they come.
    std::vector<std::pair<std::size_t, ListedPacket>> copies;
    std::uint32_t identification = seed;
    for (const ListedPacket& packet : packets) {
        PacketList fragments = fragmentsOf(packet, how.mtu, ++identification);
        if (how.shuffled) {
            for (std::size_t i = fragments.size(); i > 1; --i) {
                std::swap(fragments[i - 1], fragments[random() % i]);
            }
        }
        for (ListedPacket& fragment : fragments) {
            if (fragments.size() > 1 && random() % 100 < how.percent) {
                copies.emplace_back(list.size() + random() % (how.behind + 1), fragment);
            }
            list.push_back(std::move(fragment));
            for (std::size_t i = 0; i < copies.size();) {
                if (copies[i].first >= list.size()) {
                    ++i;
                    continue;
                }
                copies[i].second.timeNs = list.back().timeNs;
                list.push_back(std::move(copies[i].second));
                copies.erase(copies.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
    }
    return list;
}

}  // namespace framescope::test
