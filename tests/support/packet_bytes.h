// Packets made by hand, layer by layer, and taken apart in both ways at once.
#pragma once

#include <QtGlobal>

#include "dissector/link/link_layer.h"
#include "dissector/packet/packet.h"

namespace framescope::test {

inline Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

inline Bytes segmentOf(std::string_view payload, std::uint8_t words = 5) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.be16(40000);
    out.be16(80);
    out.be32(1000);
    out.be32(2000);
    out.u8(static_cast<std::uint8_t>(words << 4));
    out.u8(0x18);
    out.be16(512);
    out.be32(0);
    for (int i = 5; i < words; ++i) out.be32(0x01010101);
    out.text(payload);
    return bytes;
}

struct Ipv4Options {
    int totalLength = -1;  ///< -1: what it is
    std::uint16_t fragment = 0;
    std::uint8_t words = 5;
    std::uint8_t protocol = 6;
};

inline Bytes ipv4Of(const Bytes& inside, const Ipv4Options& options = {}) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(static_cast<std::uint8_t>(0x40 | options.words));
    out.u8(0);
    const std::size_t size = std::size_t{options.words} * 4 + inside.size();
    out.be16(static_cast<std::uint16_t>(options.totalLength < 0 ? size : options.totalLength));
    out.be16(7);
    out.be16(options.fragment);
    out.u8(64);
    out.u8(options.protocol);
    out.be16(0);
    out.be32(0x0a000001);
    out.be32(0x0a000002);
    for (int i = 5; i < options.words; ++i) out.be32(0x01010101);
    out.bytes(inside);
    return bytes;
}

inline Bytes ipv6Of(const Bytes& inside, std::uint8_t next = 6, int payloadLength = -1) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.be32(0x60000000);
    out.be16(static_cast<std::uint16_t>(payloadLength < 0 ? inside.size() : payloadLength));
    out.u8(next);
    out.u8(64);
    for (const int host : {1, 2}) {
        out.be64(0xfd00000000000000);
        out.be64(static_cast<std::uint64_t>(host));
    }
    out.bytes(inside);
    return bytes;
}

inline Bytes ethernet(const Bytes& inside, std::uint16_t type = 0x0800) {
    Bytes bytes(12, 2);
    ByteWriter(bytes).be16(type);
    return joined({bytes, inside});
}

/// What a first fragment says without the others: the beginning of a segment, with offsets that
/// count in `packet`. Returns `decoded` itself if it says nothing, or is no first fragment.
inline DecodedPacket decodeFirstFragment(const DecodedPacket& decoded, ByteView packet) {
    const ip::Fragment& fragment = decoded.fragment;
    if (decoded.kind != PacketKind::IpFragment || fragment.offset != 0) return decoded;
    DecodedPacket inner = decodeDatagram(fragment.source, fragment.destination, fragment.protocol,
                                         packet.subspan(fragment.dataOffset, fragment.dataCaptured),
                                         fragment.dataLength, fragment.network);
    if (inner.kind == PacketKind::Malformed) return decoded;
    inner.tcpOffset += fragment.dataOffset;
    inner.payloadOffset += fragment.dataOffset;
    return inner;
}

/// Decodes and describes, and fails unless both say the same.
inline DecodedPacket decode(const Bytes& packet, std::uint32_t original = 0,
                            std::uint32_t link = kLinkEthernet, std::string* names = nullptr) {
    const auto wire = std::max<std::uint32_t>(original, static_cast<std::uint32_t>(packet.size()));
    const DecodedPacket whole = decodePacket(link, packet, wire);
    FieldTree tree;
    std::string protocols;
    const DecodedPacket described =
        describePacket(link, packet, wire, {}, tree, Place{0, 0}, protocols);
    if (described.kind != whole.kind) qFatal("describing finds another kind");
    const DecodedPacket decoded = decodeFirstFragment(whole, packet);
    if (whole.kind == PacketKind::IpFragment) {
        const ip::Fragment& part = whole.fragment;
        if (part.dataOffset + part.dataCaptured > packet.size() ||
            part.dataCaptured > part.dataLength) {
            qFatal("the fragment reaches beyond the packet");
        }
        if (part.offset == 0) {
            describeDatagram(part.source, part.destination, part.protocol,
                             ByteView(packet).subspan(part.dataOffset, part.dataCaptured),
                             part.dataLength, {}, tree, Place{0, part.dataOffset}, protocols);
        }
    }
    if (names != nullptr) *names = protocols;
    const bool isTcp = decoded.kind == PacketKind::Tcp;
    if (isTcp != (tree.find(FieldId::Tcp) != kNoField)) qFatal("the tree says otherwise");
    if (isTcp != protocols.ends_with(":tcp")) qFatal("the protocols say otherwise");
    if (isTcp) {
        if (decoded.payloadOffset + decoded.payloadCaptured > packet.size() ||
            decoded.payloadCaptured > decoded.payloadLength) {
            qFatal("the payload reaches beyond the packet");
        }
        const Field& length = tree[tree.find(FieldId::TcpLen)];
        if (std::get<std::uint64_t>(length.value) != decoded.payloadLength) qFatal("length");
        const Field& header = tree[tree.find(FieldId::TcpHdrLen)];
        if (std::get<std::uint64_t>(header.value) != decoded.tcp.headerLength) qFatal("header");
    }
    for (const Field& field : tree.fields()) {
        if (field.source == kNoSource) continue;
        if (field.range.begin > field.range.end || field.range.end > packet.size()) {
            qFatal("a field reaches beyond the packet");
        }
    }
    return decoded;
}

inline std::string payloadOf(const DecodedPacket& decoded, const Bytes& packet) {
    return std::string(
        asText(ByteView(packet).subspan(decoded.payloadOffset, decoded.payloadCaptured)));
}

}  // namespace framescope::test
