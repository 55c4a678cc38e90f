// Every link header leads to the datagram behind it, whole and cut at every length.
#include <QtTest>

#include "dissector/link/link_layer.h"
#include "tests/support/packet_bytes.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

enum class Inside { Ipv4, Ipv6, Other };

struct Case {
    const char* name;
    std::uint32_t linkType;
    const char* header;  ///< hex
    Inside inside;
    const char* protocols;  ///< of the described link layers
};

const Case kCases[] = {
    {"Ethernet, IPv4", 1, "020000000001 020000000002 0800", Inside::Ipv4, ":eth:ethertype"},
    {"Ethernet, IPv6", 1, "020000000001 020000000002 86dd", Inside::Ipv6, ":eth:ethertype"},
    {"Ethernet, ARP", 1, "020000000001 020000000002 0806", Inside::Other, ":eth:ethertype"},
    {"802.1Q", 1, "020000000001 020000000002 8100 6064 0800", Inside::Ipv4, ":eth:ethertype:vlan"},
    {"QinQ", 1, "020000000001 020000000002 88a8 0064 8100 00c8 86dd", Inside::Ipv6,
     ":eth:ethertype:ieee8021ad:vlan"},
    {"QinQ, old type", 1, "020000000001 020000000002 9100 0064 8100 00c8 0800", Inside::Ipv4,
     ":eth:ethertype:vlan:vlan"},
    {"QinQinQ", 1, "020000000001 020000000002 88a8 0064 9200 0001 9300 0002 8100 00c8 0800",
     Inside::Ipv4, ":eth:ethertype:ieee8021ad:vlan:vlan:vlan"},
    {"cooked", 113, "0000 0001 0006 0200000000010000 0800", Inside::Ipv4, ":sll:ethertype"},
    {"cooked, tag", 113, "0004 0001 0006 0200000000010000 8100 0064 86dd", Inside::Ipv6,
     ":sll:ethertype:vlan"},
    {"cooked 2", 276, "86dd 0000 00000003 0001 00 06 0200000000010000", Inside::Ipv6,
     ":sll:ethertype"},
    {"cooked 2, tag", 276, "8100 0000 00000003 0001 00 06 0200000000010000 0064 0800", Inside::Ipv4,
     ":sll:ethertype:vlan"},
    {"cooked 2, two tags", 276,
     "88a8 0000 00000003 0001 00 06 0200000000010000 0064 8100 00c8 86dd", Inside::Ipv6,
     ":sll:ethertype:ieee8021ad:vlan"},
    {"null, little-endian IPv4", 0, "02000000", Inside::Ipv4, ":null"},
    {"null, big-endian IPv4", 0, "00000002", Inside::Ipv4, ":null"},
    {"null, macOS IPv6", 0, "1e000000", Inside::Ipv6, ":null"},
    {"null, FreeBSD IPv6", 0, "1c000000", Inside::Ipv6, ":null"},
    {"null, OpenBSD IPv6", 0, "18000000", Inside::Ipv6, ":null"},
    {"loop, IPv4", 108, "00000002", Inside::Ipv4, ":null"},
    {"null, other", 0, "07000000", Inside::Other, ":null"},
    {"raw, IPv4", 101, "", Inside::Ipv4, ":raw"},
    {"raw, IPv6", 101, "", Inside::Ipv6, ":raw"},
    {"raw of BSD", 12, "", Inside::Ipv4, ":raw"},
    {"raw of OpenBSD", 14, "", Inside::Ipv6, ":raw"},
    {"raw IPv4", 228, "", Inside::Ipv4, ":raw"},
    {"raw IPv6", 229, "", Inside::Ipv6, ":raw"},
};

}  // namespace

class TestLinkLayer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cases_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(kCases)); ++i) {
            QTest::newRow(kCases[i].name) << i;
        }
    }
    void cases() {
        QFETCH(int, index);
        const Case& c = kCases[index];
        const Bytes header = fromHex(c.header);
        const Bytes inside =
            c.inside == Inside::Ipv6 ? ipv6Of(segmentOf("payload")) : ipv4Of(segmentOf("payload"));
        const Bytes packet = joined({header, inside});
        const auto wire = static_cast<std::uint32_t>(packet.size());
        std::string protocols;
        const DecodedPacket decoded = decode(packet, wire, c.linkType, &protocols);
        if (c.inside == Inside::Other) {
            QCOMPARE(decoded.kind, PacketKind::NotIp);
            QCOMPARE(protocols, std::string(c.protocols));
        } else {
            QCOMPARE(decoded.kind, PacketKind::Tcp);
            const bool six = c.inside == Inside::Ipv6;
            QCOMPARE(decoded.tcpOffset, header.size() + (six ? 40U : 20U));
            QCOMPARE(payloadOf(decoded, packet), std::string("payload"));
            QCOMPARE(protocols, std::string(c.protocols) + (six ? ":ipv6:tcp" : ":ip:tcp"));
        }
        for (std::size_t size = 0; size < packet.size(); ++size) {
            const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
            // Cut by a snap length, and as if no more had been there.
            const PacketKind kind = decode(cut, wire, c.linkType).kind;
            if (size < header.size()) QCOMPARE(kind, PacketKind::CutShort);
            if (c.inside != Inside::Other && size < decoded.tcpOffset + tcp::kMinimumHeader) {
                QCOMPARE(kind, PacketKind::CutShort);
                QVERIFY(decode(cut, 0, c.linkType).kind != PacketKind::Tcp);
            }
            QVERIFY(decode(cut, 0, c.linkType).kind != PacketKind::CutShort);
        }
    }

    void rawIpTellsItsVersion() {
        QCOMPARE(decode(fromHex("00"), 0, 101).kind, PacketKind::NotIp);
        QCOMPARE(decode({}, 0, 101).kind, PacketKind::Malformed);
        QCOMPARE(decode({}, 9, 101).kind, PacketKind::CutShort);
    }

    void unknownLinkTypeSaysSo() {
        QCOMPARE(decode(fromHex("0102030405"), 0, 147).kind, PacketKind::UnknownLink);
        QVERIFY(!isReadLinkType(147));
        QVERIFY(isReadLinkType(1));
    }

    void endlessTagsEnd() {
        Bytes packet = fromHex("020000000001 020000000002");
        for (int i = 0; i < 1000; ++i) {
            packet.push_back(0x81);
            packet.push_back(0x00);
        }
        QCOMPARE(decode(packet).kind, PacketKind::Malformed);
    }

    void fieldsOfATag() {
        const Bytes packet = fromHex("020000000001 020000000002 8100 7064 0800");
        FieldTree tree;
        std::string protocols;
        describePacket(1, packet, 18, {}, tree, Place{0, 0}, protocols);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanId)].value), 100ULL);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanPriority)].value), 3ULL);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanDei)].value), 1ULL);
        QCOMPARE(tree.line(tree.find(FieldId::EthSrc)), std::string("Source: 02:00:00:00:00:02"));
    }
};

QTEST_APPLESS_MAIN(TestLinkLayer)
#include "test_link_layer.moc"
