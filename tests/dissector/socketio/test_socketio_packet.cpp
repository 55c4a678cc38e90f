// Socket.IO packets: every form of the grammar, what is not one, the tree and the line.
#include <QtTest>

#include "dissector/socketio/packet.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::socketio;
using framescope::test::treeText;

namespace {

std::vector<IssueCode> codes(std::string_view text) {
    IssueSink sink;
    check(*parse(text), sink);
    std::vector<IssueCode> result;
    for (const Issue& issue : sink.issues()) result.push_back(issue.code);
    return result;
}

std::string described(std::string_view text, std::uint8_t engineVersion = 4) {
    FieldTree tree;
    describe(*parse(text), tree, Place{0, 0}, engineVersion);
    return treeText(tree);
}

}  // namespace

class TestSocketIoPacket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packets_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("parts");  // type|attachments|nsp|id|data
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char* text, const char* parts, const char* line) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(parts) << QByteArray(line);
        };
        row("0", "0||||", "CONNECT");
        row("0{\"token\":\"123\"}", "0||||{\"token\":\"123\"}", "CONNECT  {\"token\":\"123\"}");
        row("0/admin,", "0||/admin||", "CONNECT /admin");
        row("0/admin?a=b,{}", "0||/admin?a=b||{}", "CONNECT /admin  {}");
        row("1/admin,", "1||/admin||", "DISCONNECT /admin");
        row("1", "1||||", "DISCONNECT");
        row("2[\"hello\",1]", "2||||[\"hello\",1]", "EVENT  hello  1");
        row("2/chat,12[\"message\",{\"room\":\"lobby\",\"text\":\"hello\"}]",
            "2||/chat|12|[\"message\",{\"room\":\"lobby\",\"text\":\"hello\"}]",
            "EVENT /chat #12  message  {\"room\":\"lobby\",\"text\":\"hello\"}");
        row("212[\"a\"]", "2|||12|[\"a\"]", "EVENT #12  a");
        row("2[\"a\", [1, 2] ,\"x\",null]", "2||||[\"a\", [1, 2] ,\"x\",null]",
            "EVENT  a  [1, 2], \"x\", null");
        row("3/admin,456[]", "3||/admin|456|[]", "ACK /admin #456");
        row("312[{\"ok\":true},2]", "3|||12|[{\"ok\":true},2]", "ACK #12  {\"ok\":true}, 2");
        row("4/admin,{\"message\":\"Not authorized\"}",
            "4||/admin||{\"message\":\"Not authorized\"}",
            "CONNECT_ERROR /admin  {\"message\":\"Not authorized\"}");
        row("4\"Invalid namespace\"", "4||||\"Invalid namespace\"",
            "CONNECT_ERROR  \"Invalid namespace\"");
        row("51-[\"bin\",{\"_placeholder\":true,\"num\":0}]",
            "5|1|||[\"bin\",{\"_placeholder\":true,\"num\":0}]",
            "BINARY_EVENT  bin  \u2039attachment 0\u203a");
        row("52-/a,7[\"b\",1]", "5|2|/a|7|[\"b\",1]", "BINARY_EVENT /a #7  b  1");
        row("61-/admin,456[{\"_placeholder\":true,\"num\":0}]",
            "6|1|/admin|456|[{\"_placeholder\":true,\"num\":0}]",
            "BINARY_ACK /admin #456  \u2039attachment 0\u203a");
    }

    void packets() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, parts);
        QFETCH(QByteArray, line);
        const std::string wire = text.toStdString();
        const auto packet = parse(wire);
        QVERIFY(packet);
        QVERIFY(packet->wellFormed);
        QVERIFY(recognise(wire));
        QVERIFY(codes(wire).empty());
        std::string found = std::to_string(int(packet->type)) + "|";
        if (packet->attachments) found += std::to_string(*packet->attachments);
        found += "|" + std::string(packet->nsp) + "|";
        if (packet->id) found += std::to_string(*packet->id);
        found += "|" + std::string(packet->data);
        QCOMPARE(QByteArray::fromStdString(found), parts);
        QCOMPARE(QByteArray::fromStdString(summary(*packet, 100)), line);
        for (std::size_t limit = 0; limit < 40; ++limit) {
            QVERIFY(std::size_t(QString::fromStdString(summary(*packet, limit)).size()) <= limit);
        }
        const auto at = [&wire](ByteRange range) {
            return std::string_view(wire).substr(range.begin, range.size());
        };
        QCOMPARE(at(packet->nspRange), packet->nsp);
        QCOMPARE(at(packet->dataRange), packet->data);
        if (packet->id) QCOMPARE(std::string(at(packet->idRange)), std::to_string(*packet->id));
        Bytes encoded;
        ByteWriter writer(encoded);
        encode(*packet, writer);
        QCOMPARE(asText(encoded), std::string_view(wire));
        QVERIFY(parse(asText(encoded)) == packet);
        described(wire);
    }

    void malformed_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("code");
        const auto row = [](const char* text, IssueCode code) {
            QTest::newRow(text) << QByteArray(text) << int(code);
        };
        const IssueCode packet = IssueCode::SocketIoPacketMalformed;
        const IssueCode payload = IssueCode::SocketIoPayloadMalformed;
        row("5[\"a\"]", packet);
        row("5-[\"a\"]", packet);
        row("599999999999-[\"a\"]", packet);
        row("299999999999999999999[\"a\"]", packet);
        row("29007199254740992[\"a\"]", packet);
        row("0[]", payload);
        row("0\"x\"", payload);
        row("0{", payload);
        row("1{}", payload);
        row("2", payload);
        row("2[]", payload);
        row("2{}", payload);
        row("2[null]", payload);
        row("2[\"a\"", payload);
        row("2[\"a\"]x", payload);
        row("2hello", payload);
        row("2/chat", payload);
        row("3{}", payload);
        row("31", payload);
        row("4", payload);
        row("4[]", payload);
        row("2[\"\xff\"]", payload);
    }

    void malformed() {
        QFETCH(QByteArray, text);
        QFETCH(int, code);
        const std::string wire = text.toStdString();
        const auto found = codes(wire);
        QVERIFY(!found.empty());
        QCOMPARE(int(found[0]), code);
        QVERIFY(!recognise(wire));
        QVERIFY(!summary(*parse(wire), 80).empty());
        described(wire);
    }

    void noPackets() {
        for (const char* text : {"", "7[]", "hello", " 2[\"a\"]"}) {
            QVERIFY(!parse(text));
            QVERIFY(!recognise(text));
        }
    }

    void names() {
        QCOMPARE(eventName(*parse("2[\"a\\u00e4\"]")), "a\u00e4");
        QCOMPARE(eventName(*parse("2[12]")), "12");
        QCOMPARE(eventName(*parse("3[\"a\"]")), "");
        QCOMPARE(packetTypeName(PacketType::ConnectError), std::string_view("CONNECT_ERROR"));
        QCOMPARE(packetTypeName(PacketType::ConnectError, 3), std::string_view("ERROR"));
        QCOMPARE(parse("0/a?x=1,")->nspName(), std::string_view("/a"));
        QCOMPARE(parse("0")->nspName(), std::string_view("/"));
    }

    void eventTree() {
        QCOMPARE(described("2/chat,12[\"message\",{\"room\":\"lobby\"},1]"),
                 "Socket.IO  EVENT /chat #12  message  {\"room\":\"lobby\"}, 1 [0:0-39]\n"
                 "  Packet type: EVENT (2) [0:0-1]\n"
                 "  Namespace: /chat [0:1-6]\n"
                 "  Acknowledgement id: 12 [0:7-9]\n"
                 "  Event: message [0:10-19]\n"
                 "  Arguments: [{\"room\":\"lobby\"},1] [0:20-38]\n"
                 "    Argument 0  {1 member} [0:20-36]\n"
                 "      room: \"lobby\" [0:21-35]\n"
                 "    Argument 1  1 [0:37-38]\n");
    }

    void otherTrees() {
        QCOMPARE(described("0{\"sid\":\"x\"}"),
                 "Socket.IO  CONNECT  {\"sid\":\"x\"} [0:0-12]\n"
                 "  Packet type: CONNECT (0) [0:0-1]\n"
                 "  Namespace: /\n"
                 "  Data: {\"sid\":\"x\"} [0:1-12]\n"
                 "    JSON  {1 member} [0:1-12]\n"
                 "      sid: \"x\" [0:2-11]\n");
        QCOMPARE(described("51-[\"b\",{\"_placeholder\":true,\"num\":0}]"),
                 "Socket.IO  BINARY_EVENT  b  \u2039attachment 0\u203a [0:0-38]\n"
                 "  Packet type: BINARY_EVENT (5) [0:0-1]\n"
                 "  Attachments: 1 [0:1-2]\n"
                 "  Namespace: /\n"
                 "  Event: b [0:4-7]\n"
                 "  Arguments: [\u2039attachment 0\u203a] [0:8-37]\n"
                 "    Argument 0  \u2039attachment 0\u203a [0:8-37]\n"
                 "      _placeholder: true [0:9-28]\n"
                 "      num: 0 [0:29-36]\n");
        QVERIFY(described("4\"no\"", 3).starts_with("Socket.IO  ERROR  \"no\""));
        QVERIFY(described("2[\"a\"]").ends_with("  Arguments: [] [0:5-5]\n"));
    }

    // Damaged packets: ranges stay inside, nothing throws.
    void noise() {
        test::Noise noise(6);
        const std::string valid =
            "52-/chat?x=1,12[\"m\\u00e4\",{\"_placeholder\":true,\"num\":0},3]";
        for (int round = 0; round < 20'000; ++round) {
            std::string text = valid;
            for (std::size_t i = noise.below(5); i > 0; --i) {
                text[noise.below(text.size())] = "0123456/,-[]{}\":x\xff"[noise.below(18)];
            }
            text.resize(noise.below(text.size() + 1));
            const auto packet = parse(text);
            if (!packet) continue;
            recognise(text);
            eventName(*packet);
            QVERIFY(QString::fromStdString(summary(*packet, 30)).size() <= 30);
            IssueSink sink;
            check(*packet, sink);
            FieldTree tree;
            const FieldIndex layer = describe(*packet, tree, Place{0, 0});
            tree.attach(sink, layer);
            for (const Field& field : tree.fields()) {
                QVERIFY(field.source == kNoSource || field.range.end <= text.size());
                QVERIFY(field.range.begin <= field.range.end);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestSocketIoPacket)
#include "test_socketio_packet.moc"
