// Socket.IO packets: every form of the grammar, what is not one, the tree and the line.
#include <QtTest>

#include "dissector/socketio/packet.h"
#include "dissector/socketio/placeholder.h"
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

std::string described(std::string_view text, std::uint8_t engineVersion = 4,
                      const std::vector<std::string>& attachments = {}) {
    Dissection dissection;
    dissection.addSource(SourceKind::Message, "Message", {});
    Surroundings surroundings;
    for (const std::string& attachment : attachments) {
        const ByteView bytes = asBytes(attachment);
        const SourceId source = dissection.addSource(SourceKind::Attachment, "Attachment",
                                                     Bytes(bytes.begin(), bytes.end()));
        surroundings.attachments.push_back(Attachment{source, bytes.size()});
    }
    describe(*parse(text), dissection, Place{0, 0}, engineVersion, surroundings);
    return treeText(dissection.fields);
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
            "BINARY_EVENT  bin  \u2039attachment 1\u203a");
        row("52-/a,7[\"b\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]",
            "5|2|/a|7|[\"b\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]",
            "BINARY_EVENT /a #7  b  \u2039attachment 2\u203a, \u2039attachment 1\u203a");
        row("50-[\"none\"]", "5|0|||[\"none\"]", "BINARY_EVENT  none");
        row("60-3[]", "6|0||3|[]", "BINARY_ACK #3");
        row("29007199254740991[\"a\"]", "2|||9007199254740991|[\"a\"]",
            "EVENT #9007199254740991  a");
        row("2[7,\"a\"]", "2||||[7,\"a\"]", "EVENT  7  \"a\"");
        row("2[\"\",1]", "2||||[\"\",1]", "EVENT    1");
        row("2/,[\"a\"]", "2||/||[\"a\"]", "EVENT  a");
        row("2/a/b-c.d%20e,0[\"a\"]", "2||/a/b-c.d%20e|0|[\"a\"]", "EVENT /a/b-c.d%20e #0  a");
        row("2/\u00e4\u4e16,[\"a\"]", "2||/\u00e4\u4e16||[\"a\"]", "EVENT /\u00e4\u4e16  a");
        row("0/chat?token=abc&x={1}", "0||/chat?token=abc&x={1}||", "CONNECT /chat");
        row("0/chat?token=abc,", "0||/chat?token=abc||", "CONNECT /chat");
        row("0/12", "0||/12||", "CONNECT /12");
        row("1/admin", "1||/admin||", "DISCONNECT /admin");
        row("0{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}", "0||||{\"sid\":\"oSO0OpakMV_3jnilAAAA\"}",
            "CONNECT  {\"sid\":\"oSO0OpakMV_3jnilAAAA\"}");
        row("2[\"plain\",{\"_placeholder\":true,\"num\":0}]",
            "2||||[\"plain\",{\"_placeholder\":true,\"num\":0}]",
            "EVENT  plain  {\"_placeholder\":true,\"num\":0}");
        row("61-/admin,456[{\"_placeholder\":true,\"num\":0}]",
            "6|1|/admin|456|[{\"_placeholder\":true,\"num\":0}]",
            "BINARY_ACK /admin #456  \u2039attachment 1\u203a");
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
        const IssueCode placeholder = IssueCode::SocketIoPlaceholderWrong;
        row("51-[\"a\"]", placeholder);
        row("50-[\"a\",{\"_placeholder\":true,\"num\":0}]", placeholder);
        row("51-[\"a\",{\"_placeholder\":true,\"num\":1}]", placeholder);
        row("51-[\"a\",{\"_placeholder\":true,\"num\":-1}]", placeholder);
        row("51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]", placeholder);
        row("51-[\"a\",{\"_placeholder\":true}]", placeholder);
        row("52-[\"a\",{\"_placeholder\":true,\"num\":0}]", placeholder);
        row("54294967295-[\"a\",{\"_placeholder\":true,\"num\":0}]", placeholder);
    }

    void malformed() {
        QFETCH(QByteArray, text);
        QFETCH(int, code);
        const std::string wire = text.toStdString();
        const auto found = codes(wire);
        QVERIFY(!found.empty());
        QCOMPARE(int(found[0]), code);
        // Placeholders that do not fit make it no other protocol.
        QCOMPARE(recognise(wire), code == int(IssueCode::SocketIoPlaceholderWrong));
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
                 "      sid: \"x\" [0:2-11]\n"
                 "  Socket: x [0:8-11]\n");
        QCOMPARE(described("51-[\"b\",{\"_placeholder\":true,\"num\":0}]"),
                 "Socket.IO  BINARY_EVENT  b  \u2039attachment 1\u203a [0:0-38]\n"
                 "  Packet type: BINARY_EVENT (5) [0:0-1]\n"
                 "  Attachments: 1 [0:1-2]\n"
                 "  Namespace: /\n"
                 "  Event: b [0:4-7]\n"
                 "  Arguments: [\u2039attachment 1\u203a] [0:8-37]\n"
                 "    Argument 0  \u2039attachment 1\u203a [0:8-37]\n"
                 "      _placeholder: true [0:9-28]\n"
                 "      num: 0 [0:29-36]\n");
        QVERIFY(described("4\"no\"", 3).starts_with("Socket.IO  ERROR  \"no\""));
        QVERIFY(described("2[\"a\"]").ends_with("  Arguments: [] [0:5-5]\n"));
    }

    // Attachments stand where their placeholders stand, whatever their order and depth.
    void attachments() {
        QCOMPARE(described("52-[\"b\",{\"x\":[{\"num\":1,\"_placeholder\":true}]},"
                           "{\"_placeholder\":true,\"num\":0}]",
                           4, {std::string("\0\1\2", 3), "\xff"}),
                 "Socket.IO  BINARY_EVENT  b  {\"x\":[{\"num\":1,\"_placeholder\":true}]}, "
                 "\u2039attachment 1\u203a [0:0-76]\n"
                 "  Packet type: BINARY_EVENT (5) [0:0-1]\n"
                 "  Attachments: 2 [0:1-2]\n"
                 "  Namespace: /\n"
                 "  Event: b [0:4-7]\n"
                 "  Arguments: [{\"x\":[\u2039attachment 2, 1 byte\u203a]},"
                 "\u2039attachment 1, 3 bytes\u203a] [0:8-75]\n"
                 "    Argument 0  {1 member} [0:8-45]\n"
                 "      x: [1 element] [0:9-44]\n"
                 "        0: \u2039attachment 2, 1 byte\u203a [0:14-43]\n"
                 "          num: 1 [0:15-22]\n"
                 "          _placeholder: true [0:23-42]\n"
                 "          Attachment 2: 1 byte [2:0-1]\n"
                 "            Payload  raw bytes, 1 byte [2:0-1]\n"
                 "              Format: raw bytes\n"
                 "              Why: bytes of no format known here\n"
                 "              Data: 1 byte: ff [2:0-1]\n"
                 "    Argument 1  \u2039attachment 1, 3 bytes\u203a [0:46-75]\n"
                 "      _placeholder: true [0:47-66]\n"
                 "      num: 0 [0:67-74]\n"
                 "      Attachment 1: 3 bytes [1:0-3]\n"
                 "        Payload  raw bytes, 3 bytes [1:0-3]\n"
                 "          Format: raw bytes\n"
                 "          Why: bytes of no format known here\n"
                 "          Data: 3 bytes: 000102 [1:0-3]\n");
    }

    void argumentsAsJson() {
        const auto args = [](std::string_view text, std::size_t count) {
            Dissection dissection;
            Surroundings surroundings;
            for (std::size_t i = 0; i < count; ++i) {
                surroundings.attachments.push_back(Attachment{kNoSource, 12 + i});
            }
            describe(*parse(text), dissection, Place{0, 0}, 4, surroundings);
            const FieldIndex field = dissection.fields.find(FieldId::SocketIoArgs);
            return std::get<std::string>(dissection.fields[field].value);
        };
        const std::string_view two =
            "52-[\"b\",{\"_placeholder\":true,\"num\":1},[{\"_placeholder\":true,\"num\":0}]]";
        QCOMPARE(args(two, 2), std::string("[13,[12]]"));
        QCOMPARE(args(two, 1), std::string("[{\"_placeholder\":true,\"num\":1},[12]]"));
        QCOMPARE(args("2[\"b\",{\"_placeholder\":true,\"num\":0}]", 1),
                 std::string("[{\"_placeholder\":true,\"num\":0}]"));
    }

    // ERROR of early servers carries whatever a middleware gave.
    void errorsByRevision() {
        for (const char* text : {"4", "4null", "4[1]", "45", "4/chat,\"Invalid namespace\""}) {
            QVERIFY(recognise(text, 3));
        }
        for (const char* text : {"4", "4null", "4[1]", "45"}) QVERIFY(!recognise(text, 4));
        QVERIFY(!recognise("4nul", 3));
    }

    void recoveryFields() {
        Dissection dissection;
        Surroundings surroundings;
        surroundings.hasOffset = true;
        describe(*parse("2[\"a\",1,\"Lz9X\"]"), dissection, Place{0, 0}, 4, surroundings);
        QVERIFY(treeText(dissection.fields).ends_with("  Offset: Lz9X [0:8-14]\n"));
        QVERIFY(described("0{\"sid\":\"a\",\"pid\":\"b\",\"x\":1}")
                    .ends_with("  Socket: a [0:8-11]\n  Private session id: b [0:18-21]\n"));
    }

    void placeholders() {
        const auto found = [](std::string_view json) {
            std::string text;
            for (const Placeholder& placeholder : findPlaceholders(json)) {
                text += std::to_string(placeholder.range.begin) + "-" +
                        std::to_string(placeholder.range.end) + ":" +
                        (placeholder.number ? std::to_string(*placeholder.number) : "?") + " ";
            }
            return text;
        };
        QCOMPARE(found("[{\"_placeholder\":true,\"num\":0}]"), std::string("1-30:0 "));
        QCOMPARE(found("[{\"num\":3,\"more\":[1],\"_placeholder\":true}]"), std::string("1-41:3 "));
        // The outer one counts.
        QCOMPARE(
            found("[{\"num\":1,\"a\":{\"_placeholder\":true,\"num\":2},\"_placeholder\":true}]"),
            std::string("1-64:1 "));
        QCOMPARE(found("[{\"_placeholder\":false,\"num\":0},[true],\"_placeholder\"]"),
                 std::string());
        QCOMPARE(found("[[\"_placeholder\",true]]"), std::string());
        QCOMPARE(found("[{\"_placeholder\":true,\"num\":0},{\"_placehol"), std::string("1-30:0 "));
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
            Dissection dissection;
            dissection.addSource(SourceKind::Message, "Message", {});
            Surroundings surroundings;
            surroundings.attachments = {
                Attachment{dissection.addSource(SourceKind::Attachment, "A", Bytes(3, 7)), 3}};
            surroundings.hasOffset = noise.below(2) == 0;
            const FieldIndex layer = describe(*packet, dissection, Place{0, 0}, 4, surroundings);
            dissection.fields.attach(sink, layer);
            for (const Field& field : dissection.fields.fields()) {
                const std::size_t size = field.source == 1 ? 3 : text.size();
                QVERIFY(field.source == kNoSource || field.range.end <= size);
                QVERIFY(field.range.begin <= field.range.end);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestSocketIoPacket)
#include "test_socketio_packet.moc"
