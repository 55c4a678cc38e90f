// Packets of socket.io-msgpack-parser: both forms, what is not one, round trips, tree and line.
#include <QtTest>

#include "dissector/payload/msgpack_writer.h"
#include "dissector/socketio/object_packet.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::socketio;
using framescope::test::treeText;

namespace {

Bytes fromHex(const QByteArray& hex) {
    const QByteArray bytes = QByteArray::fromHex(hex);
    return Bytes(bytes.begin(), bytes.end());
}

/// "2|nsp|id|event|arguments", "" if it is no packet.
std::string parts(ByteView bytes, Encoding encoding) {
    const auto packet = parseObject(bytes, encoding);
    if (!packet) return {};
    std::string text = std::to_string(int(packet->type)) + "|" + packet->nsp + "|";
    if (packet->id) text += std::to_string(*packet->id);
    text += "|" + eventName(*packet) + "|";
    if (packet->hasEvent() || packet->isAck()) text += argumentsJson(*packet);
    return text;
}

class TestSocketIoObjectPacket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // As notepack.io, which the parser uses, wrote them.
    void msgpack_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char* name, const char* hex, const char* expected,
                            const char* line) {
            QTest::newRow(name) << QByteArray(hex) << QByteArray(expected) << QByteArray(line);
        };
        row("connect with data undefined", "83a47479706500a36e7370a12fa464617461d40000", "0|/|||",
            "CONNECT");
        row("event with options, undefined, date, id undefined",
            "85a47479706502a46461746195a568656c6c6fcb3ff800000000000081a161c40378797ad40000d7000000"
            "0"
            "00000000000a76f7074696f6e7381a8636f6d7072657373c3a36e7370a12fa26964d40000",
            "2|/||hello|[1.5,{\"a\":3},null,{\"$extension\":0,\"$binary\":8}]",
            "EVENT  hello  1.5, {\"a\":3}, null, {\"$extension\":0,\"$binary\":8}");
        row("event with id and bytes",
            "84a47479706502a46461746192a161c4020102a269640ca36e7370a52f63686174",
            "2|/chat|12|a|[2]", "EVENT /chat #12  a  2");
        row("ack with a great id", "84a47479706503a26964cf000000012a05f200a46461746190a36e7370a12f",
            "3|/|5000000000||[]", "ACK #5000000000");
        row("connect error", "83a47479706504a36e7370a22f78a46461746181a76d657373616765a26e6f",
            "4|/x|||", "CONNECT_ERROR /x  {\"message\":\"no\"}");
        row("disconnect", "82a47479706501a36e7370a12f", "1|/|||", "DISCONNECT");
        row("event whose name is a number", "83a47479706502a3646174619107a36e7370a12f", "", "");
        row("event whose name is a number, in order", "83a47479706502a4646174619107a36e7370a12f",
            "2|/||7|[]", "EVENT  7");
    }

    void msgpack() {
        QFETCH(QByteArray, hex);
        QFETCH(QByteArray, expected);
        QFETCH(QByteArray, line);
        const Bytes bytes = fromHex(hex);
        QCOMPARE(QByteArray::fromStdString(parts(bytes, Encoding::Msgpack)), expected);
        const auto packet = parseObject(bytes, Encoding::Msgpack);
        if (!packet) return;
        QCOMPARE(QByteArray::fromStdString(summary(*packet, 100)), line);
        Bytes encoded;
        ByteWriter writer(encoded);
        encode(*packet, writer);
        QCOMPARE(QByteArray::fromStdString(parts(encoded, Encoding::Msgpack)), expected);
        for (std::size_t limit = 0; limit < 30; ++limit) {
            QVERIFY(std::size_t(QString::fromStdString(summary(*packet, limit)).size()) <= limit);
        }
        // Nothing that is cut off, or has more behind it, is a packet.
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            QVERIFY(!parseObject(ByteView(bytes).first(size), Encoding::Msgpack));
        }
        Bytes longer = bytes;
        longer.push_back(0);
        QVERIFY(!parseObject(longer, Encoding::Msgpack));
    }

    void json_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(expected);
        };
        row("{\"type\":0,\"nsp\":\"/\"}", "0|/|||");
        row("{\"type\":0,\"nsp\":\"/chat?token=1\"}", "0|/chat?token=1|||");
        row("{\"type\":1,\"nsp\":\"/\"}", "1|/|||");
        row("{\"type\":4,\"data\":\"no\",\"nsp\":\"/x\"}", "4|/x|||");
        row("{\"type\":2,\"data\":[\"a\",{\"b\":1}],\"nsp\":\"/\",\"id\":3}",
            "2|/|3|a|[{\"b\":1}]");
        row("{\"type\":3,\"data\":[\"a\"],\"nsp\":\"/\",\"id\":3}", "3|/|3||[\"a\"]");
        row("{\"type\":7,\"nsp\":\"/\"}", "");
        row("{\"type\":\"0\",\"nsp\":\"/\"}", "");
        row("{\"type\":0,\"nsp\":1}", "");
        row("{\"type\":0}", "");
        row("{\"nsp\":\"/\"}", "");
        row("{\"type\":2,\"data\":{},\"nsp\":\"/\"}", "");
        row("{\"type\":2,\"nsp\":\"/\"}", "");
        row("{\"type\":1,\"nsp\":\"/\",\"data\":1}", "");
        row("{\"type\":4,\"nsp\":\"/\",\"data\":1}", "");
        row("{\"type\":2,\"data\":[\"a\"],\"nsp\":\"/\",\"id\":\"3\"}", "");
        row("{\"type\":2,\"data\":[\"a\"],\"nsp\":\"/\",\"id\":-3}", "");
        row("{\"type\":0,\"nsp\":\"/\"", "");
        row("[0,\"/\"]", "");
        row("", "");
    }

    void json() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const std::string wire = text.toStdString();
        QCOMPARE(QByteArray::fromStdString(parts(asBytes(wire), Encoding::Json)), expected);
        const auto packet = parseObject(asBytes(wire), Encoding::Json);
        if (!packet) return;
        Bytes encoded;
        ByteWriter writer(encoded);
        encode(*packet, writer);
        QCOMPARE(QByteArray::fromStdString(parts(encoded, Encoding::Json)), expected);
    }

    void tree() {
        const Bytes bytes =
            fromHex("84a47479706502a46461746192a161c4020102a269640ca36e7370a52f63686174");
        Dissection dissection;
        describe(*parseObject(bytes, Encoding::Msgpack), bytes.size(), dissection, Place{0, 0});
        QCOMPARE(treeText(dissection.fields),
                 "Socket.IO  EVENT /chat #12  a  2 [0:0-33]\n"
                 "  Parser: socket.io-msgpack-parser\n"
                 "  Packet type: EVENT (2) [0:6-7]\n"
                 "  Namespace: /chat [0:27-33]\n"
                 "  Acknowledgement id: 12 [0:22-23]\n"
                 "  Event: a [0:13-15]\n"
                 "  Arguments: [2] [0:15-19]\n"
                 "    Argument 0  2 bytes: 0102 [0:15-19]\n");
    }

    void recovery() {
        Bytes data;
        MsgpackWriter writer(data);
        writer.map(2);
        writer.text("sid");
        writer.text("abc");
        writer.text("pid");
        writer.text("def");
        const ConnectData connect = readConnectData(data, Encoding::Msgpack);
        QVERIFY(connect.sid && connect.pid && !connect.offset);
        QCOMPARE(connect.pid->value, std::string("def"));
        QCOMPARE(connect.pid->range.begin, std::uint64_t(13));
        Bytes event;
        MsgpackWriter events(event);
        events.array(2);
        events.text("a");
        events.text("offset");
        QCOMPARE(trailingText(event, Encoding::Msgpack)->value, std::string("offset"));
        QVERIFY(!trailingText(asBytes("[\"a\"]"), Encoding::Json));
        QVERIFY(!trailingText(asBytes("[\"a\",1]"), Encoding::Json));
        QCOMPARE(trailingText(asBytes("[\"a\",\"\\u0041\"]"), Encoding::Json)->value,
                 std::string("A"));
    }

    void noise() {
        test::Noise noise(8);
        const Bytes valid = fromHex(
            "85a47479706502a46461746195a568656c6c6fcb3ff800000000000081a161c40378797ad40000d"
            "7000000000000000000a76f7074696f6e7381a8636f6d7072657373c3a36e7370a12fa26964d4"
            "0000");
        int packets = 0;
        for (int round = 0; round < 20'000; ++round) {
            Bytes bytes = valid;
            for (std::size_t i = 1 + noise.below(3); i > 0; --i) {
                bytes[noise.below(bytes.size())] = static_cast<std::uint8_t>(noise.below(256));
            }
            const auto packet = parseObject(bytes, Encoding::Msgpack);
            if (!packet) continue;
            ++packets;
            QVERIFY(QString::fromStdString(summary(*packet, 30)).size() <= 30);
            Dissection dissection;
            dissection.addSource(SourceKind::Message, "Message", bytes);
            describe(*packet, bytes.size(), dissection, Place{0, 0});
            for (const Field& field : dissection.fields.fields()) {
                if (field.source != 0) continue;
                QVERIFY(field.range.begin <= field.range.end && field.range.end <= bytes.size());
            }
        }
        QVERIFY(packets > 1000);
    }
};

}  // namespace

QTEST_APPLESS_MAIN(TestSocketIoObjectPacket)
#include "test_socketio_object_packet.moc"
