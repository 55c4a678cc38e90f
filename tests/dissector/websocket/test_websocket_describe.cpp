// What a person sees of a frame: tree lines with their bytes, and the one line of the list.
#include <QtTest>

#include "dissector/websocket/describe.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::websocket;
using framescope::test::bytesOf;
using framescope::test::fromHex;
using framescope::test::treeText;

namespace {

FrameHeader headerOf(const char* hex) {
    return *parseFrameHeader(fromHex(hex));
}

}  // namespace

class TestWebSocketDescribe : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void maskedText() {
        FieldTree tree;
        const FieldIndex layer = describeFrame(headerOf("81 85 37fa213d"), bytesOf("Hello"), tree,
                                               Place{1, 100}, Place{2, 0});
        QCOMPARE(layer, FieldIndex{0});
        QCOMPARE(treeText(tree),
                 "WebSocket  text, final, masked, 5 bytes [1:100-111]\n"
                 "  1... .... = FIN: 1 [1:100-101]\n"
                 "  .000 .... = Reserved bits: 0x00 [1:100-101]\n"
                 "    .0.. .... = RSV1: 0 [1:100-101]\n"
                 "    ..0. .... = RSV2: 0 [1:100-101]\n"
                 "    ...0 .... = RSV3: 0 [1:100-101]\n"
                 "  .... 0001 = Opcode: text (1) [1:100-101]\n"
                 "  1... .... = Mask: 1 [1:101-102]\n"
                 "  .000 0101 = Payload length: 5 bytes [1:101-102]\n"
                 "  Masking key: 37fa213d [1:102-106]\n"
                 "  Masked payload: 7f9f4d5158 [1:106-111]\n"
                 "  Payload: 5 bytes [2:0-5]\n"
                 "    Text: Hello [2:0-5]\n");
    }

    void close() {
        FieldTree tree;
        describeFrame(headerOf("88 05"), fromHex("03e9627965"), tree, Place{0, 0}, Place{0, 2});
        const std::string text = treeText(tree);
        QVERIFY(
            text.ends_with("  Payload: 5 bytes [0:2-7]\n"
                           "    Close [0:2-7]\n"
                           "      Status code: 1001 going away [0:2-4]\n"
                           "      Reason: bye [0:4-7]\n"));
    }

    void lengths() {
        FieldTree tree;
        describeFrame(headerOf("82 7e 0100"), Bytes(256), tree, Place{0, 0}, Place{0, 4});
        QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::WebSocketPayloadLength)].value),
                 std::uint64_t{126});
        QCOMPARE(
            std::get<std::uint64_t>(tree[tree.find(FieldId::WebSocketPayloadLengthExt16)].value),
            std::uint64_t{256});
        FieldTree cut;
        describeFrame(headerOf("82 7f 0000000000010000"), Bytes(10), cut, Place{0, 0},
                      Place{0, 10});
        QCOMPARE(cut[cut.find(FieldId::WebSocketPayload)].text, "10 bytes of 65 536");
        QCOMPARE(cut[0].range.size(), std::uint64_t{20});
    }

    void issuesFindTheirField() {
        FieldTree tree;
        const FrameHeader header = headerOf("c1 00");
        const FieldIndex layer = describeFrame(header, {}, tree, Place{0, 0}, Place{0, 2});
        IssueSink sink;
        check(header, Direction::ServerToClient, CompressionKind::None, sink);
        tree.attach(sink, layer);
        QCOMPARE(tree.severity(tree.find(FieldId::WebSocketRsv1)), Severity::Error);
        QCOMPARE(tree.severity(layer), Severity::None);
    }

    void summaries_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<bool>("compressed");
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char* header, const QByteArray& payload, bool compressed,
                            const char* line) {
            QTest::newRow(line) << QByteArray(header) << payload << compressed << QByteArray(line);
        };
        row("8105", "Hello", false, "Hello");
        row("8100", "", false, "text  0 bytes");
        row("8103", "a\nb", false, "a\\nb");
        row("0103", "Hel", false, "text fragment  Hel");
        row("8002", "lo", false, "continuation, last  2 bytes");
        row("0002", "lo", false, "continuation  2 bytes");
        row("827e0800", "", false, "binary  2 048 bytes");
        row("8201", "x", false, "binary  1 byte");
        row("c11b", "x", true, "text, compressed, 27 bytes");
        row("8802", QByteArray::fromHex("03e9"), false, "close 1001 going away");
        row("8805", QByteArray::fromHex("03e9627965"), false,
            "close 1001 going away  \u201cbye\u201d");
        row("8800", "", false, "close");
        row("8900", "", false, "ping");
        row("8905", "Hello", false, "ping  Hello");
        row("8a02", QByteArray::fromHex("00ff"), false, "pong  00ff");
        row("8302", "ab", false, "reserved opcode 3  2 bytes");
        row("8164", "0123456789012345678901234567890123456789012345678901234567890123456789", false,
            "01234567890123456789012345678901234567890123456789012345678\u2026");
        row("8109", "cut", false, "cut\u2026");
    }

    void summaries() {
        QFETCH(QByteArray, header);
        QFETCH(QByteArray, payload);
        QFETCH(bool, compressed);
        QFETCH(QByteArray, line);
        const std::string result =
            summary(headerOf(header.constData()), bytesOf(payload.toStdString()), 60, compressed);
        QCOMPARE(QByteArray::fromStdString(result), line);
    }
};

QTEST_APPLESS_MAIN(TestWebSocketDescribe)
#include "test_websocket_describe.moc"
