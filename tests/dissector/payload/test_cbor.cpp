// CBOR: every example of RFC 8949 appendix A with its diagnostic notation, what is not well-formed,
// the tree and its byte ranges, JSON.
#include <QtTest>

#include "dissector/payload/cbor.h"
#include "dissector/payload/cbor_reader.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::fromHex;
using framescope::test::treeText;

class TestCbor : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // RFC 8949 appendix A, table 6, in the order of the RFC; what each is as JSON of ours, with '
    // for its quotes.
    void appendixA_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QString>("json");
        const auto row = [](const char* hex, const char* json) {
            QTest::newRow(hex) << QByteArray(hex) << QString::fromUtf8(json).replace('\'', '"');
        };
        row("00", "0");
        row("01", "1");
        row("0a", "10");
        row("17", "23");
        row("1818", "24");
        row("1819", "25");
        row("1864", "100");
        row("1903e8", "1000");
        row("1a000f4240", "1000000");
        row("1b000000e8d4a51000", "1000000000000");
        row("1bffffffffffffffff", "18446744073709551615");
        row("c249010000000000000000", "{'$tag':2,'value':{'$binary':9}}");
        row("3bffffffffffffffff", "-18446744073709551616");
        row("c349010000000000000000", "{'$tag':3,'value':{'$binary':9}}");
        row("20", "-1");
        row("29", "-10");
        row("3863", "-100");
        row("3903e7", "-1000");
        row("f90000", "0.0");
        row("f98000", "-0.0");
        row("f93c00", "1.0");
        row("fb3ff199999999999a", "1.1");
        row("f93e00", "1.5");
        row("f97bff", "65504.0");
        row("fa47c35000", "1e+05");
        row("fa7f7fffff", "3.4028235e+38");
        row("fb7e37e43c8800759c", "1e+300");
        row("f90001", "5.960464477539063e-08");
        row("f90400", "6.103515625e-05");
        row("f9c400", "-4.0");
        row("fbc010666666666666", "-4.1");
        row("f97c00", "{'$float':'Infinity'}");
        row("f97e00", "{'$float':'NaN'}");
        row("f9fc00", "{'$float':'-Infinity'}");
        row("fa7f800000", "{'$float':'Infinity'}");
        row("fa7fc00000", "{'$float':'NaN'}");
        row("faff800000", "{'$float':'-Infinity'}");
        row("fb7ff0000000000000", "{'$float':'Infinity'}");
        row("fb7ff8000000000000", "{'$float':'NaN'}");
        row("fbfff0000000000000", "{'$float':'-Infinity'}");
        row("f4", "false");
        row("f5", "true");
        row("f6", "null");
        row("f7", "{'$undefined':true}");
        row("f0", "{'$simple':16}");
        row("f8ff", "{'$simple':255}");
        row("c074323031332d30332d32315432303a30343a30305a",
            "{'$tag':0,'value':'2013-03-21T20:04:00Z'}");
        row("c11a514b67b0", "{'$tag':1,'value':1363896240}");
        row("c1fb41d452d9ec200000", "{'$tag':1,'value':1363896240.5}");
        row("d74401020304", "{'$tag':23,'value':{'$binary':4}}");
        row("d818456449455446", "{'$tag':24,'value':{'$binary':5}}");
        row("d82076687474703a2f2f7777772e6578616d706c652e636f6d",
            "{'$tag':32,'value':'http://www.example.com'}");
        row("40", "{'$binary':0}");
        row("4401020304", "{'$binary':4}");
        row("60", "''");
        row("6161", "'a'");
        row("6449455446", "'IETF'");
        row("62225c", "'\\'\\\\'");
        row("62c3bc", "'ü'");
        row("63e6b0b4", "'水'");
        row("64f0908591", "'𐅑'");
        row("80", "[]");
        row("83010203", "[1,2,3]");
        row("8301820203820405", "[1,[2,3],[4,5]]");
        row("98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]");
        row("a0", "{}");
        row("a201020304", "{'1':2,'3':4}");
        row("a26161016162820203", "{'a':1,'b':[2,3]}");
        row("826161a161626163", "['a',{'b':'c'}]");
        row("a56161614161626142616361436164614461656145",
            "{'a':'A','b':'B','c':'C','d':'D','e':'E'}");
        row("5f42010243030405ff", "{'$binary':5}");
        row("7f657374726561646d696e67ff", "'streaming'");
        row("9fff", "[]");
        row("9f018202039f0405ffff", "[1,[2,3],[4,5]]");
        row("9f01820203820405ff", "[1,[2,3],[4,5]]");
        row("83018202039f0405ff", "[1,[2,3],[4,5]]");
        row("83019f0203ff820405", "[1,[2,3],[4,5]]");
        row("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
            "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]");
        row("bf61610161629f0203ffff", "{'a':1,'b':[2,3]}");
        row("826161bf61626163ff", "['a',{'b':'c'}]");
        row("bf6346756ef563416d7421ff", "{'Fun':true,'Amt':-2}");
        // Section 3.4.6
        row("d9d9f7a0", "{'$tag':55799,'value':{}}");
        // Keys that are no scalars
        row("a1820102f6", "{'[1,2]':null}");
        row("a1a161610102", "{'{\\'a\\':1}':2}");
    }

    void appendixA() {
        QFETCH(QByteArray, hex);
        QFETCH(QString, json);
        const Bytes bytes = fromHex(hex.constData());
        QVERIFY(!checkCbor(bytes));
        const auto text = cborToJson(bytes, 1000);
        QVERIFY(text);
        QCOMPARE(QString::fromStdString(*text), json);
        FieldTree tree;
        QVERIFY(describeCbor(bytes, tree, Place{0, 0}));
        QCOMPARE(tree[0].range.end, std::uint64_t{bytes.size()});
        // Every prefix ends too early, with a byte behind there is too much.
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto error = checkCbor(ByteView(bytes).first(size));
            QVERIFY2(error, qPrintable(QString::number(size)));
            QVERIFY(error->position <= size);
            QVERIFY(!error->sentence.empty());
        }
        Bytes longer = bytes;
        longer.push_back(0);
        const auto error = checkCbor(longer);
        QVERIFY(error);
        QCOMPARE(error->position, std::uint64_t{bytes.size()});
    }

    // RFC 8949 appendix F, and lengths nobody can have.
    void notWellFormed_data() {
        QTest::addColumn<int>("errorAt");
        const auto row = [](const char* hex, int at) { QTest::newRow(hex) << at; };
        row("1c", 0);  // reserved additional information
        row("3d", 0);
        row("5e", 0);
        row("9c", 0);
        row("fc", 0);
        row("fd", 0);
        row("fe", 0);
        row("1f", 0);  // no indefinite length
        row("3f", 0);
        row("df00", 0);
        row("f800", 0);  // reserved two-byte forms of simple values
        row("f818", 0);
        row("f81f", 0);
        row("5f00ff", 1);  // chunks of another type
        row("5f21ff", 1);
        row("5f6100ff", 1);
        row("5f80ff", 1);
        row("5fa0ff", 1);
        row("5fc000ff", 1);
        row("5fe0ff", 1);
        row("7f4100ff", 1);
        row("5f5f4100ffff", 1);  // nested indefinite strings
        row("7f7f6100ffff", 1);
        row("ff", 0);  // break outside of an indefinite item
        row("81ff", 1);
        row("8200ff", 2);
        row("a1ff", 0);
        row("a100ff", 2);
        row("bf00ff", 2);  // an odd number of items in a map
        row("bf000000ff", 4);
        row("9f81ff", 2);
        row("9bffffffffffffffff00", 0);
        row("bb8000000000000001", 0);
        row("5bffffffffffffffff00", 0);
        row("7a7fffffff61", 0);
    }

    void notWellFormed() {
        QFETCH(int, errorAt);
        const Bytes bytes = fromHex(QTest::currentDataTag());
        const auto error = checkCbor(bytes);
        QVERIFY(error);
        QCOMPARE(int(error->position), errorAt);
        FieldTree tree;
        QVERIFY(!describeCbor(bytes, tree, Place{0, 0}));
        QCOMPARE(tree.size(), std::size_t{0});
        QVERIFY(!cborToJson(bytes, 100));
        QVERIFY(!cborChildren(bytes));
    }

    void depth() {
        Bytes deep(kMaxItemDepth, 0x81);
        deep.push_back(0x00);
        QVERIFY(!checkCbor(deep));
        deep.insert(deep.begin(), 0x81);
        QCOMPARE(checkCbor(deep)->position, std::uint64_t{kMaxItemDepth});
        const Bytes tags(100'000, 0xc1);
        QCOMPARE(checkCbor(tags)->position, std::uint64_t{kMaxItemDepth});
    }

    void tree() {
        FieldTree fields;
        // {"a": [1, -2.5], 3: 1(1363896240), [4]: h'0102', "s": 2(h'010000000000000000')}
        const Bytes bytes =
            fromHex("a4 6161 8201f9c100 03 c11a514b67b0 8104 420102 6173 c249010000000000000000");
        QVERIFY(describeCbor(bytes, fields, Place{2, 10}));
        QCOMPARE(treeText(fields),
                 "CBOR  {4 members} [2:10-43]\n"
                 "  a: [2 elements] [2:11-18]\n"
                 "    0: 1 [2:14-15]\n"
                 "    1: -2.5 [2:15-18]\n"
                 "  3: tag 1 (seconds since 1970) [2:18-25]\n"
                 "    value: 1363896240 (2013-03-21T20:04:00Z) [2:20-25]\n"
                 "  key 2: [1 element] [2:25-27]\n"
                 "    0: 4 [2:26-27]\n"
                 "  value 2: 2 bytes: 0102 [2:27-30]\n"
                 "  s: tag 2 (unsigned big number) [2:30-43]\n"
                 "    value: 9 bytes: 010000000000000000 (18446744073709551616) [2:33-43]\n");
    }

    void children() {
        const Bytes bytes = fromHex("d9d9f7 a2 6161 820102 8103 f6");
        const auto nodes = cborChildren(bytes);
        QVERIFY(nodes);
        QCOMPARE(nodes->size(), std::size_t{2});
        QVERIFY((nodes->at(0).keyRange == ByteRange{4, 6}));
        QVERIFY((nodes->at(0).range == ByteRange{6, 9}));
        QCOMPARE(nodes->at(0).kind, ItemToken::ArrayBegin);
        QVERIFY((nodes->at(1).keyRange == ByteRange{9, 11}));
        QVERIFY((nodes->at(1).range == ByteRange{11, 12}));
        QCOMPARE(cborChildren(bytes, 1)->size(), std::size_t{1});
        QVERIFY(!cborChildren(fromHex("01")));
    }

    void halfFloats() {
        QCOMPARE(halfToDouble(0x0000), 0.0);
        QCOMPARE(halfToDouble(0x3c00), 1.0);
        QCOMPARE(halfToDouble(0x0001), 5.960464477539063e-8);
        QCOMPARE(halfToDouble(0x7bff), 65504.0);
        QVERIFY(std::isinf(halfToDouble(0x7c00)));
        QVERIFY(std::isnan(halfToDouble(0x7e01)));
    }
};

QTEST_APPLESS_MAIN(TestCbor)
#include "test_cbor.moc"
