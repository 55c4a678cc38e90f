// MQTT control packets as mqtt-packet of npm writes them, what is wrong with others, and packets
// that share a message or are spread over several.
#include <QtTest>

#include "dissector/subprotocol/mqtt.h"
#include "dissector/subprotocol/mqtt_messages.h"
#include "tests/support/message_run.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;
using framescope::test::MessageRun;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// One of the packets below, for tests of what is around it.
constexpr const char* kConnect = "101400044d5154540402003c0008636c69656e742d31";
constexpr const char* kConnect5 =
    "102c00044d5154540506000a0f1100000e1021001426000161000162000466697665051800000005000177000178";
constexpr const char* kPublish = "330f0003612f62000c7b2274223a32317d";

}  // namespace

class TestMqtt : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packets_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char* name, int version, const char* hex, const char* line) {
            QTest::newRow(name) << version << QByteArray(hex) << QByteArray(line);
        };
        row("CONNECT 3.1.1", 4, kConnect, "CONNECT  client-1  MQTT 3.1.1  keep alive 60 s  clean");
        row("CONNECT 3.1", 3, "100f00064d514973647003020000000163",
            "CONNECT  c  MQTT 3.1  keep alive 0 s  clean");
        row("CONNECT will", 4,
            "102b00044d51545404ec001e00056465762f37000a6465762f372f676f6e6500036279650003626f620002"
            "7"
            "077",
            "CONNECT  dev/7  MQTT 3.1.1  keep alive 30 s  user bob  will dev/7/gone");
        row("CONNECT 5", 5, kConnect5, "CONNECT  five  MQTT 5  keep alive 10 s  clean  will w");
        row("CONNACK 4", 4, "20020100", "CONNACK  Connection accepted  session present");
        row("CONNACK refused", 4, "20020005", "CONNACK  Not authorized");
        row("CONNACK 5", 5, "200f00000c1200066175746f2d3122000a", "CONNACK  Success");
        row("PUBLISH 0", 4, "300d0003612f627b2274223a32317d", "PUBLISH a/b  QoS 0  {\"t\":21}");
        row("PUBLISH 1", 4, kPublish, "PUBLISH a/b  QoS 1  retain  #12  {\"t\":21}");
        row("PUBLISH 2 dup", 4, "3c08000178ffff00ff01", "PUBLISH x  QoS 2  again  #65535  3 bytes");
        row("PUBLISH 5", 5,
            "32310001720003290101020000003c230004080003722f31090002010203000a746578742f706c61696e26"
            "00016b0001766869",
            "PUBLISH r  alias 4  QoS 1  #3  hi");
        row("PUBACK", 4, "4002000c", "PUBACK #12");
        row("PUBACK 5", 5, "400d000310091f00066e6f626f6479", "PUBACK #3  No matching subscribers");
        row("PUBREC", 4, "50020002", "PUBREC #2");
        row("PUBREL", 4, "62020002", "PUBREL #2");
        row("PUBCOMP", 4, "70020002", "PUBCOMP #2");
        row("SUBSCRIBE", 4, "820e00010003612f23010003622f2b00",
            "SUBSCRIBE #1  a/# QoS 1, b/+ QoS 0");
        row("SUBSCRIBE 5", 5, "820a0007030bc8010001731e", "SUBSCRIBE #7  s QoS 2");
        row("SUBACK", 4, "900400010180", "SUBACK #1  Granted QoS 1  Failure");
        row("SUBACK 5", 5, "90050007000287", "SUBACK #7  Granted QoS 2  Not authorized");
        row("UNSUBSCRIBE", 4, "a20a00090003612f23000162", "UNSUBSCRIBE #9  a/#, b");
        row("UNSUBACK", 4, "b0020009", "UNSUBACK #9");
        row("UNSUBACK 5", 5, "b0050009000011", "UNSUBACK #9  Success  No subscription existed");
        row("PINGREQ", 4, "c000", "PINGREQ");
        row("PINGRESP", 4, "d000", "PINGRESP");
        row("DISCONNECT", 4, "e000", "DISCONNECT");
        row("DISCONNECT 5", 5, "e00a8e081f000574616b656e", "DISCONNECT  Session taken over");
        row("AUTH", 5, "f00e180c150005534352414d16000109", "AUTH  Continue authentication");
    }

    void packets() {
        QFETCH(int, version);
        QFETCH(QByteArray, hex);
        QFETCH(QByteArray, line);
        const Bytes wire = fromHex(hex.constData());
        const auto parse = [version](ByteView bytes) {
            return mqtt::parse(bytes, static_cast<std::uint8_t>(version));
        };
        const auto packet = parse(wire);
        QVERIFY(packet);
        QCOMPARE(std::string(packet->malformed), std::string());
        QCOMPARE(QByteArray::fromStdString(mqtt::summary(*packet, 200)), line);
        for (std::size_t limit = 0; limit < 30; ++limit) {
            QVERIFY(std::size_t(QString::fromStdString(mqtt::summary(*packet, limit)).size()) <=
                    limit);
        }
        QCOMPARE(QByteArray::fromStdString(framescope::test::checkPrefixes(wire, parse)),
                 QByteArray());
        Bytes encoded;
        ByteWriter writer(encoded);
        mqtt::encode(*packet, writer);
        QCOMPARE(formatHex(encoded), formatHex(wire));
        IssueSink issues;
        mqtt::check(*packet, issues);
        QVERIFY(issues.empty());
        // Every field lies inside the packet.
        FieldTree tree;
        mqtt::describe(*packet, tree, Place{0, 0});
        for (const Field& field : tree.fields()) QVERIFY(field.range.end <= wire.size());
    }

    void tree() {
        FieldTree tree;
        const Bytes wire =
            fromHex("32180001720003 0b 03 0001 74 26 0001 6b 0001 76 7b2274223a317d");
        const auto packet = mqtt::parse(wire, 5);
        QVERIFY(packet);
        mqtt::describe(*packet, tree, Place{0, 0});
        QCOMPARE(QByteArray::fromStdString(framescope::test::treeText(tree)),
                 QByteArray("MQTT  PUBLISH r  QoS 1  #3  {\"t\":1} [0:0-26]\n"
                            "  Header flags: 0x32 [0:0-1]\n"
                            "    0011 .... = Packet type: PUBLISH (3) [0:0-1]\n"
                            "    .... 0... = DUP: 0 [0:0-1]\n"
                            "    .... .01. = QoS: 1 [0:0-1]\n"
                            "    .... ...0 = Retain: 0 [0:0-1]\n"
                            "  Remaining length: 24 [0:1-2]\n"
                            "  Topic: r [0:2-5]\n"
                            "  Packet identifier: 3 [0:5-7]\n"
                            "  Properties [0:7-19]\n"
                            "    Length of the properties: 11 [0:7-8]\n"
                            "    Property: Content Type: t [0:8-12]\n"
                            "      Content type: t [0:11-12]\n"
                            "    Property: User Property: k = v [0:12-19]\n"
                            "      Key: k [0:15-16]\n"
                            "      Value: v [0:18-19]\n"
                            "  Message: {\"t\":1} [0:19-26]\n"
                            "    Message as text: {\"t\":1} [0:19-26]\n"
                            "    JSON  {1 member} [0:19-26]\n"
                            "      t: 1 [0:20-25]\n"));
    }

    void violations_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, int version, const char* hex, IssueCode code) {
            QTest::newRow(name) << version << QByteArray(hex) << int(code);
        };
        const IssueCode malformed = IssueCode::MqttPacketMalformed;
        row("type 0", 4, "0000", IssueCode::MqttTypeReserved);
        row("AUTH before 5", 4, "f000", IssueCode::MqttTypeReserved);
        row("flags of PUBREL", 4, "60020002", IssueCode::MqttFlagsInvalid);
        row("flags of PINGREQ", 4, "c100", IssueCode::MqttFlagsInvalid);
        row("QoS 3", 4, "36050001780001", IssueCode::MqttQosInvalid);
        row("SUBSCRIBE QoS 3", 4, "8206000100016103", IssueCode::MqttQosInvalid);
        row("identifier 0", 4, "40020000", IssueCode::MqttPacketIdZero);
        row("wildcard", 4, "30050003612f23", IssueCode::MqttTopicInvalid);
        row("empty topic", 4, "30020000", IssueCode::MqttTopicInvalid);
        row("topic longer than the packet", 4, "3003000961", malformed);
        row("bytes behind PINGREQ", 4, "c00100", malformed);
        row("no topic filter", 4, "82020001", malformed);
        row("length of five bytes", 4, "30ffffffff", malformed);
        row("unknown property", 5, "300600017802 7f00", malformed);
        row("properties too long", 5, "3004000178 09", malformed);
        row("protocol name", 4, "101400044d5154580402003c0008636c69656e742d31", malformed);
        row("reserved connect flag", 4, "101400044d5154540403003c0008636c69656e742d31", malformed);
        row("will QoS without a will", 4, "101400044d515454040a003c0008636c69656e742d31",
            malformed);
    }

    void violations() {
        QFETCH(int, version);
        QFETCH(QByteArray, hex);
        QFETCH(int, code);
        const Bytes wire = fromHex(hex.constData());
        const auto packet = mqtt::parse(wire, static_cast<std::uint8_t>(version));
        QVERIFY(packet);
        IssueSink issues;
        mqtt::check(*packet, issues);
        QCOMPARE(issues.issues().size(), std::size_t{1});
        QCOMPARE(int(issues.issues()[0].code), code);
        FieldTree tree;
        mqtt::describe(*packet, tree, Place{0, 0});
    }

    void aliasMayStandForTheTopic() {
        const Bytes wire = fromHex("300700 00 03 230001 78");
        const auto packet = mqtt::parse(wire, 5);
        QVERIFY(packet);
        IssueSink issues;
        mqtt::check(*packet, issues);
        QVERIFY(issues.empty());
        QCOMPARE(mqtt::summary(*packet, 99), std::string("PUBLISH  alias 1  QoS 0  x"));
    }

    void noiseIsNoHarm() {
        framescope::test::Noise noise(7);
        for (int round = 0; round < 20'000; ++round) {
            Bytes bytes;
            const std::size_t size = 2 + noise.below(40);
            for (std::size_t i = 0; i < size; ++i) bytes.push_back(noise.byte());
            bytes[1] &= 0x1f;
            for (const std::uint8_t version : {std::uint8_t{4}, std::uint8_t{5}}) {
                const auto packet = mqtt::parse(bytes, version);
                if (!packet) continue;
                FieldTree tree;
                mqtt::describe(*packet, tree, Place{0, 0});
                for (const Field& field : tree.fields()) {
                    QVERIFY(field.range.begin <= field.range.end);
                    QVERIFY2(field.range.end <= packet.consumed(), formatHex(bytes).c_str());
                }
                IssueSink issues;
                mqtt::check(*packet, issues);
            }
        }
    }

    void conversation() {
        MessageRun run(mqtt::kMessageProtocol);
        run.hex(kClient, kConnect);
        run.hex(kServer, "20020000");
        run.hex(kClient, "820e00010003612f23010003622f2b00");
        run.hex(kServer, "900400010100");
        run.hex(kClient, kPublish);
        run.hex(kServer, "4002000c");
        run.hex(kClient, "c000");
        run.hex(kServer, "d000");
        QCOMPARE(run.links(), std::string("1 response 0\n3 response 2\n5 response 4\n7 pong 6\n"));
        QCOMPARE(run.name(4), std::string_view("a/b"));
        QCOMPARE(run.name(5), std::string_view("a/b"));
        QCOMPARE(run.name(3), std::string_view("a/#"));
        QCOMPARE(run.record(0).protocol, Protocol::Mqtt);
    }

    void severalInOneMessage() {
        MessageRun run(mqtt::kMessageProtocol);
        run.hex(kServer, "4002000c d000 300d0003612f627b2274223a32317d");
        QCOMPARE(run.summary(0),
                 std::string("PUBACK #12  |  PINGRESP  |  PUBLISH a/b  QoS 0  {\"t\":21}"));
        QCOMPARE(run.name(0), std::string_view("a/b"));
    }

    /// Cut at every place, a packet and its neighbours read the same.
    void spreadOverMessages() {
        const std::string wire = std::string("c000") + kPublish + "d000";
        const Bytes all = fromHex(wire.c_str());
        for (std::size_t cut = 1; cut < all.size(); ++cut) {
            MessageRun run(mqtt::kMessageProtocol);
            run.add(kClient, Bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)),
                    false);
            run.add(kClient, Bytes(all.begin() + static_cast<std::ptrdiff_t>(cut), all.end()),
                    false);
            const std::string both = run.tree(0) + run.tree(1);
            QVERIFY2(both.find("Message as text: {\"t\":21}") != std::string::npos, both.c_str());
            QVERIFY(both.find("PINGREQ") != std::string::npos);
            QVERIFY(both.find("PINGRESP") != std::string::npos);
            QVERIFY(run.issuesRead(0).empty() && run.issuesRead(1).empty());
            QVERIFY(run.issuesDescribed(0).empty() && run.issuesDescribed(1).empty());
            const bool inside = cut != 2 && cut != all.size() - 2;
            QCOMPARE(run.links(), std::string(inside ? "1 part 0\n" : ""));
        }
    }

    void byteByByte() {
        MessageRun run(mqtt::kMessageProtocol);
        const Bytes all = fromHex(kPublish);
        for (const std::uint8_t byte : all) run.add(kClient, Bytes{byte}, false);
        const auto last = static_cast<RecordId>(all.size() - 1);
        QCOMPARE(run.name(last), std::string_view("a/b"));
        const std::string tree = run.tree(last);
        QVERIFY2(tree.find("MQTT  PUBLISH a/b  QoS 1  retain  #12  {\"t\":21} [1:0-17]") !=
                     std::string::npos,
                 tree.c_str());
        QVERIFY(run.tree(last / 2).find("part of a packet that goes on") != std::string::npos);
        QCOMPARE(run.summary(last),
                 std::string("part of PUBLISH a/b  QoS 1  retain  #12  {\"t\":21"));
    }

    void version() {
        MessageRun run(mqtt::kMessageProtocol);
        run.hex(kClient, kConnect5);
        run.hex(kServer, "200f00000c1200066175746f2d3122000a");
        QCOMPARE(int(run.record(1).form), 5);
        QVERIFY(run.issuesRead(1).empty());
        // Without the CONNECT, what fits tells.
        MessageRun joined(mqtt::kMessageProtocol);
        joined.hex(kServer, "200f00000c1200066175746f2d3122000a");
        QCOMPARE(int(joined.record(0).form), 5);
        QVERIFY(joined.issuesDescribed(0).empty());
    }

    void textMessage() {
        MessageRun run(mqtt::kMessageProtocol);
        run.add(kClient, fromHex("c000"), true);
        QCOMPARE(run.issuesRead(0), std::vector{IssueCode::MqttInTextMessage});
        QCOMPARE(run.issuesDescribed(0), std::vector{IssueCode::MqttInTextMessage});
    }

    void recognition() {
        const ConnectionFacts facts;
        const auto is = [&facts](const Bytes& bytes, bool text, std::string_view subprotocol) {
            return mqtt::kMessageProtocol.recognise({bytes, text, true, kClient},
                                                    {facts, "/", subprotocol});
        };
        QVERIFY(is(fromHex(kConnect), false, ""));
        QVERIFY(is(fromHex("c000"), false, "mqtt"));
        QVERIFY(!is(fromHex("c000"), false, ""));
        QVERIFY(!is(bytesOf("hello"), true, ""));
        QVERIFY(!is(fromHex("101400044d5154580402003c0008636c69656e742d31"), false, ""));
    }
};

QTEST_APPLESS_MAIN(TestMqtt)
#include "test_mqtt.moc"
