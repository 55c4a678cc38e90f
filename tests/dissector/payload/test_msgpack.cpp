// MessagePack: every form of the specification with both ends of its range, what no value begins
// with, the tree and its byte ranges, JSON, and the writer read back.
#include <limits>

#include <QtTest>

#include "dissector/payload/msgpack.h"
#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/msgpack_writer.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::fromHex;
using framescope::test::treeText;

class TestMsgpack : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void forms_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QString>("json");
        QTest::addColumn<bool>("shortest");
        const auto row = [](const QByteArray& hex, const QByteArray& json, bool shortest = true) {
            QTest::newRow(hex.left(40).constData())
                << hex << QString::fromUtf8(json).replace('\'', '"') << shortest;
        };
        row("c0", "null");
        row("c2", "false");
        row("c3", "true");
        row("00", "0");
        row("7f", "127");
        row("e0", "-32");
        row("ff", "-1");
        row("cc80", "128");
        row("ccff", "255");
        row("cc7f", "127", false);
        row("cd0100", "256");
        row("cdffff", "65535");
        row("cd00ff", "255", false);
        row("ce00010000", "65536");
        row("ceffffffff", "4294967295");
        row("ce0000ffff", "65535", false);
        row("cf0000000100000000", "4294967296");
        row("cfffffffffffffffff", "18446744073709551615");
        row("cf00000000ffffffff", "4294967295", false);
        row("d080", "-128");
        row("d0df", "-33");
        row("d0e0", "-32", false);
        row("d07f", "127", false);
        row("d18000", "-32768");
        row("d1ff7f", "-129");
        row("d1ff80", "-128", false);
        row("d17fff", "32767");
        row("d280000000", "-2147483648");
        row("d2ffff7fff", "-32769");
        row("d2ffff8000", "-32768", false);
        row("d38000000000000000", "-9223372036854775808");
        row("d3ffffffff7fffffff", "-2147483649");
        row("d3ffffffff80000000", "-2147483648", false);
        row("ca3fc00000", "1.5");
        row("ca3dcccccd", "0.1");
        row("cb3ff199999999999a", "1.1");
        row("cb7ff0000000000000", "{'$float':'Infinity'}");
        row("a0", "''");
        row("a3616263", "'abc'");
        row("bf" + QByteArray("61").repeated(31), "\"" + QByteArray(31, 'a') + "\"");
        row("d920" + QByteArray("61").repeated(32), "\"" + QByteArray(32, 'a') + "\"");
        row("d90161", "'a'", false);
        row("da0100" + QByteArray("61").repeated(256), "\"" + QByteArray(256, 'a') + "\"");
        row("da000161", "'a'", false);
        row("db0000000161", "'a'", false);
        row("c400", "{'$binary':0}", false);
        row("c403010203", "{'$binary':3}");
        row("c50001aa", "{'$binary':1}", false);
        row("c600000001aa", "{'$binary':1}", false);
        row("90", "[]");
        row("9301c0a161", "[1,null,'a']");
        row("dc0000", "[]", false);
        row("dc0010" + QByteArray("07").repeated(16), "[" + QByteArray("7,").repeated(15) + "7]");
        row("dd0000000101", "[1]", false);
        row("80", "{}");
        row("82a16101a1629102", "{'a':1,'b':[2]}");
        row("de0001a161c0", "{'a':null}", false);
        row("df00000001a161c0", "{'a':null}", false);
        row("8201c2c3c0", "{'1':false,'true':null}");
        row("81920102a178", "{'[1,2]':'x'}");
        row("d405aa", "{'$extension':5,'$binary':1}");
        row("d505aabb", "{'$extension':5,'$binary':2}");
        row("d605aabbccdd", "{'$extension':5,'$binary':4}");
        row("d7800102030405060708", "{'$extension':-128,'$binary':8}");
        row("d805000102030405060708090a0b0c0d0e0f", "{'$extension':5,'$binary':16}");
        row("c70305aabbcc", "{'$extension':5,'$binary':3}");
        row("c8000305aabbcc", "{'$extension':5,'$binary':3}");
        row("c90000000305aabbcc", "{'$extension':5,'$binary':3}");
        // Timestamps of 32, 64 and 96 bits
        row("d6ff5a4af6a5", "{'$timestamp':'2018-01-02T03:04:05Z'}");
        row("d7ff000000185a4af6a5", "{'$timestamp':'2018-01-02T03:04:05.000000006Z'}");
        row("c70cff00000001ffffffffffffffff", "{'$timestamp':'1969-12-31T23:59:59.000000001Z'}");
        row("d7ffffffffffffffffff", "{'$extension':-1,'$binary':8}");  // too many nanoseconds
        row("d4ff00", "{'$extension':-1,'$binary':1}");
    }

    void forms() {
        QFETCH(QByteArray, hex);
        QFETCH(QString, json);
        QFETCH(bool, shortest);
        const Bytes bytes = fromHex(hex.constData());
        QVERIFY(!checkMsgpack(bytes));
        QCOMPARE(QString::fromStdString(*msgpackToJson(bytes, 1000)), json);
        MsgpackReader reader(bytes);
        // The empty bin has no shorter form; extensions may be written in either.
        if (hex != "c400") QCOMPARE(reader.next().shortest, shortest);
        FieldTree tree;
        QVERIFY(describeMsgpack(bytes, tree, Place{0, 0}));
        QCOMPARE(tree[0].range.end, std::uint64_t{bytes.size()});
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto error = checkMsgpack(ByteView(bytes).first(size));
            QVERIFY2(error, qPrintable(QString::number(size)));
            QVERIFY(error->position <= size);
        }
        Bytes longer = bytes;
        longer.push_back(0);
        QCOMPARE(checkMsgpack(longer)->position, std::uint64_t{bytes.size()});
    }

    void refused() {
        for (const char* hex : {"c1", "91c1", "ddffffffff00", "dfffffffff0000", "dbffffffff61",
                                "c6ffffffff61", "c9ffffffff0561", "df80000001c0c0", "0000", ""}) {
            const Bytes bytes = fromHex(hex);
            QVERIFY2(checkMsgpack(bytes), hex);
            FieldTree tree;
            QVERIFY(!describeMsgpack(bytes, tree, Place{0, 0}));
            QCOMPARE(tree.size(), std::size_t{0});
            QVERIFY(!msgpackToJson(bytes, 100));
            QVERIFY(!msgpackChildren(bytes));
        }
        const Bytes deep(100'000, 0x91);
        QCOMPARE(checkMsgpack(deep)->position, std::uint64_t{kMaxItemDepth});
    }

    void tree() {
        Bytes bytes;
        MsgpackWriter writer(bytes);
        writer.map(3);
        writer.text("type");
        writer.unsignedInteger(2);
        writer.text("data");
        writer.array(2);
        writer.text("h\n\xff");
        writer.binary(fromHex("0102"));
        writer.text("nsp");
        writer.text("/");
        FieldTree fields;
        QVERIFY(describeMsgpack(bytes, fields, Place{1, 100}, "Packet"));
        QCOMPARE(treeText(fields),
                 "Packet  {3 members} [1:100-127]\n"
                 "  type: 2 [1:101-107]\n"
                 "  data: [2 elements] [1:107-121]\n"
                 "    0: \"h\\n\ufffd\" [1:113-117]\n"
                 "    1: 2 bytes: 0102 [1:117-121]\n"
                 "  nsp: \"/\" [1:121-127]\n");
        QCOMPARE(std::get<std::string>(fields[3].value), "h\n\xff");
        QCOMPARE(std::get<std::string>(fields[4].value), "0102");
    }

    void members() {
        const Bytes bytes = fromHex("83 a474797065 02 a26964 cd0100 a3616263 9101");
        const auto type = findMsgpackMember(bytes, "type");
        QVERIFY(type);
        QVERIFY((type->keyRange == ByteRange{1, 6}));
        QVERIFY((type->range == ByteRange{6, 7}));
        const auto id = findMsgpackMember(bytes, "id");
        const ByteView value = ByteView(bytes).subspan(id->range.begin, id->range.size());
        QVERIFY(msgpackUnsigned(value) == std::uint64_t{256});
        QVERIFY(!msgpackString(value));
        QCOMPARE(findMsgpackMember(bytes, "abc")->kind, ItemToken::ArrayBegin);
        QVERIFY(!findMsgpackMember(bytes, "nsp"));
        QVERIFY(!findMsgpackMember(fromHex("91a161"), "a"));
        QVERIFY(msgpackString(fromHex("a161")) == "a");
    }

    void jsonIsCut() {
        Bytes bytes;
        MsgpackWriter writer(bytes);
        writer.array(1000);
        for (int i = 0; i < 1000; ++i) writer.text("abcdefgh");
        const auto json = msgpackToJson(bytes, 20);
        QCOMPARE(QString::fromStdString(*json).size(), 20);
        QVERIFY(json->ends_with("\u2026"));
        bytes.pop_back();
        QVERIFY(!msgpackToJson(bytes, 20));
    }

    void manyNodes() {
        Bytes bytes;
        MsgpackWriter writer(bytes);
        writer.array(50'000);
        for (int i = 0; i < 50'000; ++i) writer.nil();
        FieldTree fields;
        QVERIFY(describeMsgpack(bytes, fields, Place{0, 0}));
        QCOMPARE(fields.size(), kMaxItemNodes + 1);
        QCOMPARE(fields[0].range.end, std::uint64_t{bytes.size()});
        QCOMPARE(fields.line(0), "MessagePack  [50 000 elements]");
    }

    // What the writer writes is read back as the same values, each in its shortest form.
    void writer() {
        Bytes bytes;
        MsgpackWriter writer(bytes);
        const std::vector<std::int64_t> numbers = {0,
                                                   127,
                                                   128,
                                                   255,
                                                   256,
                                                   65535,
                                                   65536,
                                                   -1,
                                                   -32,
                                                   -33,
                                                   -128,
                                                   -129,
                                                   -32768,
                                                   -32769,
                                                   1LL << 32,
                                                   -(1LL << 31),
                                                   -(1LL << 31) - 1,
                                                   INT64_MAX,
                                                   INT64_MIN};
        std::string expected;
        writer.array(static_cast<std::uint32_t>(numbers.size()));
        for (const std::int64_t number : numbers) {
            writer.integer(number);
            expected += (expected.empty() ? "[" : ",") + std::to_string(number);
        }
        QCOMPARE(*msgpackToJson(bytes, 10'000), expected + "]");
        MsgpackReader reader(bytes);
        while (reader.next().token != ItemToken::End) QVERIFY(reader.item().shortest);

        for (const std::size_t size : {0U, 1U, 15U, 16U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
            Bytes out;
            MsgpackWriter sized(out);
            sized.array(3);
            sized.text(std::string(size, 'x'));
            sized.binary(Bytes(size, 1));
            sized.extension(7, Bytes(size, 2));
            MsgpackReader back(out);
            back.next();
            for (const ItemToken token :
                 {ItemToken::Text, ItemToken::Binary, ItemToken::Extension}) {
                QCOMPARE(back.next().token, token);
                QCOMPARE(back.item().content.size(), std::uint64_t{size});
            }
            QCOMPARE(back.next().token, ItemToken::ArrayEnd);
            QCOMPARE(back.next().token, ItemToken::End);
            Bytes containers;
            MsgpackWriter holder(containers);
            holder.array(static_cast<std::uint32_t>(size));
            containers.insert(containers.end(), size, 0x01);
            QCOMPARE(msgpackChildren(containers, 100'000)->size(), size);
            containers.clear();
            holder.map(static_cast<std::uint32_t>(size));
            containers.insert(containers.end(), 2 * size, 0x01);
            QCOMPARE(msgpackChildren(containers, 100'000)->size(), size);
        }
        Bytes rest;
        MsgpackWriter more(rest);
        more.array(3);
        more.boolean(true);
        more.boolean(false);
        more.float64(-0.5);
        QCOMPARE(*msgpackToJson(rest, 100), "[true,false,-0.5]");
    }
};

QTEST_APPLESS_MAIN(TestMsgpack)
#include "test_msgpack.moc"
