// Where bytes stand in a hex view, from nothing to more than an int can count.
#include <limits>

#include <QTest>

#include "ui/hex/hex_geometry.h"

using namespace framescope;

class TestHexGeometry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void asManyBytesALineAsThereIsRoomFor() {
        const qreal needed = HexGeometry(100, 10'000, 8).lineWidth();
        QCOMPARE(HexGeometry(100, static_cast<int>(needed), 8).bytesPerLine(), 16);
        QCOMPARE(HexGeometry(100, static_cast<int>(needed) - 1, 8).bytesPerLine(), 8);
        QCOMPARE(HexGeometry(100, 10, 8).bytesPerLine(), 4);
    }

    void offsetsHaveRoom() {
        QCOMPARE(HexGeometry(0, 1000, 8).offsetDigits(), 4);
        QCOMPARE(HexGeometry(0x10000, 1000, 8).offsetDigits(), 4);
        QCOMPARE(HexGeometry(0x10001, 1000, 8).offsetDigits(), 6);
        QCOMPARE(HexGeometry(0x1000001, 1000, 8).offsetDigits(), 8);
        QCOMPARE(HexGeometry(0x100000001, 1000, 8).offsetDigits(), 10);
        QCOMPARE(HexGeometry(std::numeric_limits<quint64>::max(), 1000, 8).offsetDigits(), 16);
    }

    void columnsNeverOverlap() {
        for (const int width : {1000, 400, 200}) {
            const HexGeometry geometry(1000, width, 7.5);
            const int last = geometry.bytesPerLine() - 1;
            for (int column = 0; column < last; ++column) {
                QVERIFY(geometry.hexX(column) + 2 * 7.5 < geometry.hexX(column + 1));
                QVERIFY(geometry.textX(column) < geometry.textX(column + 1));
            }
            QVERIFY(geometry.hexX(last) + 2 * 7.5 < geometry.textX(0));
        }
    }

    void everyByteIsFoundWhereItStands() {
        for (const int width : {1000, 400, 200}) {
            const HexGeometry geometry(1000, width, 7.5);
            for (int column = 0; column < geometry.bytesPerLine(); ++column) {
                QCOMPARE(geometry.columnAt(geometry.hexX(column)), column);
                QCOMPARE(geometry.columnAt(geometry.hexX(column) + 7.5), column);
                QCOMPARE(geometry.columnAt(geometry.textX(column) + 1), column);
            }
            QVERIFY(!geometry.columnAt(geometry.offsetX()));
            QVERIFY(!geometry.columnAt(-5));
            QVERIFY(!geometry.columnAt(1e6));
        }
    }

    void nothingStandsBehindTheEnd() {
        const HexGeometry geometry(20, 1000, 8);
        QCOMPARE(geometry.lineCount(), quint64{2});
        QCOMPARE(geometry.positionAt(geometry.hexX(3), 1), quint64{19});
        QVERIFY(!geometry.positionAt(geometry.hexX(4), 1));
        QVERIFY(!geometry.positionAt(geometry.hexX(0), 2));
        QVERIFY(!HexGeometry(0, 1000, 8).positionAt(80, 0));
    }

    void anySizeIsCounted() {
        const quint64 most = std::numeric_limits<quint64>::max();
        const HexGeometry geometry(most, 1000, 8);
        QCOMPARE(geometry.lineCount(), most / 16 + 1);
        QCOMPARE(geometry.positionAt(geometry.hexX(0), geometry.lineCount() - 1), most / 16 * 16);
    }

    void aScrollBarReachesTheLastLineOfAnySize() {
        for (const quint64 lines : {quint64{1}, quint64{100}, quint64{1} << 31, quint64{1} << 60}) {
            const LineScroll scroll(lines);
            const int last = scroll.maximum(10);
            QVERIFY(last >= 0);
            QVERIFY(scroll.lineAt(last) + 10 >= lines);
            QVERIFY(scroll.lineAt(last) < lines);
        }
        QCOMPARE(LineScroll(5).maximum(10), 0);
    }
};

QTEST_MAIN(TestHexGeometry)
#include "test_hex_geometry.moc"
