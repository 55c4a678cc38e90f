// Bytes that come again are compared with the ones that lie where the ring says: on either side of
// each 4 GiB of a stream, in any of several streams, and never with others. What the ring does not
// say any more is counted.
#include <QtTest>

#include "dissector/tcp/handed_on.h"

using namespace framescope;
using namespace framescope::tcp;

namespace {

constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;

/// A capture each byte of which depends on its place, and a stream whose bytes lie in it.
struct Capture {
    HandedOn handedOn;

    Capture() {
        handedOn.setReadBack([](std::uint64_t at, std::span<std::uint8_t> into) {
            for (std::uint8_t& byte : into) byte = byteAt(at++);
            return true;
        });
    }
    /// `bytes` are the second version; that they were equal is not remembered, so that the next
    /// comparison is with the first version, too.
    Difference compare(HandedOn::Tail tail, StreamOffset offset, const Bytes& bytes) {
        return handedOn.compare(tail, offset, bytes, 0);
    }
    static std::uint8_t byteAt(std::uint64_t at) {
        return static_cast<std::uint8_t>((at * 0x9e3779b97f4a7c15ULL) >> 56);
    }
    static Bytes bytesAt(std::uint64_t at, std::size_t size) {
        Bytes bytes(size);
        for (std::uint8_t& byte : bytes) byte = byteAt(at++);
        return bytes;
    }
};

}  // namespace

class TestHandedOn : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsBytesAroundEach4GiB_data() {
        QTest::addColumn<quint64>("begin");
        for (const std::uint64_t begin :
             {std::uint64_t{0}, k4GiB - 1000, k4GiB - 1, k4GiB, k4GiB + 1, 3 * k4GiB - 17}) {
            QTest::addRow("from %llu", static_cast<unsigned long long>(begin)) << quint64{begin};
        }
    }
    void findsBytesAroundEach4GiB() {
        QFETCH(quint64, begin);
        Capture capture;
        HandedOn::Tail tail;
        HandedOn::Tail other;
        constexpr std::uint32_t kSize = 100;
        constexpr std::uint32_t kSegments = 40;
        for (std::uint32_t i = 0; i < kSegments; ++i) {
            capture.handedOn.add(tail, begin + i * kSize, 5000 + i * 200, kSize);
            // The same places of another stream lie elsewhere.
            if (i % 3 == 0) capture.handedOn.add(other, begin + i * kSize, 90'000 + i * 300, kSize);
        }
        for (std::uint32_t i = 0; i < kSegments; ++i) {
            const StreamOffset at = begin + i * kSize;
            Bytes again = Capture::bytesAt(5000 + i * 200, kSize);
            QVERIFY(capture.compare(tail, at, again).empty());
            again[30] ^= 1;
            const Difference difference = capture.compare(tail, at, again);
            QCOMPARE(difference.begin, at + 30);
            QCOMPARE(difference.end, at + 31);
        }
        const Bytes ofOther = Capture::bytesAt(90'000 + 300 * 3, kSize);
        QVERIFY(capture.compare(other, begin + 3 * kSize, ofOther).empty());
        QCOMPARE(capture.handedOn.bytesOfNothing(), std::uint64_t{0});
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{0});
    }

    /// Sequence numbers can tell no more.
    void findsBytesInFrontOfAJumpOfLessThan4GiB() {
        Capture capture;
        HandedOn::Tail tail;
        capture.handedOn.add(tail, 7, 1000, 50);
        capture.handedOn.add(tail, 7 + (k4GiB - 1), 2000, 50);
        const Bytes again = Capture::bytesAt(1000, 50);
        QVERIFY(capture.compare(tail, 7, again).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{0});
        QCOMPARE(capture.handedOn.bytesOfNothing(), std::uint64_t{0});
    }

    void countsBytesInFrontOfALongerJump() {
        Capture capture;
        HandedOn::Tail tail;
        capture.handedOn.add(tail, 7, 1000, 50);
        capture.handedOn.add(tail, 7 + k4GiB, 2000, 50);
        const Bytes wrong(50);
        QVERIFY(capture.compare(tail, 7, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{50});
        const Bytes again = Capture::bytesAt(2000, 50);
        QVERIFY(capture.compare(tail, 7 + k4GiB, again).empty());
        QVERIFY(!capture.compare(tail, 7 + k4GiB, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{50});
    }

    void countsBytesWhoseEntryWasOverwritten() {
        Capture capture;
        HandedOn::Tail first;
        HandedOn::Tail second;
        capture.handedOn.add(first, 0, 1000, 50);
        capture.handedOn.add(second, 0, 2000, 50);
        HandedOn::Tail many;
        std::uint64_t noted = 0;
        const auto note = [&](std::uint64_t count) {
            for (; count != 0; --count, ++noted) capture.handedOn.add(many, noted, 5000 + noted, 1);
        };
        note(HandedOn::kEntries - 1);
        const Bytes wrong(50);
        QVERIFY(capture.compare(first, 0, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{50});
        QVERIFY(!capture.compare(second, 0, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{50});
        // Its next entry knows that the one before it is gone, however far that lies back.
        note(3 * HandedOn::kEntries);
        capture.handedOn.add(first, 50, 3000, 50);
        QVERIFY(capture.compare(first, 0, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{100});
        QVERIFY(capture.compare(first, 50, Capture::bytesAt(3000, 50)).empty());
        QVERIFY(!capture.compare(first, 50, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{100});
    }

    void countsBytesThatLieTooFarBehindInTheCapture() {
        Capture capture;
        HandedOn::Tail tail;
        capture.handedOn.add(tail, 0, HandedOn::kFileEnd - 50, 50);
        capture.handedOn.add(tail, 50, HandedOn::kFileEnd, 50);
        capture.handedOn.add(tail, 100, 3 * HandedOn::kFileEnd, 50);
        const Bytes last = Capture::bytesAt(HandedOn::kFileEnd - 50, 50);
        QVERIFY(capture.compare(tail, 0, last).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{0});
        const Bytes wrong(100);
        QVERIFY(capture.compare(tail, 50, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{100});
        QVERIFY(!capture.compare(tail, 0, wrong).empty());
    }

    /// Such a stream would be out of order; what lies in front of the break is not known then.
    void comparesNothingInFrontOfABreak() {
        Capture capture;
        HandedOn::Tail tail;
        capture.handedOn.add(tail, 1000, 1000, 50);
        capture.handedOn.add(tail, 500, 2000, 50);
        capture.handedOn.add(tail, 550, 3000, 50);
        const Bytes wrong(50);
        QVERIFY(!capture.compare(tail, 500, wrong).empty());
        QVERIFY(capture.compare(tail, 500, Capture::bytesAt(2000, 50)).empty());
        QVERIFY(capture.compare(tail, 450, wrong).empty());
        QCOMPARE(capture.handedOn.bytesNotCompared(), std::uint64_t{50});
    }
};

QTEST_GUILESS_MAIN(TestHandedOn)
#include "test_handed_on.moc"
