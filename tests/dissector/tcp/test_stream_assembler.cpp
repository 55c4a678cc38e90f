// The stream assembler gets the same bytes in every order a network and a capture can bring them.
#include <algorithm>
#include <random>

#include <QtTest>

#include "dissector/tcp/handed_on.h"
#include "dissector/tcp/stream_assembler.h"

using namespace framescope;
using namespace framescope::tcp;

namespace {

/// Joins what is handed on; a gap becomes "<n>".
class Recorder : public StreamSink {
public:
    void streamData(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        QCOMPARE(offset, next);
        next += bytes.size();
        text += asText(bytes);
        origins.push_back(origin);
    }
    void streamGap(const Gap& gap) override {
        QCOMPARE(gap.offset, next);
        next += gap.missing;
        text += "<" + std::to_string(gap.missing) + ">";
        gaps.push_back(gap);
    }
    void streamFinished() override { text += "."; }
    Difference streamRepeated(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        if (!compares) return {};
        const auto at = text.substr(offset, bytes.size());
        return differenceOf(asBytes(at), bytes, offset, origin.fileOffset);
    }
    void streamConflict(const Difference& difference, const Origin& origin) override {
        conflicts.push_back(std::to_string(difference.begin) + "-" +
                            std::to_string(difference.end) + " in " +
                            std::to_string(origin.packet));
    }
    void streamRecovered(StreamOffset offset, std::uint64_t size, std::int64_t waitedNs,
                         const Origin& origin) override {
        recovered += std::to_string(offset) + "+" + std::to_string(size) + " after " +
                     std::to_string(waitedNs) + " in " + std::to_string(origin.packet) + ";";
    }
    void streamLate(StreamOffset offset, ByteView bytes, const Origin& origin) override {
        beside += std::string(asText(bytes)) + " late at " + std::to_string(offset) + " in " +
                  std::to_string(origin.fileOffset) + ";";
    }
    void streamUnplaced(std::int64_t place, ByteView bytes, const Origin&) override {
        beside += std::string(asText(bytes)) + " at " + std::to_string(place) + ";";
    }
    std::string beside;
    bool compares = true;  ///< where there is no gap, the text is the stream
    std::vector<Gap> gaps;
    std::vector<std::string> conflicts;
    std::string recovered;
    std::string text;
    StreamOffset next = 0;
    std::vector<Origin> origins;
};

constexpr std::uint32_t kBase = 5000;

struct Feeder {
    StreamAssembler stream;
    Recorder sink;
    PacketNumber packet = 0;

    /// A stream whose other direction is in the capture: it acknowledges the SYN.
    explicit Feeder(std::uint32_t base = kBase) {
        stream.start(base);
        acknowledge(0, 0);
    }
    /// One of which nobody sees the other direction.
    struct OneSided {};
    explicit Feeder(OneSided) { stream.start(kBase); }
    /// A segment at an offset relative to the base; its file offset is 1000 times the packet, its
    /// time 10 times. `length`: on the wire, if that is more.
    void segment(std::int64_t offset, std::string_view text, std::uint64_t length = 0) {
        ++packet;
        Segment segment;
        segment.sequence = stream.base() + static_cast<std::uint32_t>(offset);
        segment.captured = asBytes(text);
        segment.length = std::max<std::uint64_t>(length, text.size());
        segment.origin = {packet, std::int64_t{packet} * 10, std::uint64_t{packet} * 1000};
        stream.segment(segment, sink);
        pump();
    }
    void acknowledge(std::uint32_t offset, PacketNumber in, bool closed = false,
                     bool selective = false) {
        Acknowledgment acknowledgment;
        acknowledgment.number = stream.base() + offset;
        acknowledgment.packet = in;
        acknowledgment.bare = true;
        acknowledgment.windowClosed = closed;
        acknowledgment.selective = selective;
        stream.acknowledged(acknowledgment);
        pump();
        check(in);
    }
    void check(PacketNumber now) {
        while (stream.giveUpDue(now, sink)) pump();
    }
    void finish(std::uint32_t offset) { stream.finish(stream.base() + offset, packet, sink); }

private:
    void pump() {
        while (stream.ready(stream, packet)) stream.deliver(sink);
    }
};

}  // namespace

class TestStreamAssembler : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void inOrderPassesThrough() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(3, "def");
        QCOMPARE(f.sink.text, std::string("abcdef"));
        QCOMPARE(f.sink.origins[1].fileOffset, std::uint64_t{2000});
        QCOMPARE(f.stream.heldBytes(), std::size_t{0});
    }

    void whatFillsAHoleTooLateIsToldOnce() {
        Feeder f;
        f.sink.compares = false;
        f.segment(0, "abc");
        f.segment(9, "jkl");
        f.acknowledge(12, 3);
        f.check(3 + StreamAssembler::kPatience + 1);
        QCOMPARE(f.sink.text, std::string("abc<6>jkl"));
        // The packet behind the hole shows it, not the one that ended the waiting.
        QCOMPARE(f.sink.gaps[0].shownBy.packet, PacketNumber{2});
        f.segment(2, "cdef");
        QCOMPARE(f.sink.beside, std::string("def late at 3 in 3001;"));
        f.segment(0, "abcdefghijkl");
        QCOMPARE(f.sink.beside, std::string("def late at 3 in 3001;ghi late at 6 in 4006;"));
        f.segment(3, "defghi");
        QCOMPARE(f.sink.beside.size(), std::string("def late at 3 in 3001;").size() * 2);
        QCOMPARE(f.sink.text, std::string("abc<6>jkl"));
    }

    void anAcknowledgmentOfWhatWasNotCapturedIsWhatTheGapNames() {
        Feeder f;
        f.segment(0, "abc");
        f.acknowledge(20, 7);
        f.check(7 + StreamAssembler::kPatience + 1);
        QCOMPARE(f.sink.text, std::string("abc<17>"));
        QCOMPARE(f.sink.gaps[0].shownBy.packet, PacketNumber{7});
    }

    void whatLiesBeforeTheStartIsToldBesideIt() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(-5, "vwxyzab");
        QCOMPARE(f.sink.beside, std::string("vwxyz at -5;"));
        f.segment(-50'000'000, "far");
        QCOMPARE(f.sink.beside, std::string("vwxyz at -5;far at -50000000;"));
        // A keep-alive repeats the byte before.
        Feeder g;
        g.segment(-1, "x");
        QCOMPARE(g.sink.beside, std::string());
    }

    void aJumpBeyondHalfOfTheNumbersIsAHole() {
        constexpr std::int64_t kJump = 3'000'000'000;
        Feeder f;
        f.segment(0, "abc");
        for (std::int64_t i = 0; i < 3; ++i) {
            f.segment(kJump + 3 * i, "def");
            f.acknowledge(static_cast<std::uint32_t>(kJump + 3 * i + 3), f.packet);
        }
        f.check(f.packet + StreamAssembler::kPatience + 1);
        QCOMPARE(f.sink.text, std::string("abc<2999999997>defdefdef"));
        QCOMPARE(f.sink.gaps[0].cause, GapCause::NotCaptured);
        QCOMPARE(f.sink.beside, std::string());
    }

    void aHoleThatWasAcknowledgedNeedNotBeWaitedForInSilence() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(9, "jkl");
        f.acknowledge(3, 3);
        QVERIFY(!f.stream.giveUpAcknowledged(f.sink));
        f.acknowledge(12, 4);
        QVERIFY(f.stream.giveUpAcknowledged(f.sink));
        QVERIFY(!f.stream.giveUpAcknowledged(f.sink));
        QCOMPARE(f.sink.text, std::string("abc<6>"));
    }

    void outOfOrderWaits() {
        Feeder f;
        f.segment(3, "def");
        QCOMPARE(f.sink.text, std::string());
        f.segment(0, "abc");
        QCOMPARE(f.sink.text, std::string("abcdef"));
        QCOMPARE(f.sink.origins[0].packet, PacketNumber{2});
        QCOMPARE(f.sink.origins[1].packet, PacketNumber{1});
    }

    void whatWasCutWholeAheadOfAHoleIsMissing() {
        Feeder f;
        f.segment(10, "", 20);
        QCOMPARE(f.sink.text, std::string());
        f.segment(0, "abc");
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("abc<27>"));
        // Also where one more was acknowledged: the FIN.
        Feeder g;
        g.segment(10, "", 20);
        g.acknowledge(31, 2);
        g.stream.flush(g.sink);
        QCOMPARE(g.sink.text, std::string("<30>"));
    }

    void repeatedIsTakenOnce() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(0, "abc");
        f.segment(0, "abcdef");
        f.segment(2, "cde");
        QCOMPARE(f.sink.text, std::string("abcdef"));
        // What was new of the third segment stands three bytes behind its beginning.
        QCOMPARE(f.sink.origins[1].fileOffset, std::uint64_t{3003});
    }

    void firstBytesCount() {
        Feeder f;
        f.segment(2, "cd");
        f.segment(0, "XXYYZZ");  // brings 0-2 and 4-6 only
        QCOMPARE(f.sink.text, std::string("XXcdZZ"));
    }

    void overlapsAmongHeldOnes() {
        Feeder f;
        f.segment(4, "ef");
        f.segment(8, "ij");
        f.segment(2, "CDEFGHIJKL");  // around both
        f.segment(3, "xxxx");        // known by now
        f.segment(0, "ab");
        QCOMPARE(f.sink.text, std::string("abCDefGHijKL"));
    }

    void sequenceNumbersWrap() {
        Feeder f(0xfffffffe);
        f.segment(0, "ab");
        f.segment(4, "ef");
        f.segment(2, "cd");
        QCOMPARE(f.sink.text, std::string("abcdef"));
        QCOMPARE(f.stream.next(), StreamOffset{6});
    }

    void offsetsGoBeyond32Bits() {
        // Gaps stand in for the bytes: each jump is below the 1 GiB that a window can have.
        Feeder f;
        StreamOffset offset = 0;
        for (int i = 0; i < 10; ++i) {
            offset += 1'000'000'000;
            f.segment(static_cast<std::int64_t>(offset), "x");
            f.stream.flush(f.sink);
            offset += 1;
            QCOMPARE(f.stream.next(), offset);
        }
        QVERIFY(f.stream.next() > StreamOffset{1} << 33);
    }

    void holeIsGivenUpAfterAcknowledgment() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(5, "fg");
        f.acknowledge(7, 10);
        QCOMPARE(f.sink.text, std::string("abc"));
        f.acknowledge(7, 10 + StreamAssembler::kPatience);
        QCOMPARE(f.sink.text, std::string("abc"));
        f.acknowledge(7, 11 + StreamAssembler::kPatience);
        QCOMPARE(f.sink.text, std::string("abc<2>fg"));
        f.segment(3, "de");  // too late
        QCOMPARE(f.sink.text, std::string("abc<2>fg"));
    }

    void holeIsGivenUpWithoutAcknowledgmentsWhereThereAreNone() {
        Feeder f(Feeder::OneSided{});
        for (PacketNumber packet = 1; packet <= 200; ++packet) {
            f.segment(1 + packet, "x");
            f.check(packet);
            QCOMPARE(f.sink.text.empty(), packet <= 129);
        }
        QVERIFY(f.sink.text.starts_with("<2>x"));
        QCOMPARE(f.sink.gaps[0].cause, GapCause::OneSided);
    }

    void packetsOutOfOrderByDozensAreWaitedFor() {
        Feeder f;
        f.segment(3, "def");
        for (PacketNumber packet = 2; packet < 100; ++packet) {
            f.acknowledge(6, packet);
        }
        f.segment(0, "abc");
        QCOMPARE(f.sink.text, std::string("abcdef"));
    }

    void holeThatFillsInTimeIsNone() {
        Feeder f;
        f.segment(2, "cd");
        f.acknowledge(4, 2);
        f.segment(0, "ab");
        f.segment(6, "gh");
        f.acknowledge(4, 500);
        QCOMPARE(f.sink.text, std::string("abcd"));
    }

    void flushTellsEveryHole() {
        Feeder f;
        f.segment(2, "cd");
        f.segment(7, "hi");
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("<2>cd<3>hi"));
    }

    void acknowledgedButNeverCaptured() {
        Feeder f;
        f.segment(0, "ab");
        f.acknowledge(10, 2);
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("ab<8>"));
    }

    /// The last segment of each message was not captured, and each is acknowledged at once.
    void eachTailThatWasAcknowledgedIsToldSo() {
        Feeder f;
        for (std::uint32_t at = 0; at < 20; at += 5) {
            f.segment(at, "abc");
            f.acknowledge(at + 5, f.packet);
        }
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("abc<2>abc<2>abc<2>abc<2>"));
        for (const Gap& gap : f.sink.gaps) QCOMPARE(gap.cause, GapCause::NotCaptured);
    }

    void anAcknowledgmentThatAnOlderOneFollowsCountsToo() {
        Feeder f;
        f.segment(0, "abc");
        f.acknowledge(5, 1);
        f.acknowledge(3, 2);
        f.segment(5, "fgh");
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("abc<2>fgh"));
        QCOMPARE(f.sink.gaps[0].cause, GapCause::NotCaptured);
        // Of one that nobody's bytes have caught up with nothing is known.
        Feeder g;
        g.segment(0, "abc");
        g.acknowledge(1'000'000, 1);
        g.acknowledge(3, 2);
        g.segment(5, "fgh");
        g.stream.flush(g.sink);
        QCOMPARE(g.sink.text, std::string("abc<2>fgh"));
        QCOMPARE(g.sink.gaps[0].cause, GapCause::NotAcknowledged);
    }

    /// What was acknowledged while something else was waited for is waited for as long.
    void holesThatWereAcknowledgedMeanwhileAreGivenUpAsWell() {
        Feeder f;
        f.segment(0, "abc");
        f.acknowledge(5, 1);
        f.segment(5, "fgh");
        f.acknowledge(10, 2);
        f.check(2 + StreamAssembler::kPatience);
        QCOMPARE(f.sink.text, std::string("abc<2>fgh"));
        f.check(3 + StreamAssembler::kPatience);
        QCOMPARE(f.sink.text, std::string("abc<2>fgh<2>"));
    }

    void acknowledgedFinIsNoMissingByte() {
        Feeder f;
        f.segment(0, "ab");
        f.acknowledge(3, 2);
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("ab"));
    }

    void cutSegmentLeavesAHole() {
        Feeder f;
        // 10 bytes on the wire, 4 of them captured.
        f.segment(0, "abcd", 10);
        f.segment(10, "kl");
        QCOMPARE(f.sink.text, std::string("abcd<6>kl"));
    }

    void cutSegmentOutOfOrder() {
        Feeder f;
        f.segment(3, "de", 5);
        f.segment(0, "abc");
        QCOMPARE(f.sink.text, std::string("abcde<3>"));
        f.segment(8, "ij");
        QCOMPARE(f.sink.text, std::string("abcde<3>ij"));
    }

    void cutSegmentSentAgainInPieces() {
        Feeder f;
        f.segment(6, "gh");
        f.segment(0, "ab", 6);
        QCOMPARE(f.sink.text, std::string("ab<4>gh"));
    }

    void keepAliveByteIsOld() {
        Feeder f;
        f.segment(0, "abc");
        f.segment(2, "X");
        f.segment(3, "d");
        QCOMPARE(f.sink.text, std::string("abcd"));
    }

    void finEndsOnlyWhenAllIsThere() {
        Feeder f;
        f.segment(0, "ab");
        f.finish(4);
        QVERIFY(!f.stream.finished());
        f.segment(2, "cd");
        QVERIFY(f.stream.finished());
    }

    void whatIsHeldCanBeRelieved() {
        Feeder f;
        f.segment(10, "kl");
        f.stream.relieve(LimitMet::OfDirection, f.sink);
        QCOMPARE(f.sink.text, std::string("<10>kl"));
        QVERIFY(f.sink.gaps[0].limitMet == LimitMet::OfDirection);
        QCOMPARE(f.stream.heldBytes(), std::size_t{0});
    }

    void manyTinySegmentsBackwards() {
        Feeder f;
        constexpr int kCount = 30000;
        for (int i = kCount - 1; i >= 0; --i) f.segment(i, "x");
        QCOMPARE(f.sink.text, std::string(kCount, 'x'));
    }

    /// Whatever the cuts, the order and the repetitions: the stream is the stream.
    void everyOrder_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 0; seed < 200; ++seed) QTest::addRow("%u", seed) << seed;
    }
    void everyOrder() {
        QFETCH(unsigned, seed);
        std::mt19937 random(seed);
        std::string stream;
        for (int i = 0; i < 400; ++i) stream += static_cast<char>('a' + random() % 26);
        struct Cut {
            std::size_t begin;
            std::size_t size;
        };
        std::vector<Cut> cuts;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random() % 40, stream.size() - at);
            cuts.push_back({at, size});
            at += size;
        }
        for (int i = 0; i < 30; ++i) {
            const std::size_t at = random() % stream.size();
            cuts.push_back({at, std::min<std::size_t>(1 + random() % 90, stream.size() - at)});
        }
        std::shuffle(cuts.begin(), cuts.end(), random);
        Feeder f(static_cast<std::uint32_t>(random()));
        for (const Cut& cut : cuts) {
            f.segment(static_cast<std::int64_t>(cut.begin), stream.substr(cut.begin, cut.size));
        }
        QCOMPARE(f.sink.text, stream);
        QCOMPARE(f.stream.heldBytes(), std::size_t{0});
    }
};

QTEST_APPLESS_MAIN(TestStreamAssembler)
#include "test_stream_assembler.moc"
