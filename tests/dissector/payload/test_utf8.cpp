// UTF-8: valid and broken sequences in every cut, and text made fit for a line.
#include <QtTest>

#include "dissector/payload/utf8.h"
#include "dissector/payload/utf8_bulk.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;

class TestUtf8 : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sequences_data() {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<int>("invalidAt");  // -1: valid
        const auto row = [](const char* hex, int invalidAt) {
            QTest::newRow(hex) << QByteArray(hex) << invalidAt;
        };
        row("", -1);
        row("68656c6c6f", -1);
        row("c3a4e282acf09f9880", -1);
        row("00", -1);
        row("7f", -1);
        row("c280", -1);
        row("dfbf", -1);
        row("e0a080", -1);
        row("ed9fbf", -1);
        row("ee8080", -1);
        row("efbfbf", -1);
        row("f0908080", -1);
        row("f48fbfbf", -1);
        row("80", 0);        // continuation alone
        row("61bf62", 1);    // the same inside
        row("c0af", 0);      // overlong
        row("c1bf", 0);      // overlong
        row("e09fbf", 1);    // overlong
        row("f08fbfbf", 1);  // overlong
        row("eda080", 1);    // surrogate
        row("edbfbf", 1);    // surrogate
        row("f4908080", 1);  // beyond U+10FFFF
        row("f5808080", 0);
        row("ff", 0);
        row("c361", 1);
        row("e28261", 2);
        row("f09f9861", 3);
        row("61c3", 1);  // ends inside a character
        row("61e282", 1);
        row("61f09f98", 1);
    }

    void sequences() {
        QFETCH(QByteArray, hex);
        QFETCH(int, invalidAt);
        const Bytes middle = fromHex(hex.constData());
        // Alone, and far behind ASCII so that the bulk path takes part.
        for (const std::size_t before : {0, 1, 61, 200}) {
            Bytes text(before, 'x');
            text.insert(text.end(), middle.begin(), middle.end());
            const std::uint64_t at = before + static_cast<std::uint64_t>(std::max(invalidAt, 0));
            const auto asExpected = [&](std::optional<std::uint64_t> found) {
                return invalidAt < 0 ? !found : found == at;
            };
            QVERIFY(asExpected(findInvalidUtf8(asText(text))));
            for (std::size_t a = 0; a <= text.size(); ++a) {
                Utf8Validator validator;
                const bool first = validator.feed(ByteView(text).first(a));
                const bool second = validator.feed(ByteView(text).subspan(a));
                QVERIFY(first || !second);
                QCOMPARE(validator.finish(), invalidAt < 0);
                QVERIFY(asExpected(validator.invalidAt()));
            }
            Utf8Validator slow;
            for (const std::uint8_t byte : text) slow.feed(ByteView(&byte, 1));
            slow.finish();
            QVERIFY(asExpected(slow.invalidAt()));
        }
    }

    // Whole and in pieces agree on noise made of likely bytes.
    void noise() {
        test::Noise noise(4);
        const Bytes likely = fromHex("6162c3a4e282acf09f9880eda0c0f49080bf");
        for (int round = 0; round < 3000; ++round) {
            Bytes text(noise.below(150));
            for (auto& byte : text) byte = likely[noise.below(likely.size())];
            Utf8Validator slow;
            for (const std::uint8_t byte : text) slow.feed(ByteView(&byte, 1));
            slow.finish();
            QVERIFY(findInvalidUtf8(asText(text)) == slow.invalidAt());
            QVERIFY(isValidUtf8(printable(asText(text), 1 + noise.below(60))));
        }
    }

    // Whatever two bytes stand in a row, in front of each kind of byte, also across two blocks.
    void bulkAgrees() {
        if (!isUtf8InBulk(bytesOf("a"))) QSKIP("this processor looks at each byte");
        const Bytes kinds = fromHex("61808f9fa0bfc2e0edf0f4ff");
        for (const std::size_t before : {0, 13, 15}) {
            Bytes text(before + 4, 'x');
            std::uint8_t* const middle = text.data() + before;
            for (unsigned pair = 0x8000; pair < 0x10000; ++pair) {
                middle[0] = static_cast<std::uint8_t>(pair >> 8);
                middle[1] = static_cast<std::uint8_t>(pair);
                for (const std::uint8_t third : kinds) {
                    for (const std::uint8_t fourth : kinds) {
                        middle[2] = third;
                        middle[3] = fourth;
                        Utf8Validator slow;
                        for (const std::uint8_t byte : ByteView(text).subspan(before)) {
                            if (!slow.feed(ByteView(&byte, 1))) break;
                        }
                        if (isUtf8InBulk(text) != slow.finish()) {
                            QFAIL(QByteArray(reinterpret_cast<const char*>(middle), 4).toHex());
                        }
                    }
                }
            }
        }
    }

    void printableText() {
        QCOMPARE(printable("hello"), "hello");
        QCOMPARE(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
        QCOMPARE(printable(std::string_view("\0\x1b\x7f", 3)), "\\x00\\x1b\\x7f");
        QCOMPARE(printable("\xc2\x80\xe2\x80\xa8\xe2\x80\xae"), "\\u0080\\u2028\\u202e");
        QCOMPARE(printable("a\xff\xe2\x82z"), "a\ufffd\ufffdz");
        QCOMPARE(printable("äöü", 3), "äöü");
        QCOMPARE(printable("äöüß", 3), "äö…");
        QCOMPARE(printable("ab\n", 4), "ab\\n");
        QCOMPARE(printable("ab\n", 3), "ab…");
        QCOMPARE(printable("ab\nc", 4), "ab…");
        QCOMPARE(printable("abc", 1), "…");
        QCOMPARE(printable("abc", 0), "");
        QCOMPARE(printable("", 5), "");
        QCOMPARE(elided("äöüß", 3), "äö…");
        QCOMPARE(elided("äöü", 3), "äöü");
        QCOMPARE(groupedDigits(0), "0");
        QCOMPARE(groupedDigits(999), "999");
        QCOMPARE(groupedDigits(2048), "2 048");
        QCOMPARE(groupedDigits(1234567), "1 234 567");
    }
};

QTEST_APPLESS_MAIN(TestUtf8)
#include "test_utf8.moc"
