// Hex digits in the notations of the tools that write them.
#include <QtTest>

#include "dissector/payload/hex_text.h"

using namespace framescope;

class TestHexText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void notations_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray hello = QByteArray::fromHex("810548656c6c6f");
        QTest::newRow("pairs") << QByteArray("81 05 48 65 6c 6c 6f") << hello;
        QTest::newRow("one run") << QByteArray("810548656C6C6F\n") << hello;
        QTest::newRow("groups of four") << QByteArray("8105 4865 6c6c 6f") << hello;
        QTest::newRow("colons") << QByteArray("81:05:48:65:6c:6c:6f") << hello;
        QTest::newRow("dashes") << QByteArray("81-05-48-65-6c-6c-6f") << hello;
        QTest::newRow("C array") << QByteArray("{0x81, 0x05, 0x48, 0x65,\n 0x6c, 0x6c, 0x6f};")
                                 << hello;
        QTest::newRow("0x close together") << QByteArray("0x810x050x480x650x6c0x6c0x6f") << hello;
        QTest::newRow("one long 0x") << QByteArray("0x810548656c6c6f") << hello;
        QTest::newRow("C string") << QByteArray("\"\\x81\\x05\\x48\\x65\\x6c\\x6c\\x6f\"") << hello;
        QTest::newRow("frames with a plus") << QByteArray("01 03 48 65 6c + 80 02 6c 6f")
                                            << QByteArray::fromHex("010348656c80026c6f");
        QTest::newRow("a buffer of Node.js")
            << QByteArray("<Buffer 81 05 48 65 6c 6c 6f>") << hello;
        QTest::newRow("xxd") << QByteArray(
                                    "00000000: 8105 4865 6c6c 6f                        "
                                    "..Hello\n")
                             << hello;
        QTest::newRow("hexdump -C")
            << QByteArray(
                   "00000000  81 05 48 65 6c 6c 6f                              |..Hello|\n"
                   "00000007\n")
            << hello;
        QTest::newRow("two lines of hexdump -C")
            << QByteArray(
                   "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
                   "|0123456789abcdef|\n00000010  30 31  |01|\n00000012\n")
            << QByteArray("0123456789abcdef01");
        QTest::newRow("xxd with digits in the text column")
            << QByteArray(
                   "00000000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\n"
                   "00000010: 3031  01\n")
            << QByteArray("0123456789abcdef01");
        QTest::newRow("tshark -x") << QByteArray("0000  81 05 48 65 6c 6c 6f   ..Hello\n") << hello;
        QTest::newRow("tcpdump -x") << QByteArray("\t0x0000:  8105 4865 6c6c 6f\n") << hello;
        QTest::newRow("empty") << QByteArray(" \n") << QByteArray();
    }
    void notations() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, bytes);
        const auto parsed = parseHexText(text.toStdString());
        const auto* const error = std::get_if<HexTextError>(&parsed);
        QVERIFY2(error == nullptr, error != nullptr ? error->sentence.c_str() : "");
        const Bytes& actual = std::get<Bytes>(parsed);
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(actual.data()),
                            static_cast<qsizetype>(actual.size())),
                 bytes);
    }

    void faults_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::newRow("half a byte") << QByteArray("81 05\n48 6x") << 2 << 5;
        QTest::newRow("no digit") << QByteArray("0g") << 1 << 2;
        QTest::newRow("odd") << QByteArray("81 5 48") << 1 << 4;
        QTest::newRow("only 0x") << QByteArray("0x") << 1 << 3;
        QTest::newRow("words") << QByteArray("hello") << 1 << 1;
    }
    void faults() {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        QFETCH(int, column);
        const auto parsed = parseHexText(text.toStdString());
        const auto* const error = std::get_if<HexTextError>(&parsed);
        QVERIFY(error != nullptr);
        QCOMPARE(static_cast<int>(error->line), line);
        QCOMPARE(static_cast<int>(error->column), column);
        QVERIFY(!error->sentence.empty());
    }
};

QTEST_APPLESS_MAIN(TestHexText)
#include "test_hex_text.moc"
