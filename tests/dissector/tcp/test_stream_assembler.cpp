// The stream assembler gets the same bytes in every order a network and a capture can bring them.
#include <algorithm>
#include <random>

#include <QtTest>

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
    void streamGap(StreamOffset offset, std::uint64_t missing) override {
        QCOMPARE(offset, next);
        next += missing;
        text += "<" + std::to_string(missing) + ">";
    }
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
        stream.acknowledged(base, 0, sink);
    }
    /// A segment at an offset relative to the base; its file offset is 1000 times the packet.
    void segment(std::int64_t offset, std::string_view text) {
        ++packet;
        stream.segment(stream.base() + static_cast<std::uint32_t>(offset), asBytes(text),
                       text.size(), {packet, 0, std::uint64_t{packet} * 1000}, sink);
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
        f.stream.segment(kBase + 10, {}, 20, {1, 0, 0}, f.sink);
        QCOMPARE(f.sink.text, std::string());
        f.segment(0, "abc");
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("abc<27>"));
        // Also where one more was acknowledged: the FIN.
        Feeder g;
        g.stream.segment(kBase + 10, {}, 20, {1, 0, 0}, g.sink);
        g.stream.acknowledged(kBase + 31, 2, g.sink);
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
        // Gaps stand in for the bytes: each jump is below the 2 GiB that sequence numbers can tell.
        Feeder f;
        StreamOffset offset = 0;
        for (int i = 0; i < 10; ++i) {
            offset += 1'500'000'000;
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
        f.stream.acknowledged(kBase + 7, 10, f.sink);
        QCOMPARE(f.sink.text, std::string("abc"));
        f.stream.acknowledged(kBase + 7, 10 + StreamAssembler::kPatience, f.sink);
        QCOMPARE(f.sink.text, std::string("abc"));
        f.stream.acknowledged(kBase + 7, 11 + StreamAssembler::kPatience, f.sink);
        QCOMPARE(f.sink.text, std::string("abc<2>fg"));
        f.segment(3, "de");  // too late
        QCOMPARE(f.sink.text, std::string("abc<2>fg"));
    }

    void holeIsGivenUpWithoutAcknowledgmentsWhereThereAreNone() {
        StreamAssembler stream;
        Recorder sink;
        stream.start(kBase);
        for (PacketNumber packet = 1; packet <= 200; ++packet) {
            stream.segment(kBase + 1 + packet, asBytes("x"), 1, {packet, 0, 0}, sink);
            QCOMPARE(sink.text.empty(), packet <= 129);
        }
        QVERIFY(sink.text.starts_with("<2>x"));
    }

    void packetsOutOfOrderByDozensAreWaitedFor() {
        Feeder f;
        f.segment(3, "def");
        for (PacketNumber packet = 2; packet < 100; ++packet) {
            f.stream.acknowledged(kBase + 6, packet, f.sink);
        }
        f.segment(0, "abc");
        QCOMPARE(f.sink.text, std::string("abcdef"));
    }

    void holeThatFillsInTimeIsNone() {
        Feeder f;
        f.segment(2, "cd");
        f.stream.acknowledged(kBase + 4, 2, f.sink);
        f.segment(0, "ab");
        f.segment(6, "gh");
        f.stream.acknowledged(kBase + 4, 500, f.sink);
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
        f.stream.acknowledged(kBase + 10, 2, f.sink);
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("ab<8>"));
    }

    void acknowledgedFinIsNoMissingByte() {
        Feeder f;
        f.segment(0, "ab");
        f.stream.acknowledged(kBase + 3, 2, f.sink);
        f.stream.flush(f.sink);
        QCOMPARE(f.sink.text, std::string("ab"));
    }

    void cutSegmentLeavesAHole() {
        Feeder f;
        // 10 bytes on the wire, 4 of them captured.
        f.stream.segment(kBase, asBytes("abcd"), 10, {1, 0, 0}, f.sink);
        f.segment(10, "kl");
        QCOMPARE(f.sink.text, std::string("abcd<6>kl"));
    }

    void cutSegmentOutOfOrder() {
        Feeder f;
        f.stream.segment(kBase + 3, asBytes("de"), 5, {1, 0, 0}, f.sink);
        f.segment(0, "abc");
        QCOMPARE(f.sink.text, std::string("abcde<3>"));
        f.segment(8, "ij");
        QCOMPARE(f.sink.text, std::string("abcde<3>ij"));
    }

    void cutSegmentSentAgainInPieces() {
        Feeder f;
        f.segment(6, "gh");
        f.stream.segment(kBase, asBytes("ab"), 6, {2, 0, 0}, f.sink);
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
        f.stream.finish(kBase + 4);
        QVERIFY(!f.stream.finished());
        f.segment(2, "cd");
        QVERIFY(f.stream.finished());
    }

    void limitGivesTheHoleUp() {
        Feeder f;
        const std::string chunk(1 << 20, 'x');
        for (int i = 0; i < 20; ++i) f.segment(10 + i * (1 << 20), chunk);
        QVERIFY(f.stream.heldBytes() <= StreamAssembler::kMaxHeldBytes);
        QVERIFY(f.sink.text.starts_with("<10>x"));
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
