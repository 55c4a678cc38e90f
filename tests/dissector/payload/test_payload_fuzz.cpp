// Damaged and random payloads through every decoder: nothing crashes or hangs, every range lies in
// its source, and children lie in their parents. Seeds are fixed, so a failure comes back.
#include <QtTest>

#include "dissector/field/field_value.h"
#include "dissector/payload/base64.h"
#include "dissector/payload/cbor.h"
#include "dissector/payload/msgpack.h"
#include "dissector/payload/msgpack_writer.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/payload_guess.h"
#include "dissector/payload/protobuf.h"
#include "dissector/payload/protobuf_schema.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;

namespace {

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    Bytes packed;
    MsgpackWriter writer(packed);
    writer.map(5);
    writer.text("type");
    writer.integer(-40'000);
    writer.text("data");
    writer.array(4);
    writer.text("CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk");
    writer.binary(fromHex("00112233"));
    writer.extension(-1, fromHex("5a4af6a5"));
    writer.float64(1.25);
    writer.array(0);
    writer.nil();
    writer.text("nsp");
    writer.text("/");
    writer.text("id");
    writer.unsignedInteger(1ULL << 40);
    all.push_back(packed);
    all.push_back(
        fromHex("d9d9f7 bf 6346756e f5 63416d74 21 5f42010243030405ff 9f018202039f0405ffff "
                "f93e00 fb3ff199999999999a c249010000000000000000 c11a514b67b0 f8ff f7 ff"));
    all.push_back(fromHex("a2 61 61 9f 01 82 02 03 ff 62 6262 7f 657374726561 646d696e67 ff"));
    all.push_back(
        fromHex("0a0c68656c6c6f2062696e617279 1063 1a03414243 232a08676f6f6420627965 24"));
    all.push_back(
        fromHex("0a0268691001 180320012a0301ac02 32050a01611007 420408011002 "
                "4a080000803f00000040 5001 59000000000000f03f 6504030201 6a022005"));
    all.push_back(
        bytesOf("{\"a\":[1,\"CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk\",{\"b\":null}]}"));
    all.push_back(bytesOf("CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk"));
    return all;
}

/// Changes, removes, doubles and cuts a few bytes.
Bytes mutated(Bytes bytes, test::Noise& noise) {
    for (std::size_t i = 1 + noise.below(4); i > 0 && !bytes.empty(); --i) {
        const std::size_t at = noise.below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (noise.below(5)) {
            case 0:
                bytes[at] = noise.byte();
                break;
            case 1:
                bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << noise.below(8));
                break;
            case 2:
                bytes.erase(place);
                break;
            case 3:
                bytes.insert(place, noise.byte());
                break;
            default:
                if (noise.below(4) == 0) bytes.resize(at);
        }
    }
    return bytes;
}

std::string faultOf(const Dissection& dissection) {
    const FieldTree& tree = dissection.fields;
    for (FieldIndex i = 0; i < tree.size(); ++i) {
        const Field& field = tree[i];
        if (field.next <= i || field.next > tree.size()) return "a field without an end";
        if (field.source == kNoSource) continue;
        if (field.source >= dissection.sources.size()) return "a source that is not there";
        if (field.range.begin > field.range.end) return "a range backwards: " + tree.line(i);
        if (field.range.end > dissection.sources[field.source].bytes.size()) {
            return "a range outside of its source: " + tree.line(i);
        }
        if (field.parent == kNoField) continue;
        const Field& parent = tree[field.parent];
        if (parent.source != field.source) continue;
        if (field.range.begin < parent.range.begin || field.range.end > parent.range.end) {
            return "a child outside of its parent: " + tree.line(i);
        }
    }
    return {};
}

constexpr PayloadFormat kFormats[] = {
    PayloadFormat::Auto,     PayloadFormat::Json,   PayloadFormat::MessagePack, PayloadFormat::Cbor,
    PayloadFormat::Protobuf, PayloadFormat::Base64, PayloadFormat::Text,        PayloadFormat::Raw,
};

}  // namespace

class TestPayloadFuzz : public QObject {
    Q_OBJECT

    std::shared_ptr<const ProtobufSchema> m_schema;
    std::size_t m_accepted = 0;

    /// Everything there is, over the same bytes.
    void feed(const Bytes& bytes, std::size_t round) {
        PayloadChoice choice;
        choice.format = kFormats[round % std::size(kFormats)];
        if (round % 3 == 0) {
            choice.schema = m_schema;
            choice.message = "Line";
        }
        Dissection dissection;
        const SourceId source = dissection.addSource(SourceKind::Message, "Message", bytes);
        describePayload(dissection.sources[source].bytes, round % 2 == 0, choice, dissection,
                        Place{source, 0});
        if (dissection.fields.issues().empty()) ++m_accepted;
        const std::string fault = faultOf(dissection);
        if (!fault.empty()) qWarning() << QByteArray::fromStdString(formatHex(bytes));
        QVERIFY2(fault.empty(), fault.c_str());

        const auto json = msgpackToJson(bytes, 1 + round % 100);
        QCOMPARE(json.has_value(), !checkMsgpack(bytes).has_value());
        QCOMPARE(cborToJson(bytes, 1 + round % 100).has_value(), !checkCbor(bytes).has_value());
        for (const auto& nodes : {msgpackChildren(bytes, 5), cborChildren(bytes, 5)}) {
            if (!nodes) continue;
            for (const ItemNode& node : *nodes) {
                QVERIFY(node.range.begin < node.range.end && node.range.end <= bytes.size());
                QVERIFY(node.keyRange.end <= node.range.begin);
            }
        }
        findMsgpackMember(bytes, "type");
        decodeBase64(asText(bytes));
        whyBase64(asText(bytes));
    }

private Q_SLOTS:
    void initTestCase() {
        const auto build = ProtobufSchema::build(
            "chat.proto",
            "syntax = \"proto3\"; message Line { enum Mood { CALM = 0; } string text = 1;"
            "int32 number = 2; sint64 shift = 3; Mood mood = 4; repeated int32 seen = 5;"
            "map<string, uint32> votes = 6; oneof body { bytes image = 7; Line answer = 8; }"
            "repeated float sizes = 9; bool loud = 10; double weight = 11; fixed32 crc = 12; }",
            {});
        QVERIFY2(build.schema, build.error.c_str());
        m_schema = build.schema;
    }

    void prefixes() {
        std::size_t round = 0;
        for (const Bytes& seed : seeds()) {
            for (std::size_t size = 0; size <= seed.size(); ++size) {
                for (std::size_t i = 0; i < 24; ++i) {
                    feed({seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)}, round++);
                    if (QTest::currentTestFailed()) return;
                }
            }
        }
    }

    void mutations() {
        const std::vector<Bytes> originals = seeds();
        test::Noise noise(41);
        m_accepted = 0;
        for (std::size_t round = 0; round < 30'000; ++round) {
            feed(mutated(originals[noise.below(originals.size())], noise), round);
            if (QTest::currentTestFailed()) return;
        }
        QVERIFY(m_accepted > 5000);
    }

    void random() {
        test::Noise noise(42);
        for (std::size_t round = 0; round < 30'000; ++round) {
            Bytes bytes(noise.below(80));
            for (auto& byte : bytes) byte = noise.byte();
            feed(bytes, round);
            if (QTest::currentTestFailed()) return;
        }
    }

    // The bytes that open containers, over and over: bounded in depth, and not slow.
    void nested() {
        std::size_t round = 0;
        for (const std::uint8_t byte : {0x81, 0x82, 0x91, 0x92, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8, 0xdc,
                                        0xdd, 0xde, 0xdf, 0x0a, 0x0b, 0x13, 0x5f, 0x7f, 0x5b}) {
            for (std::size_t i = 0; i < std::size(kFormats); ++i) {
                feed(Bytes(20'000, byte), round++);
                if (QTest::currentTestFailed()) return;
            }
        }
    }

    // Keys that are containers are quoted inside of each other; the line stays bounded.
    void keysInsideKeys() {
        Bytes bytes(200, 0x81);
        bytes.insert(bytes.end(), 201, 0xc0);
        QVERIFY(!checkMsgpack(bytes));
        const auto json = msgpackToJson(bytes, 1000);
        QVERIFY(json);
        QVERIFY(json->size() < 5000);
        feed(bytes, 2);
    }
};

QTEST_APPLESS_MAIN(TestPayloadFuzz)
#include "test_payload_fuzz.moc"
