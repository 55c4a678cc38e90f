// Every link header leads to its network header, whole and cut at every length.
#include <QtTest>

#include "dissector/link/link_layer.h"

using namespace framescope;

namespace {

struct Case {
    const char* name;
    std::uint32_t linkType;
    const char* header;  ///< hex
    NetworkProtocol protocol;
    const char* protocols;  ///< of the described layers
};

const Case kCases[] = {
    {"Ethernet, IPv4", 1, "020000000001 020000000002 0800", NetworkProtocol::Ipv4,
     ":eth:ethertype"},
    {"Ethernet, IPv6", 1, "020000000001 020000000002 86dd", NetworkProtocol::Ipv6,
     ":eth:ethertype"},
    {"Ethernet, ARP", 1, "020000000001 020000000002 0806", NetworkProtocol::Other,
     ":eth:ethertype"},
    {"802.1Q", 1, "020000000001 020000000002 8100 6064 0800", NetworkProtocol::Ipv4,
     ":eth:ethertype:vlan"},
    {"QinQ", 1, "020000000001 020000000002 88a8 0064 8100 00c8 86dd", NetworkProtocol::Ipv6,
     ":eth:ethertype:ieee8021ad:vlan"},
    {"QinQ, old type", 1, "020000000001 020000000002 9100 0064 8100 00c8 0800",
     NetworkProtocol::Ipv4, ":eth:ethertype:vlan:vlan"},
    {"cooked", 113, "0000 0001 0006 0200000000010000 0800", NetworkProtocol::Ipv4,
     ":sll:ethertype"},
    {"cooked, tag", 113, "0004 0001 0006 0200000000010000 8100 0064 86dd", NetworkProtocol::Ipv6,
     ":sll:ethertype:vlan"},
    {"cooked 2", 276, "86dd 0000 00000003 0001 00 06 0200000000010000", NetworkProtocol::Ipv6,
     ":sll:ethertype"},
    {"cooked 2, tag", 276, "8100 0000 00000003 0001 00 06 0200000000010000 0064 0800",
     NetworkProtocol::Ipv4, ":sll:ethertype:vlan"},
    {"cooked 2, two tags", 276,
     "88a8 0000 00000003 0001 00 06 0200000000010000 0064 8100 00c8 86dd", NetworkProtocol::Ipv6,
     ":sll:ethertype:ieee8021ad:vlan"},
    {"null, little-endian IPv4", 0, "02000000", NetworkProtocol::Ipv4, ":null"},
    {"null, big-endian IPv4", 0, "00000002", NetworkProtocol::Ipv4, ":null"},
    {"null, macOS IPv6", 0, "1e000000", NetworkProtocol::Ipv6, ":null"},
    {"null, FreeBSD IPv6", 0, "1c000000", NetworkProtocol::Ipv6, ":null"},
    {"null, OpenBSD IPv6", 0, "18000000", NetworkProtocol::Ipv6, ":null"},
    {"loop, IPv4", 108, "00000002", NetworkProtocol::Ipv4, ":null"},
    {"null, other", 0, "07000000", NetworkProtocol::Other, ":null"},
};

Bytes fromHex(const char* digits) {
    const QByteArray raw = QByteArray::fromHex(QByteArray(digits));
    return {raw.begin(), raw.end()};
}

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
        Bytes packet = header;
        packet.push_back(0x45);
        const LinkPayload payload = parseLink(c.linkType, packet);
        QCOMPARE(payload.protocol, c.protocol);
        QCOMPARE(payload.offset, header.size());

        FieldTree tree;
        std::string protocols;
        const LinkPayload described =
            describeLink(c.linkType, packet, tree, Place{0, 0}, protocols);
        QCOMPARE(described.protocol, c.protocol);
        QCOMPARE(described.offset, header.size());
        QCOMPARE(protocols, std::string(c.protocols));
        for (const Field& field : tree.fields()) QVERIFY(field.range.end <= header.size());

        for (std::size_t size = 0; size < header.size(); ++size) {
            const ByteView cut = ByteView(header).first(size);
            QCOMPARE(parseLink(c.linkType, cut).protocol, NetworkProtocol::CutShort);
            FieldTree partial;
            std::string names;
            describeLink(c.linkType, cut, partial, Place{0, 0}, names);
            for (const Field& field : partial.fields()) QVERIFY(field.range.end <= size);
        }
    }

    void rawIpTellsItsVersion() {
        for (const std::uint32_t type : {12U, 14U, 101U}) {
            QCOMPARE(parseLink(type, fromHex("45")).protocol, NetworkProtocol::Ipv4);
            QCOMPARE(parseLink(type, fromHex("60")).protocol, NetworkProtocol::Ipv6);
            QCOMPARE(parseLink(type, fromHex("00")).protocol, NetworkProtocol::Other);
            QCOMPARE(parseLink(type, {}).protocol, NetworkProtocol::CutShort);
        }
        QCOMPARE(parseLink(228, fromHex("45")).protocol, NetworkProtocol::Ipv4);
        QCOMPARE(parseLink(229, fromHex("60")).protocol, NetworkProtocol::Ipv6);
    }

    void unknownLinkTypeSaysSo() {
        QCOMPARE(parseLink(147, fromHex("0102030405")).protocol, NetworkProtocol::UnknownLink);
    }

    void endlessTagsEnd() {
        Bytes packet = fromHex("020000000001 020000000002");
        for (int i = 0; i < 1000; ++i) {
            packet.push_back(0x81);
            packet.push_back(0x00);
        }
        QCOMPARE(parseLink(1, packet).protocol, NetworkProtocol::CutShort);
    }

    void fieldsOfATag() {
        const Bytes packet = fromHex("020000000001 020000000002 8100 7064 0800");
        FieldTree tree;
        std::string protocols;
        describeLink(1, packet, tree, Place{0, 0}, protocols);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanId)].value), 100ULL);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanPriority)].value), 3ULL);
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::VlanDei)].value), 1ULL);
        QCOMPARE(tree.line(tree.find(FieldId::EthSrc)), std::string("Source: 02:00:00:00:00:02"));
    }
};

QTEST_APPLESS_MAIN(TestLinkLayer)
#include "test_link_layer.moc"
