// Engine.IO packets: the types, the handshake of revisions 3 and 4, what is no packet.
#include <QtTest>

#include "dissector/engineio/packet.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::engineio;
using framescope::test::treeText;

namespace {

constexpr std::string_view kOpen =
    "0{\"sid\":\"lv_VI97HAXpY6yYWAAAC\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
    "\"pingTimeout\":20000,\"maxPayload\":1000000}";

std::size_t issueCount(std::string_view text) {
    IssueSink sink;
    check(*parse(text), sink);
    return sink.issues().size();
}

}  // namespace

class TestEngineIoPacket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packets_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char* text, int type, const char* line) {
            QTest::newRow(text) << QByteArray(text) << type << QByteArray(line);
        };
        row(kOpen.data(), 0, "open  sid=lv_\u2026AAAC  upgrades=[websocket]  ping 25 s / 20 s");
        row("0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":300,\"pingTimeout\":1500}", 0,
            "open  sid=a  upgrades=[]  ping 300 ms / 1.5 s");
        row("0", 0, "open");
        row("0rubbish", 0, "open rubbish");
        row("1", 1, "close");
        row("2", 2, "ping");
        row("2probe", 2, "ping probe");
        row("3probe", 3, "pong probe");
        row("4hello\n", 4, "message  hello\\n");
        row("5", 5, "upgrade");
        row("6", 6, "noop");
    }

    void packets() {
        QFETCH(QByteArray, text);
        QFETCH(int, type);
        QFETCH(QByteArray, line);
        const std::string wire = text.toStdString();
        const auto packet = parse(wire);
        QVERIFY(packet);
        QCOMPARE(int(packet->type), type);
        QCOMPARE(packet->data, std::string_view(wire).substr(1));
        QCOMPARE(QByteArray::fromStdString(summary(*packet, 100)), line);
        QVERIFY(QString::fromStdString(summary(*packet, 10)).size() <= 10);
        Bytes encoded;
        ByteWriter writer(encoded);
        encode(*packet, writer);
        QCOMPARE(asText(encoded), std::string_view(wire));
        QVERIFY(parse(asText(encoded)) == packet);
    }

    void noPackets() {
        for (const char* text : {"", "7", "9", "a", " 4", "{\"a\":1}"}) QVERIFY(!parse(text));
    }

    void handshake() {
        QCOMPARE(issueCount(kOpen), std::size_t{0});
        QCOMPARE(issueCount("0"), std::size_t{1});
        QCOMPARE(issueCount("0[]"), std::size_t{1});
        QCOMPARE(issueCount("0{}"), std::size_t{4});
        QCOMPARE(issueCount("0{\"sid\":1,\"upgrades\":[2],\"pingInterval\":\"x\","
                            "\"pingTimeout\":-1}"),
                 std::size_t{4});
        QCOMPARE(issueCount("4[]"), std::size_t{0});
        const auto read = parseHandshake(kOpen.substr(1));
        QVERIFY(read);
        QCOMPARE(read->sid->value, "lv_VI97HAXpY6yYWAAAC");
        QCOMPARE(read->upgrades->value.size(), std::size_t{1});
        QCOMPARE(read->pingInterval->value, std::uint64_t{25000});
        QCOMPARE(read->maxPayload->value, std::uint64_t{1000000});
    }

    void tree() {
        FieldTree fields;
        describe(*parse(kOpen), fields, Place{1, 10});
        QCOMPARE(treeText(fields),
                 "Engine.IO  open [1:10-128]\n"
                 "  Packet type: open (0) [1:10-11]\n"
                 "  Data: " +
                     std::string(kOpen.substr(1)) +
                     " [1:11-128]\n"
                     "    Session: lv_VI97HAXpY6yYWAAAC [1:18-40]\n"
                     "    Upgrades offered: [websocket] [1:52-65]\n"
                     "    Ping interval: 25 000 ms [1:81-86]\n"
                     "    Ping timeout: 20 000 ms [1:101-106]\n"
                     "    Greatest payload: 1 000 000 bytes [1:120-127]\n");
    }
};

QTEST_APPLESS_MAIN(TestEngineIoPacket)
#include "test_engineio_packet.moc"
