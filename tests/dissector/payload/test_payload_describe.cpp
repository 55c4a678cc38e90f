// Payloads in the tree: the format and its reason, formats chosen by hand that do not fit, base64
// in strings, and the limits of opening it.
#include <algorithm>

#include <QtTest>

#include "dissector/payload/json.h"
#include "dissector/payload/msgpack_writer.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/protobuf_schema.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;
using framescope::test::treeText;

namespace {

constexpr std::string_view kBase64 = "CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk";

Dissection described(const Bytes& bytes, bool isText, const PayloadChoice& choice = {}) {
    Dissection dissection;
    const SourceId source = dissection.addSource(SourceKind::Message, "Message", bytes);
    describePayload(dissection.sources[source].bytes, isText, choice, dissection, Place{source, 0});
    return dissection;
}

PayloadChoice chosen(PayloadFormat format) {
    PayloadChoice choice;
    choice.format = format;
    return choice;
}

std::size_t decodedSources(const Dissection& dissection) {
    return static_cast<std::size_t>(
        std::ranges::count(dissection.sources, SourceKind::Decoded, &Source::kind));
}

}  // namespace

class TestPayloadDescribe : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void guessed() {
        const Dissection json = described(bytesOf("{\"a\":[1]}"), true);
        QCOMPARE(treeText(json.fields),
                 "Payload  JSON, 9 bytes [0:0-9]\n"
                 "  Format: JSON\n"
                 "  Why: a JSON object from the first byte to the last\n"
                 "  JSON  {1 member} [0:0-9]\n"
                 "    a: [1 element] [0:1-8]\n"
                 "      0: 1 [0:6-7]\n");
        const Dissection raw = described(fromHex("ff00"), false);
        QCOMPARE(treeText(raw.fields),
                 "Payload  raw bytes, 2 bytes [0:0-2]\n"
                 "  Format: raw bytes\n"
                 "  Why: bytes of no format known here\n"
                 "  Data: 2 bytes: ff00 [0:0-2]\n");
        QVERIFY(raw.fields.issues().empty());
        const Dissection empty = described({}, true);
        QCOMPARE(treeText(empty.fields),
                 "Payload  text, 0 bytes [0:0-0]\n"
                 "  Format: text\n"
                 "  Why: it is empty\n"
                 "  Text [0:0-0]\n");
    }

    // The real case: a string of a JSON message that is base64 of a Protocol Buffers message.
    void base64InString() {
        const Dissection dissection =
            described(bytesOf("[\"blob\",\"" + std::string(kBase64) + "\"]"), true);
        QCOMPARE(dissection.sources.size(), std::size_t{2});
        QCOMPARE(dissection.sources[1].kind, SourceKind::Decoded);
        QCOMPARE(dissection.sources[1].name, "Base64");
        QCOMPARE(dissection.sources[1].bytes.size(), std::size_t{33});
        QCOMPARE(treeText(dissection.fields),
                 "Payload  JSON, 55 bytes [0:0-55]\n"
                 "  Format: JSON\n"
                 "  Why: a JSON array from the first byte to the last\n"
                 "  JSON  [2 elements] [0:0-55]\n"
                 "    0: \"blob\" [0:1-7]\n"
                 "    1: \"CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk\" [0:8-54]\n"
                 "      Base64  33 bytes [1:0-33]\n"
                 "        Payload  Protocol Buffers, 33 bytes [1:0-33]\n"
                 "          Format: Protocol Buffers\n"
                 "          Why: Protocol Buffers fields from the first byte to the last\n"
                 "          Protocol Buffers  {4 fields} [1:0-33]\n"
                 "            1: \"hello binary\"  (text: printable UTF-8) [1:0-14]\n"
                 "            2: 99  (varint, as sint -50) [1:14-16]\n"
                 "            3: \"ABC\"  (text: printable UTF-8) [1:16-21]\n"
                 "            4: {1 field}  (group) [1:21-33]\n"
                 "              5: \"good bye\"  (text: printable UTF-8) [1:22-32]\n");
    }

    // The hook on its own, as Socket.IO's arguments use it.
    void hook() {
        Dissection dissection;
        const PayloadChoice choice;
        QVERIFY(describeJson("\"" + std::string(kBase64) + "\"", dissection.fields, Place{0, 0},
                             "Argument 0", base64Hook(dissection, choice)));
        QCOMPARE(decodedSources(dissection), std::size_t{1});
        QVERIFY(dissection.fields.find(FieldId::Protobuf) != kNoField);
    }

    void base64InOtherFormats() {
        Bytes bytes;
        MsgpackWriter writer(bytes);
        writer.map(1);
        writer.text("body");
        writer.text(kBase64);
        const Dissection dissection = described(bytes, false);
        QCOMPARE(decodedSources(dissection), std::size_t{1});
        QVERIFY(dissection.fields.find(FieldId::Msgpack) != kNoField);
        QVERIFY(dissection.fields.find(FieldId::Protobuf) != kNoField);
    }

    void depthOfBase64() {
        QByteArray text = "a text that is long enough";
        for (int i = 0; i < 8; ++i) text = text.toBase64();
        const Dissection dissection = described(bytesOf(text.toStdString()), true);
        QCOMPARE(decodedSources(dissection), kMaxPayloadDepth);
        QVERIFY(dissection.fields.issues().empty());
    }

    void manyBase64() {
        std::string json = "[";
        for (int i = 0; i < 500; ++i) json += "\"" + std::string(kBase64) + "\",";
        json += "0]";
        const Dissection dissection = described(bytesOf(json), true);
        QCOMPARE(decodedSources(dissection), kMaxDecodedSources);
    }

    void chosenFormat() {
        const Bytes bytes = fromHex("08 96 01");
        const Dissection fits = described(bytes, false, chosen(PayloadFormat::Protobuf));
        QVERIFY(fits.fields.issues().empty());
        QVERIFY(fits.fields.find(FieldId::Protobuf) != kNoField);
        QCOMPARE(fits.fields.line(2), "Why: chosen by hand");
        const Dissection raw = described(bytesOf("{}"), true, chosen(PayloadFormat::Raw));
        QVERIFY(raw.fields.find(FieldId::Json) == kNoField);
        QVERIFY(raw.fields.find(FieldId::PayloadData) != kNoField);
    }

    void chosenButWrong_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QString>("detail");
        const auto row = [](PayloadFormat format, const char* detail) {
            QTest::newRow(detail) << int(format) << QString::fromUtf8(detail);
        };
        row(PayloadFormat::Json, "JSON: byte 0: not a value");
        row(PayloadFormat::MessagePack, "MessagePack: byte 0: the byte c1 begins no value");
        row(PayloadFormat::Cbor,
            "CBOR: byte 1: a break stands where no container of indefinite length is open");
        row(PayloadFormat::Protobuf, "Protocol Buffers: byte 0: the tag is no complete number");
        row(PayloadFormat::Base64, "Base64: a letter, the length or the padding is wrong");
        row(PayloadFormat::Text, "text: byte 0: not UTF-8");
    }

    void chosenButWrong() {
        QFETCH(int, format);
        QFETCH(QString, detail);
        const Dissection dissection =
            described(fromHex("c1 ff"), false, chosen(static_cast<PayloadFormat>(format)));
        QCOMPARE(dissection.fields.issues().size(), std::size_t{1});
        const FieldIssue& issue = dissection.fields.issues().front();
        QCOMPARE(issue.issue.code, IssueCode::PayloadNotOfFormat);
        QCOMPARE(QString::fromStdString(issue.issue.detail), detail);
        QCOMPARE(dissection.fields[issue.field].id, FieldId::PayloadFormat);
        QVERIFY(dissection.fields.line(1) == "Format: raw bytes");
        QVERIFY(dissection.fields.find(FieldId::PayloadData) != kNoField);
    }

    // A schema is used wherever the message turns up.
    void schema() {
        const auto build = ProtobufSchema::build(
            "a.proto", "syntax = \"proto2\"; message A { optional int32 count = 1; }", {});
        QVERIFY2(build.schema, build.error.c_str());
        PayloadChoice choice;
        choice.schema = build.schema;
        choice.message = "A";
        const Dissection direct = described(fromHex("08 96 01"), false, choice);
        QCOMPARE(direct.fields.line(2), "Why: it fits the message A");
        QVERIFY(treeText(direct.fields).find("count: 150  (int32)") != std::string::npos);
        const Dissection inside = described(bytesOf("{\"a\":\"CJYB\"}"), true, choice);
        QVERIFY(treeText(inside.fields).find("count: 150  (int32)") != std::string::npos);
        const Dissection base64 = described(bytesOf("CJYB"), true, choice);
        QCOMPARE(base64.fields.line(2), "Why: letters of base64 that stand for the message A");
        QVERIFY(treeText(base64.fields).find("count: 150  (int32)") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestPayloadDescribe)
#include "test_payload_describe.moc"
