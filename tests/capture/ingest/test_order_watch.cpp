// What has the whole file looked at because its times run back, and what is settled on the way: a
// clock that was set back needs no second look, packets that were delivered late do, and so does
// whatever a stretch of the file cannot tell.
#include <algorithm>
#include <functional>

#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "capture/ingest/order_watch.h"
#include "tests/support/chat_packets.h"
#include "tests/support/memory_capture.h"
#include "tests/support/packet_list.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;
/// A stretch begins and ends with packets that are in order.
constexpr std::size_t kAround = OrderWatch::kQuiet + OrderWatch::kEnough + 4 * TimeWatch::kReach;

/// A packet a millisecond, from both sides in turn.
const PacketList& longChat() {
    static const PacketList packets = chat(70'000);
    return packets;
}

PacketList::const_iterator at(const PacketList& packets, std::size_t index) {
    return packets.begin() + static_cast<std::ptrdiff_t>(index);
}

PacketList part(std::size_t begin, std::size_t end) {
    return {at(longChat(), begin), at(longChat(), end)};
}

PacketList joinedAll(std::initializer_list<PacketList> parts) {
    PacketList all;
    for (const PacketList& each : parts) all.insert(all.end(), each.begin(), each.end());
    return all;
}

/// With `count` packets from `from` on delivered behind the `by` ones that followed them.
PacketList delayed(PacketList packets, std::size_t from, std::size_t count, std::size_t by) {
    const auto begin = packets.begin() + static_cast<std::ptrdiff_t>(from);
    const auto middle = begin + static_cast<std::ptrdiff_t>(count);
    std::rotate(begin, middle, middle + static_cast<std::ptrdiff_t>(by));
    return packets;
}

/// The clock is set back by so much every `every` packets, so many times.
PacketList setBack(std::size_t size, std::size_t every, std::size_t times, std::int64_t by) {
    PacketList packets = part(0, size);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i].timeNs -= by * static_cast<std::int64_t>(std::min(i / every, times));
    }
    return packets;
}

/// Bursts of another connection that come late with everything of theirs in order, and each time
/// four packets of this one, too.
PacketList fewBreaksAtATime(std::size_t bursts) {
    constexpr std::size_t kBurst = 70;
    constexpr std::size_t kApart = 4000;
    constexpr std::size_t kLate = 300;
    const PacketList other = chat(static_cast<int>(bursts * kBurst / 2), 40001, false);
    PacketList all = part(0, kApart);
    for (std::size_t i = 0; i < bursts; ++i) {
        const std::size_t begin = all.size() - i * kBurst;
        PacketList late = part(begin, begin + 8);
        PacketList inTime = onlyFrom(late, true);
        late = onlyFrom(late, false);
        for (std::size_t k = 0; k < kBurst; ++k) {
            late.push_back(other[i * kBurst + k]);
            late.back().timeNs = longChat()[begin + 8].timeNs + static_cast<std::int64_t>(k);
        }
        all = joinedAll({all, inTime, part(begin + 8, begin + kLate), late,
                         part(begin + kLate, begin + kApart)});
    }
    return all;
}

/// As several queues deliver them.
PacketList jittered(const PacketList& packets) {
    return shuffled(packets, 40, Times::Travel, 7);
}

/// The number of the packet with which the watch asks for a look at the whole file, one more than
/// there are where the end of the file makes it ask; 0 for never.
std::size_t asksAt(const PacketList& packets, std::size_t cutsAt = 0) {
    MemoryCapture memory(asPcapng(packets));
    const auto file = CaptureFile::open(memory.path());
    if (!file) return packets.size() + 2;
    CaptureReader reader(*file);
    OrderWatch watch(*file, reader.layout());
    CapturedPacket packet;
    std::size_t asked = 0;
    int times = 0;
    while (reader.next(packet) == ReadStep::Packet) {
        if (watch.add(packet)) {
            ++times;
            asked = packet.number;
        }
        if (packet.number == cutsAt) memory.cut(static_cast<std::size_t>(packet.recordOffset) / 2);
    }
    if (watch.finish()) {
        ++times;
        asked = packets.size() + 1;
    }
    return times <= 1 ? asked : packets.size() + 2;
}

class OrderWatchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void staysSilent_data() {
        QTest::addColumn<PacketList>("packets");
        QTest::newRow("in order") << part(0, 20'000);
        QTest::newRow("set back for a moment") << setBack(20'000, 10'000, 1, 300 * kMillisecond);
        QTest::newRow("set back several times") << setBack(60'000, 5000, 10, 300 * kMillisecond);
        QTest::newRow("set back just before the end")
            << setBack(20'000, 19'900, 1, 300 * kMillisecond);
        QTest::newRow("set back near the beginning") << setBack(20'000, 500, 1, 400 * kMillisecond);
        QTest::newRow("packets that overtake each other")
            << shuffled(part(0, 20'000), 60, Times::Travel, 7);
        QTest::newRow("a few late ones") << delayed(part(0, 20'000), 10'000, 50, 400);
        QTest::newRow("a single late one, and set back")
            << delayed(setBack(60'000, 30'000, 1, 300 * kMillisecond), 5000, 1, 300);
        QTest::newRow("set back while packets overtake each other")
            << jittered(setBack(40'000, 20'000, 1, 300 * kMillisecond));
        QTest::newRow("too few breaks") << fewBreaksAtATime(2);
    }

    void staysSilent() {
        QFETCH(PacketList, packets);
        QCOMPARE(asksAt(packets), std::size_t{0});
    }

    void asks_data() {
        QTest::addColumn<PacketList>("packets");
        QTest::addColumn<std::size_t>("earliest");
        QTest::addColumn<std::size_t>("latest");
        const auto row = [](const char* name, const PacketList& packets, std::size_t earliest,
                            std::size_t latest) {
            QTest::newRow(name) << packets << earliest << latest;
        };
        row("directions in blocks, for a moment",
            joinedAll({part(0, 10'000), inBlocks(part(10'000, 10'600), 300), part(10'600, 20'000)}),
            10'300, 10'600);
        row("directions in blocks, everywhere", inBlocks(longChat(), 500), 500, 1000);
        row("directions in blocks, just before the end",
            joinedAll({part(0, 10'000), inBlocks(part(10'000, 10'600), 300)}), 10'300, 10'601);
        row("directions in blocks, where packets overtake each other",
            jittered(joinedAll(
                {part(0, 10'000), inBlocks(part(10'000, 12'000), 1000), part(12'000, 20'000)})),
            11'000, 12'000 + kAround);
        row("late by more than is remembered",
            delayed(part(0, 30'000), 10'000, 200, 2 * OrderWatch::kRemembered),
            10'000 + 2 * OrderWatch::kRemembered, 10'000 + 2 * OrderWatch::kRemembered + kAround);
        row("set back by an hour", setBack(100'000, 10'000, 1, kHour), 10'000,
            10'100 + OrderWatch::kMostPackets);
        PacketList sparse = part(0, 100'000);
        for (std::size_t i = 1000; i + 1000 < sparse.size(); i += 1000) {
            sparse = delayed(std::move(sparse), i, 1, 400);
        }
        row("single late ones all over the file", sparse, 64'000, 68'000);
        row("few breaks at a time", fewBreaksAtATime(8), 8000, 8 * 4100);
        row("set back all the time", setBack(140'000, 1500, 90, 200 * kMillisecond),
            1500 * OrderWatch::kMostStretches, 1500 * (OrderWatch::kMostStretches + 2));
    }

    void asks() {
        QFETCH(PacketList, packets);
        QFETCH(std::size_t, earliest);
        QFETCH(std::size_t, latest);
        const std::size_t asked = asksAt(packets);
        QVERIFY2(asked >= earliest && asked <= latest, qPrintable(QString::number(asked)));
    }

    /// What can no longer be read again is looked at by whoever can say why.
    void asksWhereTheFileWasCutOff() {
        const PacketList packets = setBack(20'000, 10'000, 1, 300 * kMillisecond);
        QCOMPARE(asksAt(packets, 10'200), packets.size() + 1);
    }
};

}  // namespace

QTEST_GUILESS_MAIN(OrderWatchTest)
#include "test_order_watch.moc"
