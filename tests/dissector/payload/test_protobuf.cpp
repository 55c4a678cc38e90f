// Protocol Buffers: the examples of the encoding guide without a schema, what is refused, guesses,
// and the same bytes with a schema.
#include <QtTest>

#include "dissector/payload/protobuf.h"
#include "dissector/payload/protobuf_guess.h"
#include "dissector/payload/protobuf_schema.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;
using framescope::test::treeText;

namespace {

std::string treeOf(const Bytes& bytes, const ProtobufShape& shape = {}) {
    FieldTree tree;
    if (!describeProtobuf(bytes, shape, tree, Place{0, 0})) return "refused";
    return treeText(tree);
}

const char* const kChat =
    "syntax = \"proto3\";\n"
    "package chat;\n"
    "import \"common.proto\";\n"
    "message Line {\n"
    "  enum Mood { CALM = 0; ANGRY = 1; }\n"
    "  string text = 1;\n"
    "  int32 number = 2;\n"
    "  sint64 shift = 3;\n"
    "  Mood mood = 4;\n"
    "  repeated int32 seen = 5;\n"
    "  map<string, uint32> votes = 6;\n"
    "  oneof body { bytes image = 7; common.Point place = 8; }\n"
    "  repeated float sizes = 9;\n"
    "  bool loud = 10;\n"
    "  double weight = 11;\n"
    "  fixed32 crc = 12;\n"
    "  Line answer = 13;\n"
    "}\n";

const char* const kCommon =
    "syntax = \"proto3\";\n"
    "package common;\n"
    "message Point { int32 x = 1; int32 y = 2; }\n";

std::optional<std::string> importCommon(const std::string& name) {
    if (name == "common.proto") return kCommon;
    return std::nullopt;
}

}  // namespace

class TestProtobuf : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void withoutSchema_data() {
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* hex, const char* expected) {
            QTest::newRow(hex) << QByteArray(expected);
        };
        // The encoding guide: a number, a text, a message inside, packed numbers.
        row("08 96 01",
            "Protocol Buffers  {1 field} [0:0-3]\n"
            "  1: 150  (varint, as sint 75) [0:0-3]\n");
        row("12 07 74 65 73 74 69 6e 67",
            "Protocol Buffers  {1 field} [0:0-9]\n"
            "  2: \"testing\"  (text: printable UTF-8) [0:0-9]\n");
        row("1a 03 08 96 01",
            "Protocol Buffers  {1 field} [0:0-5]\n"
            "  3: {1 field}  (message: reads as fields to its last byte) [0:0-5]\n"
            "    1: 150  (varint, as sint 75) [0:2-5]\n");
        row("32 06 03 8e 02 9e a7 05",
            "Protocol Buffers  {1 field} [0:0-8]\n"
            "  6: [3, 270, 86942]  (packed: small numbers in their shortest form to its last "
            "byte) [0:0-8]\n"
            "    0: 3 [0:2-3]\n"
            "    1: 270 [0:3-5]\n"
            "    2: 86942 [0:5-8]\n");
        row("08 fe ff ff ff ff ff ff ff ff 01",
            "Protocol Buffers  {1 field} [0:0-11]\n"
            "  1: 18446744073709551614  (varint, as int64 -2, as sint 9223372036854775807) "
            "[0:0-11]\n");
        row("0d 00 00 80 3f 11 00 00 00 00 00 00 f8 bf",
            "Protocol Buffers  {2 fields} [0:0-14]\n"
            "  1: 1065353216  (32-bit, as float 1.0) [0:0-5]\n"
            "  2: 13832806255468478464  (64-bit, as double -1.5) [0:5-14]\n");
        row("0a 00 12 02 ff fe",
            "Protocol Buffers  {2 fields} [0:0-6]\n"
            "  1: 0 bytes  (empty: text, bytes and messages look the same) [0:0-2]\n"
            "  2: 2 bytes: fffe  (bytes: neither text nor fields nor small numbers) [0:2-6]\n");
        // The payload inside of a Socket.IO argument, with a group.
        row("0a 0c 68 65 6c 6c 6f 20 62 69 6e 61 72 79 10 63 1a 03 41 42 43"
            "23 2a 08 67 6f 6f 64 20 62 79 65 24",
            "Protocol Buffers  {4 fields} [0:0-33]\n"
            "  1: \"hello binary\"  (text: printable UTF-8) [0:0-14]\n"
            "  2: 99  (varint, as sint -50) [0:14-16]\n"
            "  3: \"ABC\"  (text: printable UTF-8) [0:16-21]\n"
            "  4: {1 field}  (group) [0:21-33]\n"
            "    5: \"good bye\"  (text: printable UTF-8) [0:22-32]\n");
        // Groups in groups, one of them empty.
        row("0b 13 14 18 01 0c 20 02",
            "Protocol Buffers  {2 fields} [0:0-8]\n"
            "  1: {2 fields}  (group) [0:0-6]\n"
            "    2: {0 fields}  (group) [0:1-3]\n"
            "    3: 1  (varint, as sint -1) [0:3-5]\n"
            "  4: 2  (varint, as sint 1) [0:6-8]\n");
    }

    void withoutSchema() {
        QFETCH(QByteArray, expected);
        const Bytes bytes = fromHex(QTest::currentDataTag());
        QCOMPARE(treeOf(bytes), expected.toStdString());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto error = checkProtobuf(ByteView(bytes).first(size));
            if (error) QVERIFY(error->position <= size);
        }
    }

    void refused_data() {
        QTest::addColumn<int>("errorAt");
        const auto row = [](const char* hex, int at) { QTest::newRow(hex) << at; };
        row("08", 1);
        row("80", 0);
        row("08 ff ff ff ff ff ff ff ff ff ff 01", 1);
        row("00 01", 0);  // field number 0
        row("0e 01", 0);  // wire types 6 and 7
        row("0f 01", 0);
        row("0a 05 61", 1);  // longer than what is left
        row("0a ff ff ff ff ff ff ff ff ff 01", 1);
        row("0d 01 02 03", 1);
        row("09 01 02 03 04 05 06 07", 1);
        row("0b", 1);  // a group that is not ended, or ended by another number
        row("0b 14", 1);
        row("0c", 0);
        row("80 80 80 80 10 01", 0);  // a field number of 30 bits
    }

    void refused() {
        QFETCH(int, errorAt);
        const auto error = checkProtobuf(fromHex(QTest::currentDataTag()));
        QVERIFY(error);
        QCOMPARE(int(error->position), errorAt);
        QVERIFY(!error->sentence.empty());
        QCOMPARE(treeOf(fromHex(QTest::currentDataTag())), "refused");
    }

    void depth() {
        QVERIFY(checkProtobuf(Bytes(100'000, 0x0b)));
        // Messages inside of messages: at the limit the rest is bytes.
        Bytes nested = fromHex("08 01");
        for (int i = 0; i < 200; ++i) {
            Bytes outer;
            ByteWriter writer(outer);
            writer.u8(0x0a);
            if (nested.size() >= 128) {
                writer.u8(static_cast<std::uint8_t>(nested.size() | 0x80));
                writer.u8(static_cast<std::uint8_t>(nested.size() >> 7));
            } else {
                writer.u8(static_cast<std::uint8_t>(nested.size()));
            }
            writer.bytes(nested);
            nested = std::move(outer);
        }
        FieldTree tree;
        QVERIFY(describeProtobuf(nested, {}, tree, Place{0, 0}));
        QCOMPARE(tree.size(), kMaxProtobufDepth + 1);
    }

    void guesses() {
        QCOMPARE(guessLength(bytesOf("testing")), LengthGuess::Text);
        QCOMPARE(guessLength(bytesOf("two\nlines")), LengthGuess::Text);
        QCOMPARE(guessLength(bytesOf("\nline")), LengthGuess::Text);
        QCOMPARE(guessLength(bytesOf("\n\nABCDEFGHIJ")), LengthGuess::Message);
        QCOMPARE(guessLength(fromHex("0801")), LengthGuess::Message);
        QCOMPARE(guessLength(fromHex("038e029ea705")), LengthGuess::Packed);
        QCOMPARE(guessLength(fromHex("03")), LengthGuess::ByteString);
        QCOMPARE(guessLength(fromHex("8000")), LengthGuess::ByteString);  // not shortest
        QCOMPARE(guessLength({}), LengthGuess::Empty);
    }

    // Texts and random bytes are no messages, real ones are.
    void evidence() {
        for (const char* text :
             {"hello", "a", "The quick brown fox jumps over the lazy dog.", "{\"a\":1}",
              "id,name\n1,abc\n", "GET / HTTP/1.1\r\n\r\n", "\n\n\n", "(0", "0 0 0 0 0"}) {
            QVERIFY2(protobufEvidence(bytesOf(text)) < 11, text);
        }
        test::Noise noise(9);
        int accepted = 0;
        for (int round = 0; round < 10'000; ++round) {
            Bytes bytes(1 + noise.below(60));
            for (auto& byte : bytes) byte = noise.byte();
            if (protobufEvidence(bytes) >= 11) ++accepted;
        }
        QVERIFY2(accepted < 20, qPrintable(QString::number(accepted)));
        QVERIFY(protobufEvidence(fromHex("0a0c68656c6c6f2062696e617279 1063")) >= 11);
    }

    void withSchema() {
        const auto build = ProtobufSchema::build("chat.proto", kChat, importCommon);
        QVERIFY2(build.schema, build.error.c_str());
        QVERIFY((build.schema->messageNames() == std::vector<std::string>{"chat.Line"}));
        const auto shape = build.schema->shapeOf("chat.Line");
        QVERIFY(shape);
        QVERIFY(build.schema->shapeOf("Line"));
        QVERIFY(build.schema->shapeOf("common.Point"));
        QVERIFY(!build.schema->shapeOf("ine"));
        QVERIFY(!build.schema->shapeOf(""));

        const Bytes bytes = fromHex(
            "0a 02 68 69  10 ff ff ff ff ff ff ff ff ff 01  18 03  20 01  2a 03 01 ac 02"
            "32 05 0a 01 61 10 07  42 04 08 01 10 02  4a 08 00 00 80 3f 00 00 00 40"
            "50 01  59 00 00 00 00 00 00 f0 3f  65 04 03 02 01  6a 02 20 05  78 09  0d 01 00 00 "
            "00");
        QVERIFY(!fitsProtobufShape(bytes, *shape));  // field 1 as a number at the end
        QVERIFY(fitsProtobufShape(ByteView(bytes).first(bytes.size() - 5), *shape));
        QCOMPARE(treeOf(bytes, *shape),
                 "Protocol Buffers  {14 fields}  (message chat.Line) [0:0-74]\n"
                 "  text: \"hi\"  (string) [0:0-4]\n"
                 "  number: -1  (int32) [0:4-15]\n"
                 "  shift: -2  (sint64) [0:15-17]\n"
                 "  mood: ANGRY  (1, enum chat.Line.Mood) [0:17-19]\n"
                 "  seen: [1, 300]  (packed int32, 2) [0:19-24]\n"
                 "    0: 1 [0:21-22]\n"
                 "    1: 300 [0:22-24]\n"
                 "  votes[a]: {2 fields}  (entry of a map) [0:24-31]\n"
                 "    key: \"a\"  (string) [0:26-29]\n"
                 "    value: 7  (uint32) [0:29-31]\n"
                 "  place: {2 fields}  (message common.Point, of oneof body) [0:31-37]\n"
                 "    x: 1  (int32) [0:33-35]\n"
                 "    y: 2  (int32) [0:35-37]\n"
                 "  sizes: [1.0, 2.0]  (packed float, 2) [0:37-47]\n"
                 "    0: 1.0 [0:39-43]\n"
                 "    1: 2.0 [0:43-47]\n"
                 "  loud: true  (bool) [0:47-49]\n"
                 "  weight: 1.0  (double) [0:49-58]\n"
                 "  crc: 16909060  (fixed32) [0:58-63]\n"
                 "  answer: {1 field}  (message chat.Line) [0:63-67]\n"
                 "    mood: 5  (no value of enum chat.Line.Mood) [0:65-67]\n"
                 "  15: 9  (varint, as sint -5; not in the schema) [0:67-69]\n"
                 "  text: 1  (32-bit, as float 1e-45; the schema says string) [0:69-74]\n");
    }

    void groupsWithSchema() {
        const auto build = ProtobufSchema::build("old.proto",
                                                 "syntax = \"proto2\";\n"
                                                 "message Old {\n"
                                                 "  repeated group Result = 4 {\n"
                                                 "    required string url = 5;\n"
                                                 "  }\n"
                                                 "  extensions 100 to 200;\n"
                                                 "}\n"
                                                 "extend Old { optional int32 more = 126; }\n",
                                                 {});
        QVERIFY2(build.schema, build.error.c_str());
        QCOMPARE(treeOf(fromHex("23 2a 01 61 24 f0 07 05"), *build.schema->shapeOf("Old")),
                 "Protocol Buffers  {2 fields}  (message Old) [0:0-8]\n"
                 "  result: {1 field}  (group) [0:0-5]\n"
                 "    url: \"a\"  (string) [0:1-4]\n"
                 "  [more]: 5  (int32) [0:5-8]\n");
    }

    void schemaErrors() {
        const auto error = [](const char* text) {
            return ProtobufSchema::build("a.proto", text, importCommon).error;
        };
        QCOMPARE(error("syntax = \"proto3\";\nmessage A {\n  int32 x 1;\n}\n"),
                 "\"a.proto\", line 3: Missing field number.");
        QCOMPARE(error("syntax = \"proto3\";\nmessage A {\n  Unknown x = 1;\n}\n"),
                 "\"a.proto\", line 3: \"Unknown\" is not defined.");
        QVERIFY(QString::fromStdString(error("syntax = \"proto3\";\nimport \"none.proto\";\n"))
                    .contains(QLatin1String("none.proto")));
        QVERIFY(!error("\x01\x02").empty());
        QVERIFY(!error("syntax = \"proto3\";\nimport \"a.proto\";\n").empty());
        // What libprotobuf brings along needs no file.
        for (const auto& [file, type] :
             {std::pair("any", "Any"), std::pair("api", "Api"),
              std::pair("descriptor", "FileOptions"), std::pair("duration", "Duration"),
              std::pair("empty", "Empty"), std::pair("field_mask", "FieldMask"),
              std::pair("source_context", "SourceContext"), std::pair("struct", "Value"),
              std::pair("timestamp", "Timestamp"), std::pair("type", "Enum"),
              std::pair("wrappers", "BoolValue")}) {
            const std::string schema =
                std::string("syntax = \"proto3\";\nimport \"google/protobuf/") + file +
                ".proto\";\nmessage A { google.protobuf." + type + " at = 1; }\n";
            QCOMPARE(error(schema.c_str()), std::string());
        }
    }
};

QTEST_APPLESS_MAIN(TestProtobuf)
#include "test_protobuf.moc"
