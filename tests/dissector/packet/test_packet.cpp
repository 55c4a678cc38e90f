// Packets down to TCP: what stands between the link header and the payload, whole, cut at every
// length, and malformed. Decoding and describing must always agree.
#include <QtTest>

#include "dissector/link/link_layer.h"
#include "dissector/packet/packet.h"
#include "tests/support/packet_bytes.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

class TestPacket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Whose ends a tunnel without a key joins is a network, the same in both directions.
    void outerAddressesTellNetworksApart() {
        const auto networkOf = [](std::uint8_t from, std::uint8_t to) {
            Bytes packet = ethernet(ipv4Of(ipv4Of(segmentOf("data")), {.protocol = 4}));
            packet[14 + 15] = from;
            packet[14 + 19] = to;
            const DecodedPacket decoded = decode(packet);
            if (decoded.kind != PacketKind::Tcp || !decoded.tunnelled) qFatal("no TCP");
            return decoded.network;
        };
        QVERIFY(networkOf(1, 9) != 0);
        QCOMPARE(networkOf(1, 9), networkOf(9, 1));
        QVERIFY(networkOf(1, 9) != networkOf(2, 9));
        QCOMPARE(decode(ethernet(ipv4Of(segmentOf("data")))).network, 0U);
    }

    void payload_data() {
        QTest::addColumn<QByteArray>("packet");
        const auto add = [](const char* name, const Bytes& packet) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(packet.data()),
                                              static_cast<qsizetype>(packet.size()));
        };
        const Bytes segment = segmentOf("payload");
        const Bytes options = fromHex("06 00 01 04 00 00 00 00");
        add("IPv4", ethernet(ipv4Of(segment)));
        add("IPv4 options", ethernet(ipv4Of(segment, {.words = 15})));
        add("TCP options", ethernet(ipv4Of(segmentOf("payload", 15))));
        add("TCP options behind IPv4 options",
            ethernet(ipv4Of(segmentOf("payload", 8), {.words = 7})));
        add("TCP options over IPv6", ethernet(ipv6Of(segmentOf("payload", 15)), 0x86dd));
        add("IPv4 length left to the card", ethernet(ipv4Of(segment, {.totalLength = 0})));
        add("first fragment", ethernet(ipv4Of(segment, {.fragment = 0x2000})));
        add("VLAN", ethernet(joined({fromHex("00 05 08 00"), ipv4Of(segment)}), 0x8100));
        add("IPv6", ethernet(ipv6Of(segment), 0x86dd));
        add("IPv6 length left to the card", ethernet(ipv6Of(segment, 6, 0), 0x86dd));
        add("hop by hop", ethernet(ipv6Of(joined({options, segment}), 0), 0x86dd));
        add("destination options twice",
            ethernet(ipv6Of(joined({fromHex("3c 00 01 04 00 00 00 00"), options, segment}), 60),
                     0x86dd));
        add("authentication",
            ethernet(ipv6Of(joined({fromHex("06 01 00 00 00 00 00 00 00 00 00 00"), segment}), 51),
                     0x86dd));
        add("first IPv6 fragment",
            ethernet(ipv6Of(joined({fromHex("06 00 00 01 00 00 00 09"), segment}), 44), 0x86dd));
    }
    void payload() {
        QFETCH(QByteArray, packet);
        const Bytes whole(packet.begin(), packet.end());
        const DecodedPacket decoded = decode(whole);
        const std::size_t begin = decoded.payloadOffset;
        QCOMPARE(static_cast<int>(decoded.kind), static_cast<int>(PacketKind::Tcp));
        QCOMPARE(begin, whole.size() - 7);
        QCOMPARE(decoded.source.port, std::uint16_t{40000});
        QCOMPARE(decoded.destination.port, std::uint16_t{80});
        QCOMPARE(payloadOf(decoded, whole), std::string("payload"));
        QCOMPARE(decoded.payloadLength, std::uint64_t{7});
        // Cut by a snap length: the lengths on the wire stay known, the rest is no crash.
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const DecodedPacket part = decode(cut, static_cast<std::uint32_t>(whole.size()));
            // TCP's fixed part is enough, also where its options are cut.
            const bool readable = size >= decoded.tcpOffset + tcp::kMinimumHeader;
            QCOMPARE(static_cast<int>(part.kind),
                     static_cast<int>(readable ? PacketKind::Tcp : PacketKind::CutShort));
            if (readable) {
                QCOMPARE(part.source, decoded.source);
                QCOMPARE(part.tcp.headerLength, decoded.tcp.headerLength);
                QCOMPARE(part.payloadLength, std::uint64_t{7});
                QCOMPARE(part.payloadOffset, std::min(begin, size));
                QCOMPARE(part.payloadCaptured, size - part.payloadOffset);
            }
            // That nothing more was on the wire makes it malformed, wherever a length says so.
            if (size < begin) QVERIFY(decode(cut).kind != PacketKind::CutShort);
        }
    }

    void optionsAsFarAsTheyWereCaptured() {
        // A timestamp option of which the first three bytes are there.
        Bytes segment = segmentOf("payload", 8);
        const Bytes timestamps = fromHex("01 01 08 0a 00 00 00 07 00 00 00 09");
        std::copy(timestamps.begin(), timestamps.end(), segment.begin() + 20);
        Bytes packet = ethernet(ipv4Of(segment));
        const auto wire = static_cast<std::uint32_t>(packet.size());
        packet.resize(14 + 20 + 20 + 5);
        FieldTree tree;
        std::string protocols;
        describePacket(kLinkEthernet, packet, wire, {}, tree, Place{0, 0}, protocols);
        const Field& options = tree[tree.find(FieldId::TcpOptions)];
        QCOMPARE(options.text, std::string("12 bytes, 5 captured"));
        QCOMPARE(std::get<Bytes>(options.value), fromHex("01 01 08 0a 00"));
        QCOMPARE(options.range.end, std::uint64_t{packet.size()});
        QCOMPARE(tree.find(FieldId::TcpPayload), kNoField);
    }

    void aCutPacketMayBeMalformedAsWell() {
        const auto kindOf = [](Bytes packet, std::size_t kept) {
            const auto wire = static_cast<std::uint32_t>(packet.size());
            packet.resize(kept);
            return static_cast<int>(decode(packet, wire).kind);
        };
        const int malformed = static_cast<int>(PacketKind::Malformed);
        const Bytes segment = segmentOf("payload");
        QCOMPARE(kindOf(ethernet(ipv4Of(segmentOf("payload", 4))), 54), malformed);
        QCOMPARE(kindOf(ethernet(ipv4Of(segment, {.totalLength = 39})), 50), malformed);
        QCOMPARE(kindOf(ethernet(ipv4Of(segmentOf("", 15), {.totalLength = 60})), 60), malformed);
        QCOMPARE(kindOf(ethernet(ipv4Of(segment, {.words = 4})), 40), malformed);
        // What is no TCP is told as long as its IP header is there.
        QCOMPARE(kindOf(ethernet(ipv4Of(Bytes(8, 0), {.protocol = 17})), 34),
                 static_cast<int>(PacketKind::Udp));
        QCOMPARE(kindOf(ethernet(Bytes(28, 0), 0x0806), 14), static_cast<int>(PacketKind::NotIp));
    }

    void paddingIsNoPayload() {
        const Bytes packet = joined({ethernet(ipv4Of(segmentOf("a"))), Bytes(5, 0)});
        const DecodedPacket decoded = decode(packet);
        QCOMPARE(decoded.payloadCaptured, std::size_t{1});
        QCOMPARE(payloadOf(decoded, packet), std::string("a"));
        const Bytes empty = joined({ethernet(ipv6Of(segmentOf("")), 0x86dd), Bytes(6, 0)});
        QCOMPARE(decode(empty).payloadLength, std::uint64_t{0});
    }

    void lengthBeyondThePacketIsNotBelieved() {
        const Bytes packet = ethernet(ipv4Of(segmentOf("abc"), {.totalLength = 60000}));
        QCOMPARE(decode(packet).payloadLength, std::uint64_t{3});
        QCOMPARE(decode(packet, 1000).payloadLength, std::uint64_t{1000 - 14 - 40});
    }

    void others_data() {
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<int>("kind");
        const auto add = [](const char* name, const Bytes& packet, PacketKind kind) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(packet.data()),
                                              static_cast<qsizetype>(packet.size()))
                                << static_cast<int>(kind);
        };
        const Bytes segment = segmentOf("payload");
        Bytes version5 = ipv4Of(segment);
        version5[0] = 0x55;
        add("UDP", ethernet(ipv4Of(Bytes(8, 0), {.protocol = 17})), PacketKind::Udp);
        add("ICMP", ethernet(ipv4Of(Bytes(8, 0), {.protocol = 1})), PacketKind::OtherIp);
        add("ARP", ethernet(Bytes(28, 0), 0x0806), PacketKind::NotIp);
        add("fragment", ethernet(ipv4Of(segment, {.fragment = 0x2001})), PacketKind::IpFragment);
        add("IPv6 fragment",
            ethernet(ipv6Of(joined({fromHex("06 00 00 08 00 00 00 09"), segment}), 44), 0x86dd),
            PacketKind::IpFragment);
        add("version 5", ethernet(version5), PacketKind::Malformed);
        add("header length 16", ethernet(ipv4Of(segment, {.words = 4})), PacketKind::Malformed);
        add("total length below the header", ethernet(ipv4Of(segment, {.totalLength = 19})),
            PacketKind::Malformed);
        add("no room for TCP", ethernet(ipv4Of(segment, {.totalLength = 39})),
            PacketKind::Malformed);
        add("TCP header length 16", ethernet(ipv4Of(segmentOf("payload", 4))),
            PacketKind::Malformed);
        add("IPv6 shorter than its extensions",
            ethernet(ipv6Of(joined({fromHex("06 00 01 04 00 00 00 00"), segment}), 0, 4), 0x86dd),
            PacketKind::Malformed);
        Bytes chain;
        for (int i = 0; i < 100; ++i) chain = joined({chain, fromHex("00 00 01 04 00 00 00 00")});
        add("extensions without end", ethernet(ipv6Of(chain, 0), 0x86dd), PacketKind::Malformed);
        add("empty", {}, PacketKind::Malformed);
    }
    void others() {
        QFETCH(QByteArray, packet);
        QFETCH(int, kind);
        QCOMPARE(static_cast<int>(decode(Bytes(packet.begin(), packet.end())).kind), kind);
    }

    void noiseOnEveryLinkType() {
        const std::vector<Bytes> seeds = {ethernet(ipv4Of(segmentOf("x", 8), {.words = 7})),
                                          ethernet(ipv6Of(segmentOf("x"), 0), 0x86dd)};
        for (const std::uint32_t link :
             {0U, 1U, 12U, 14U, 101U, 108U, 113U, 228U, 229U, 276U, 7U}) {
            for (std::uint32_t seed = 1; seed <= 300; ++seed) {
                Noise noise(seed);
                Bytes packet = seeds[seed % 2];
                if (link != 1) packet.erase(packet.begin(), packet.begin() + 14);
                for (int i = 0; i < 4; ++i) packet[noise.below(packet.size())] = noise.byte();
                packet.resize(noise.below(packet.size() + 1));
                decode(packet, static_cast<std::uint32_t>(noise.below(200)), link);
            }
        }
    }
};

QTEST_MAIN(TestPacket)
#include "test_packet.moc"
