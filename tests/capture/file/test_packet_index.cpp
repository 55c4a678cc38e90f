// The order of time of a file's packets, and what notices that it may be needed.
#include <vector>

#include <QtTest>

#include "capture/file/packet_index.h"
#include "capture/file/time_watch.h"

using namespace framescope;

class TestPacketIndex : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void watchCountsOnlyWhatIsFarBehind() {
        // Shuffled within the reach: nothing.
        TimeWatch near;
        for (std::int64_t i = 0; i < 100'000; ++i) {
            QVERIFY(!near.add(i / 100 * 100 + 99 - i % 100));
        }
        QVERIFY(!near.isEnough());
        // Blocks of two directions.
        TimeWatch blocks;
        std::int64_t enough = 0;
        for (std::int64_t i = 0; i < 2000; ++i) {
            blocks.add(i % 1000);
            if (enough == 0 && blocks.isEnough()) enough = i;
        }
        QVERIFY(enough >= 1000 + TimeWatch::kEnough - 1);
        QVERIFY(enough < 1000 + 2 * TimeWatch::kEnough);
    }

    void indexGivesTheOrderOfTime() {
        PacketIndex index;
        CapturedPacket packet;
        constexpr std::uint32_t kCount = 500'000;
        for (std::uint32_t i = 1; i <= kCount; ++i) {
            packet.number = i;
            packet.recordOffset = std::uint64_t{i} * 100;
            packet.hasTime = i > 3 && i % 7 != 0;
            packet.timeNs = packet.hasTime ? std::int64_t{i * 2654435761U % 1000} : 0;
            QVERIFY(index.add(packet));
        }
        QVERIFY(index.arrange([] { return true; }));
        for (int round = 0; round < 2; ++round) {
            std::vector<bool> seen(kCount + 1);
            std::uint32_t count = 0;
            std::int64_t time = 0;
            std::uint32_t number = 0;
            while (const IndexedPacket* const next = index.next()) {
                QVERIFY(next->timeNs > time || (next->timeNs == time && next->number > number) ||
                        count == 0);
                time = next->timeNs;
                number = next->number;
                QVERIFY(!seen[number]);
                seen[number] = true;
                QCOMPARE(next->recordOffset, std::uint64_t{number} * 100);
                ++count;
            }
            QCOMPARE(count, kCount);
            index.rewind();
        }
        const std::vector<std::uint64_t> offsets = index.recordOffsets();
        QCOMPARE(offsets.size(), std::size_t{kCount});
        QCOMPARE(offsets[4711], std::uint64_t{471'200});
        QVERIFY(!index.arrange([] { return false; }));
    }
};

QTEST_APPLESS_MAIN(TestPacketIndex)
#include "test_packet_index.moc"
