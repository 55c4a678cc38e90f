// Every link layer and tunnel leads to the segment inside, whole and cut at every length; what only
// looks like one does not; and nothing that can stand in a packet harms.
#include <QtTest>

#include "tests/support/link_cases.h"
#include "tests/support/packet_bytes.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

Bytes firstOf(const Bytes& bytes, std::size_t size) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// A datagram to a UDP port over Ethernet and IPv4.
Bytes datagramTo(std::uint16_t port, const Bytes& inside, std::uint16_t from = 50000) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.be16(from);
    out.be16(port);
    out.be16(static_cast<std::uint16_t>(8 + inside.size()));
    out.be16(0);
    out.bytes(inside);
    return ethernet(ipv4Of(bytes, {.protocol = 17}));
}

}  // namespace

class TestLinkLayer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cases_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(m_cases.size()); ++i) {
            const LinkCase& c = m_cases[static_cast<std::size_t>(i)];
            QTest::addRow("%s (%u)", c.name, c.linkType) << i;
        }
    }
    void cases() {
        QFETCH(int, index);
        const LinkCase& c = m_cases[static_cast<std::size_t>(index)];
        QVERIFY(isReadLinkType(c.linkType));
        const auto wire = static_cast<std::uint32_t>(c.packet.size());
        std::string protocols;
        const DecodedPacket decoded = decode(c.packet, wire, c.linkType, &protocols);
        QCOMPARE(protocols, std::string(c.protocols));
        QCOMPARE(decoded.kind, PacketKind::Tcp);
        QCOMPARE(decoded.source.port, std::uint16_t{40000});
        QCOMPARE(decoded.source.address.text(),
                 std::string(decoded.source.address.version == 4 ? "10.0.0.1" : "fd00::1"));
        QCOMPARE(payloadOf(decoded, c.packet), std::string(kCarried));
        QCOMPARE(decoded.payloadLength, std::uint64_t{7});
        const bool inUdp = protocols.find(":udp") != std::string::npos;
        for (std::size_t size = 0; size < c.packet.size(); ++size) {
            const Bytes cut = firstOf(c.packet, size);
            // Cut by a snap length: the lengths on the wire stay known.
            const DecodedPacket part = decode(cut, wire, c.linkType);
            if (size >= decoded.tcpOffset + tcp::kMinimumHeader) {
                QCOMPARE(part.kind, PacketKind::Tcp);
                QCOMPARE(part.payloadLength, std::uint64_t{7});
            } else if (!inUdp || part.kind != PacketKind::Udp) {
                QCOMPARE(part.kind, PacketKind::CutShort);
            }
            // As if no more had been on the wire.
            const PacketKind kind = decode(cut, 0, c.linkType).kind;
            QVERIFY(kind != PacketKind::CutShort);
            if (size < decoded.tcpOffset + tcp::kMinimumHeader) QVERIFY(kind != PacketKind::Tcp);
        }
    }

    void anyLengthInsideIsBoundedByThoseAround() {
        for (const LinkCase& c : m_cases) {
            // Every byte takes every value that breaks lengths and types.
            for (std::size_t at = 0; at < c.packet.size(); ++at) {
                for (const int value : {0x00, 0x01, 0x45, 0x60, 0x7f, 0x80, 0xff}) {
                    Bytes packet = c.packet;
                    packet[at] = static_cast<std::uint8_t>(value);
                    const DecodedPacket decoded = decode(packet, 0, c.linkType);
                    QVERIFY(decoded.kind != PacketKind::CutShort);
                    if (decoded.kind != PacketKind::Tcp) continue;
                    QVERIFY(decoded.payloadOffset + decoded.payloadLength <= packet.size());
                }
            }
        }
    }

    void noiseUnderEveryLinkType() {
        for (std::uint32_t link = 0; link < 300; ++link) {
            for (std::uint32_t seed = 1; seed <= 40; ++seed) {
                Noise noise(link * 41 + seed);
                Bytes packet(noise.below(120));
                for (std::uint8_t& byte : packet) byte = noise.byte();
                const PacketKind kind =
                    decode(packet, static_cast<std::uint32_t>(noise.below(200)), link).kind;
                QCOMPARE(kind == PacketKind::UnknownLink, !isReadLinkType(link));
            }
        }
        for (std::uint32_t seed = 1; seed <= 20000; ++seed) {
            Noise noise(seed);
            const LinkCase& c = m_cases[noise.below(m_cases.size())];
            Bytes packet = c.packet;
            for (int i = 0; i < 3; ++i) packet[noise.below(packet.size())] = noise.byte();
            packet.resize(noise.below(packet.size() + 1));
            decode(packet, static_cast<std::uint32_t>(noise.below(200)), c.linkType);
        }
    }

    void whatIsNoIpSaysSo_data() {
        QTest::addColumn<int>("link");
        QTest::addColumn<QByteArray>("packet");
        const auto add = [](const char* name, int link, const char* digits) {
            QTest::newRow(name) << link << QByteArray::fromHex(digits);
        };
        add("ARP", 1, "020000000001 020000000002 0806 0001 0800 06 04 0001");
        add("spanning tree", 1, "0180c2000000 020000000002 0026 424203 0000000000");
        add("IPX", 1, "020000000001 020000000002 0026 ffff 0026 0000 00 00");
        add("CDP", 1, "01000ccccccc 020000000002 0026 aaaa03 00000c 2000 0000");
        add("length beyond any", 1, "020000000001 020000000002 05ff aaaa03 000000 0800 45");
        add("PPPoE discovery", 1, "020000000001 020000000002 8863 1109 0000 0004 0101 0000");
        add("PPPoE discovery without Ethernet", 51, "1109 0000 0004 0101 0000");
        add("LCP", 9, "ff03 c021 0101 0004");
        add("LCP in PPPoE", 1, "020000000001 020000000002 8864 1100 0007 0006 c021 0901 0004");
        add("SLARP", 104, "8f00 8035 00000002 00000000");
        add("LMI", 107, "0001 03 08 00 75 01");
        add("beacon", 105, "8000 0000 ffffffffffff 021111111111 021111111111 0000");
        add("encrypted", 105,
            "0841 0000 021111111111 022222222222 023333333333 0000 aaaa03 000000 0800 45");
        add("part of a frame", 105,
            "0805 0000 021111111111 022222222222 023333333333 0000 aaaa03 000000 0800 45");
        add("no data", 105, "4801 0000 021111111111 022222222222 023333333333 0000");
        add("encrypted by MACsec", 1, "020000000001 020000000002 88e5 0c00 00000001 0800 45");
        add("null, other", 0, "07000000 45");
        add("raw, neither", 101, "00");
        add("netfilter log of ARP", 239, "03 00 0005 0500 0900 45");
    }
    void whatIsNoIpSaysSo() {
        QFETCH(int, link);
        QFETCH(QByteArray, packet);
        const Bytes bytes(packet.begin(), packet.end());
        QCOMPARE(decode(bytes, 0, static_cast<std::uint32_t>(link)).kind, PacketKind::NotIp);
    }

    void unknownLinkTypeSaysSo() {
        QCOMPARE(decode(fromHex("0102030405"), 0, 147).kind, PacketKind::UnknownLink);
        QCOMPARE(decode(fromHex("0102030405"), 0, 0x10001).kind, PacketKind::UnknownLink);
        QVERIFY(!isReadLinkType(147));
    }

    void layersWithoutEndEnd() {
        Bytes tags = fromHex("020000000001 020000000002");
        for (int i = 0; i < 1000; ++i) {
            tags.push_back(0x81);
            tags.push_back(0x00);
        }
        QCOMPARE(decode(tags).kind, PacketKind::Malformed);
        Bytes nested = ipv4Of(segmentOf("x"));
        for (int i = 0; i < 20; ++i) nested = ipv4Of(nested, {.protocol = 4});
        QCOMPARE(decode(nested, 0, kLinkRaw).kind, PacketKind::Tcp);
        for (int i = 0; i < 200; ++i) nested = ipv4Of(nested, {.protocol = 4});
        QCOMPARE(decode(nested, 0, kLinkRaw).kind, PacketKind::Malformed);
    }

    void paddingBehindAnInnerDatagramIsNoPayload() {
        const Bytes inner = joined({ethernet(ipv4Of(segmentOf("a"))), Bytes(30, 7)});
        const Bytes packet =
            joined({datagramTo(4789, joined({fromHex("08000000 00006400"), inner})), Bytes(5, 9)});
        const DecodedPacket decoded = decode(packet);
        QCOMPARE(decoded.kind, PacketKind::Tcp);
        QCOMPARE(decoded.payloadLength, std::uint64_t{1});
        QCOMPARE(payloadOf(decoded, packet), std::string("a"));
    }

    void lengthsLeftToTheCardInsideATunnel() {
        // Inside: as far as what is around it. Around: as far as the packet.
        const Bytes inner = ipv4Of(segmentOf("abc"), {.totalLength = 0});
        const Bytes padded = joined({ethernet(ipv4Of(inner, {.protocol = 4})), Bytes(9, 0)});
        QCOMPARE(decode(padded).payloadLength, std::uint64_t{3});
        const Bytes outer =
            ethernet(ipv4Of(ipv4Of(segmentOf("abc")), {.totalLength = 0, .protocol = 4}));
        QCOMPARE(decode(joined({outer, Bytes(9, 0)})).payloadLength, std::uint64_t{3});
        const Bytes beyond =
            ethernet(ipv4Of(ipv4Of(segmentOf("abc"), {.totalLength = 9000}), {.protocol = 4}));
        QCOMPARE(decode(joined({beyond, Bytes(9, 0)})).payloadLength, std::uint64_t{3});
    }

    void fragmentsInsideTunnels() {
        const Bytes part = ipv4Of(segmentOf("abcdefgh"), {.fragment = 0x2000});
        const Bytes packet =
            ethernet(ipv4Of(joined({fromHex("0000 0800"), part}), {.protocol = 47}));
        const DecodedPacket decoded =
            decodePacket(kLinkEthernet, packet, static_cast<std::uint32_t>(packet.size()));
        QCOMPARE(decoded.kind, PacketKind::IpFragment);
        QCOMPARE(decoded.fragment.dataOffset, std::size_t{14 + 20 + 4 + 20});
        QCOMPARE(decoded.fragment.dataLength, std::uint64_t{28});
        QCOMPARE(decoded.fragment.dataCaptured, std::size_t{28});
        QVERIFY(decoded.fragment.more);
        QCOMPARE(decoded.fragment.offset, 0U);
        QCOMPARE(decoded.fragment.identification, 7U);
        QCOMPARE(decoded.fragment.protocol, std::uint8_t{6});
        QCOMPARE(decodeFirstFragment(decoded, packet).kind, PacketKind::Tcp);
        // Of the datagram that carries the tunnel: the tunnel is inside the fragments.
        const Bytes outer = ethernet(
            ipv4Of(joined({fromHex("0000 0800"), part}), {.fragment = 0x0003, .protocol = 47}));
        const DecodedPacket other =
            decodePacket(kLinkEthernet, outer, static_cast<std::uint32_t>(outer.size()));
        QCOMPARE(other.kind, PacketKind::IpFragment);
        QCOMPARE(other.fragment.offset, 24U);
        QCOMPARE(other.fragment.protocol, std::uint8_t{47});
    }

    void aDatagramPutTogetherIsReadOn() {
        IpAddress from;
        from.version = 6;
        from.bytes[15] = 1;
        // An extension header, then a tunnel, then the segment.
        const Bytes payload =
            joined({fromHex("29 00 01 04 00 00 00 00"), ipv6Of(segmentOf("payload"))});
        const DecodedPacket decoded = decodeDatagram(from, from, 60, payload, payload.size());
        QCOMPARE(decoded.kind, PacketKind::Tcp);
        QCOMPARE(decoded.source.address.text(), std::string("fd00::1"));
        QCOMPARE(payloadOf(decoded, payload), std::string("payload"));
        FieldTree tree;
        std::string protocols;
        describeDatagram(from, from, 60, payload, payload.size(), {}, tree, Place{0, 0}, protocols);
        QCOMPARE(protocols, std::string(":ipv6:tcp"));
        // Cut: what is missing was on the wire.
        QCOMPARE(decodeDatagram(from, from, 60, firstOf(payload, 50), payload.size()).kind,
                 PacketKind::CutShort);
        QCOMPARE(decodeDatagram(from, from, 60, firstOf(payload, 50), 50).kind,
                 PacketKind::Malformed);
    }

    void plainUdpIsNoTunnel() {
        const Bytes frame = ethernet(ipv4Of(segmentOf("x")));
        const Bytes vxlan = joined({fromHex("08000000 00006400"), frame});
        QCOMPARE(decode(datagramTo(4789, vxlan)).kind, PacketKind::Tcp);
        QCOMPARE(decode(datagramTo(53, vxlan, 4789)).kind, PacketKind::Tcp);
        QCOMPARE(decode(datagramTo(4788, vxlan)).kind, PacketKind::Udp);
        QCOMPARE(decode(datagramTo(4789, joined({fromHex("00000000 00006400"), frame}))).kind,
                 PacketKind::Udp);
        QCOMPARE(decode(datagramTo(4789, joined({fromHex("08000000 00006401"), frame}))).kind,
                 PacketKind::Udp);
        QCOMPARE(decode(datagramTo(4789, {})).kind, PacketKind::Udp);
        // GTP: signalling, and what is not GTP at all.
        QCOMPARE(decode(datagramTo(2152, fromHex("32 01 0004 00000000 00010000"))).kind,
                 PacketKind::Udp);
        // FOU has nothing of its own, so all must be the datagram that begins there.
        QCOMPARE(decode(datagramTo(5555, joined({ipv4Of(segmentOf("x")), Bytes(1, 0)}))).kind,
                 PacketKind::Udp);
        // CAPWAP: a fragment, a keep-alive, something encrypted.
        for (const char* const head :
             {"00 104280 00000000", "00 104208 00000000", "01 104200 00000000"}) {
            QCOMPARE(decode(datagramTo(5247, joined({fromHex(head), frame}))).kind,
                     PacketKind::Udp);
        }
        QCOMPARE(decode(datagramTo(37008, joined({fromHex("01 04 0001 01"), frame}))).kind,
                 PacketKind::Udp);
        // A tunnel of something that is not TCP.
        QCOMPARE(decode(datagramTo(4789, joined({fromHex("08000000 00006400"),
                                                 ethernet(Bytes(28, 0), 0x0806)})))
                     .kind,
                 PacketKind::Udp);
        QCOMPARE(decode(datagramTo(4789, joined({fromHex("08000000 00006400"),
                                                 ethernet(ipv4Of(Bytes(8, 0), {.protocol = 17}))})))
                     .kind,
                 PacketKind::Udp);
        int taken = 0;
        for (const std::uint16_t port : {1701, 2152, 3544, 4341, 4754, 4789, 4790, 5072, 5247, 5555,
                                         6080, 6081, 6635, 6784, 8472, 37008}) {
            for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
                Noise noise(seed + port);
                Bytes inside(noise.below(400));
                for (std::uint8_t& byte : inside) byte = noise.byte();
                const DecodedPacket decoded = decode(datagramTo(port, inside));
                if (decoded.kind == PacketKind::Tcp) ++taken;
            }
        }
        QCOMPARE(taken, 0);
    }

    void whatATunnelCarriesIsNoLinkOfItsOwn() {
        // Something that is not read inside IP is still IP.
        QCOMPARE(decode(ethernet(ipv4Of(fromHex("0000 0000"), {.protocol = 47}))).kind,
                 PacketKind::OtherIp);
        QCOMPARE(
            decode(ethernet(ipv4Of(joined({fromHex("0000 6558"), ethernet(Bytes(28, 0), 0x0806)}),
                                   {.protocol = 47})))
                .kind,
            PacketKind::OtherIp);
        QCOMPARE(decode(ethernet(ipv4Of(Bytes(8, 0), {.protocol = 50}))).kind, PacketKind::OtherIp);
    }

    void whatIsNotReadIsNamed_data() {
        QTest::addColumn<int>("link");
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<QString>("named");
        const auto add = [](const char* name, int link, const Bytes& packet, const char* named) {
            QTest::newRow(name) << link
                                << QByteArray(reinterpret_cast<const char*>(packet.data()),
                                              static_cast<qsizetype>(packet.size()))
                                << QString::fromUtf8(named);
        };
        const Bytes arp = ethernet(Bytes(28, 0), 0x0806);
        add("ARP", 1, arp, "EtherType ARP (0x0806)");
        add("PTP", 1, ethernet(Bytes(44, 0), 0x88f7), "EtherType PTP (0x88f7)");
        add("nobody's", 1, ethernet(Bytes(44, 0), 0x1234), "EtherType 0x1234");
        add("ESP", 1, ethernet(ipv4Of(Bytes(40, 1), {.protocol = 50})), "IP protocol ESP (50)");
        add("OSPF over IPv6", 1, ethernet(ipv6Of(Bytes(40, 1), 89), 0x86dd),
            "IP protocol OSPF (89)");
        add("L2TP control", 1, ethernet(ipv4Of(Bytes(40, 0), {.protocol = 115})),
            "IP protocol L2TP (115)");
        add("DNS", 1, datagramTo(53, Bytes(12, 0)), "UDP port 53 (DNS)");
        add("the answer", 1, datagramTo(50000, Bytes(12, 0), 51820),
            "UDP port 51820 (WireGuard, encrypted)");
        add("nobody's port", 1, datagramTo(50000, Bytes(12, 0), 40000), "UDP port 40000");
        add("ARP in VXLAN", 1, datagramTo(4789, joined({fromHex("08000000 00006400"), arp})),
            "EtherType ARP (0x0806)");
        add("VXLAN that is none", 1, datagramTo(4789, Bytes(40, 1)), "UDP port 4789");
        add("LCP", 9, fromHex("ff03 c021 0101 0004"), "PPP protocol 0xc021");
        add("spanning tree", 1, fromHex("0180c2000000 020000000002 0026 424203 0000000000"),
            "802.2 service 0x42");
        add("beacon", 105, fromHex("8000 0000 ffffffffffff 021111111111 021111111111 0000"),
            "802.11 management");
        add("encrypted", 105,
            fromHex("0841 0000 021111111111 022222222222 023333333333 0000 aaaa03 000000 0800 45"),
            "802.11 data, encrypted");
        add("MACsec", 1, fromHex("020000000001 020000000002 88e5 0c00 00000001 0800 45"),
            "MACsec, encrypted");
        add("mesh of which no frame comes", 1, ethernet(fromHex("000f32000000"), 0x4305),
            "EtherType B.A.T.M.A.N. (0x4305)");
    }
    void whatIsNotReadIsNamed() {
        QFETCH(int, link);
        QFETCH(QByteArray, packet);
        QFETCH(QString, named);
        const Bytes bytes(packet.begin(), packet.end());
        const DecodedPacket decoded = decode(bytes, 0, static_cast<std::uint32_t>(link));
        QVERIFY(decoded.kind == PacketKind::Udp || decoded.kind == PacketKind::OtherIp ||
                decoded.kind == PacketKind::NotIp);
        QCOMPARE(QString::fromStdString(unreadContentText(decoded.unread)), named);
    }

    void fieldsOfHeaders() {
        const auto value = [](std::uint32_t link, const Bytes& packet, FieldId field) {
            FieldTree tree;
            std::string protocols;
            describePacket(link, packet, static_cast<std::uint32_t>(packet.size()), {}, tree,
                           Place{0, 0}, protocols);
            const FieldIndex index = tree.find(field);
            return index == kNoField ? std::uint64_t{0xdead}
                                     : std::get<std::uint64_t>(tree[index].value);
        };
        const Bytes tag = fromHex("020000000001 020000000002 8100 7064 0800");
        QCOMPARE(value(1, tag, FieldId::VlanId), 100ULL);
        QCOMPARE(value(1, tag, FieldId::VlanPriority), 3ULL);
        QCOMPARE(value(1, tag, FieldId::VlanDei), 1ULL);
        const Bytes frameRelay = fromHex("1841 03 cc 45");
        QCOMPARE(value(107, frameRelay, FieldId::FrDlci), 100ULL);
        QCOMPARE(value(107, frameRelay, FieldId::FrNlpid), 0xccULL);
        const Bytes mpls = fromHex("00065a40 45");
        QCOMPARE(value(219, mpls, FieldId::MplsLabel), 101ULL);
        QCOMPARE(value(219, mpls, FieldId::MplsExp), 5ULL);
        QCOMPARE(value(219, mpls, FieldId::MplsBottom), 0ULL);
        QCOMPARE(value(219, mpls, FieldId::MplsTtl), 64ULL);
        for (const LinkCase& c : m_cases) {
            if (std::string_view(c.name) == "VXLAN") {
                QCOMPARE(value(1, c.packet, FieldId::VxlanVni), 100ULL);
                QCOMPARE(value(1, c.packet, FieldId::UdpDstPort), 4789ULL);
            }
            if (std::string_view(c.name) == "GTP") {
                QCOMPARE(value(1, c.packet, FieldId::GtpTeid), 77ULL);
            }
            if (std::string_view(c.name) == "ERSPAN II") {
                QCOMPARE(value(1, c.packet, FieldId::ErspanVlan), 1ULL);
                QCOMPARE(value(1, c.packet, FieldId::ErspanSpanId), 5ULL);
            }
        }
        QCOMPARE(m_cases.empty(), false);
    }

private:
    const std::vector<LinkCase> m_cases = linkCases();
};

QTEST_APPLESS_MAIN(TestLinkLayer)
#include "test_link_layer.moc"
