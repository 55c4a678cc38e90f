// What is shown of bytes from the wire, and of numbers.
#include <QTest>

#include "ui/text/display_text.h"
#include "ui/text/text_lines.h"

using namespace framescope;
using namespace std::string_view_literals;

class TestDisplayText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void linesAreWrapped_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("most");
        QTest::addColumn<QByteArrayList>("lines");
        const auto row = [](const char* name, const char* text, int columns, int most,
                            const QByteArrayList& lines) {
            QTest::newRow(name) << QByteArray(text) << columns << most << lines;
        };
        row("nothing", "", 10, 10, {});
        row("line ends", "a\r\n\nb\n", 10, 10, {"a", "", "b"});
        row("exactly", "1234 6789", 9, 10, {"1234 6789"});
        row("behind a space", "one two three", 8, 10, {"one two ", "three"});
        row("a long word", "a 1234567", 5, 10, {"a ", "12345", "67"});
        row("characters are whole", "äöüß", 2, 10, {"äö", "üß"});
        row("no UTF-8", "\x80\x80\x80", 1, 10, {"\x80\x80\x80"});
        row("the rest in the last", "a\nb\nc", 10, 2, {"a", "b\nc"});
        row("one only", "a b", 1, 1, {"a b"});
    }

    void linesAreWrapped() {
        QFETCH(QByteArray, text);
        QFETCH(int, columns);
        QFETCH(int, most);
        QFETCH(QByteArrayList, lines);
        QByteArrayList got;
        for (const std::string_view line :
             wrappedLines({text.constData(), static_cast<std::size_t>(text.size())},
                          static_cast<std::size_t>(columns), static_cast<std::size_t>(most))) {
            got << QByteArray(line.data(), static_cast<qsizetype>(line.size()));
        }
        QCOMPARE(got, lines);
    }

    void controlCharactersBecomePictures() {
        QCOMPARE(displayText("a\nb\tc\x7f\0d"sv), QStringLiteral("a␊b␉c␡␀d"));
    }
    void directionsOfWritingCannotBeTurned() {
        QCOMPARE(displayText("a\u202eb\u2066c"), QStringLiteral("a\ufffdb\ufffdc"));
    }
    void lineSeparatorsDoNotBreakTheLine() {
        QCOMPARE(displayText("a\u2028b\u2029c"), QStringLiteral("a␤b␤c"));
    }
    void bytesThatAreNoUtf8AreReplaced() {
        QCOMPARE(displayText("a\xff\x62"), QStringLiteral("a\ufffdb"));
        QCOMPARE(displayText("\xc0\x8a"), QStringLiteral("\ufffd\ufffd"));
    }
    void otherTextStays() {
        QCOMPARE(displayText("你好 🙂 é"), QStringLiteral("你好 🙂 é"));
    }
    void longTextIsCut() {
        QCOMPARE(displayText("abcdef", 3), QStringLiteral("abc…"));
        QCOMPARE(displayText("abc", 3), QStringLiteral("abc"));
        QCOMPARE(displayText("ab🙂cd", 3), QStringLiteral("ab…"));
        QCOMPARE(displayText(std::string(90'000, 'x'), 10).size(), 11);
    }
    void tooltipsShowMarkupAsText() {
        QVERIFY(plainToolTip(QStringLiteral("<img src=x>")).contains(QStringLiteral("&lt;img")));
        QVERIFY(plainToolTip({}).isEmpty());
    }
    void numbersAreGrouped() {
        QCOMPARE(groupedNumber(0), QStringLiteral("0"));
        QCOMPARE(groupedNumber(999), QStringLiteral("999"));
        QCOMPARE(groupedNumber(1000), QStringLiteral("1\u202f000"));
        QCOMPARE(groupedNumber(18446744073709551615ULL),
                 QStringLiteral("18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615"));
        QCOMPARE(counted(1, "row", "rows"), QStringLiteral("1 row"));
        QCOMPARE(counted(0, "row", "rows"), QStringLiteral("0 rows"));
    }
    void timesAreShort_data() {
        QTest::addColumn<qint64>("nanoseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << qint64{0} << QStringLiteral("0\u202fs");
        QTest::newRow("microseconds") << qint64{4600} << QStringLiteral("4.60\u202fµs");
        QTest::newRow("milliseconds") << qint64{45'600'000} << QStringLiteral("45.6\u202fms");
        QTest::newRow("seconds") << qint64{1'180'000'000} << QStringLiteral("1.18\u202fs");
        QTest::newRow("minutes") << qint64{125'000'000'000}
                                 << QStringLiteral("2\u202fmin 5\u202fs");
        QTest::newRow("hours") << qint64{7'260'000'000'000}
                               << QStringLiteral("2\u202fh 1\u202fmin");
        QTest::newRow("negative") << qint64{-1'180'000'000} << QStringLiteral("-1.18\u202fs");
    }
    void timesAreShort() {
        QFETCH(qint64, nanoseconds);
        QFETCH(QString, text);
        QCOMPARE(shortDuration(nanoseconds), text);
    }
    void extremeTimesDoNotOverflow() {
        QVERIFY(!shortDuration(std::numeric_limits<qint64>::min()).isEmpty());
        QVERIFY(!shortDuration(std::numeric_limits<qint64>::max()).isEmpty());
        QCOMPARE(relativeSeconds(std::numeric_limits<qint64>::min()),
                 QStringLiteral("-9223372036.854775"));
    }
    void secondsHaveMicroseconds() {
        QCOMPARE(relativeSeconds(1'204'419'000), QStringLiteral("1.204419"));
        QCOMPARE(relativeSeconds(0), QStringLiteral("0.000000"));
        QCOMPARE(relativeSeconds(-500'000'000), QStringLiteral("-0.500000"));
    }
    void bytesHaveAUnit() {
        QCOMPARE(byteCount(999), QStringLiteral("999\u202fB"));
        QCOMPARE(byteCount(1400), QStringLiteral("1.4\u202fkB"));
        QCOMPARE(byteCount(999'999), QStringLiteral("1.0\u202fMB"));
    }
};

QTEST_MAIN(TestDisplayText)
#include "test_display_text.moc"
