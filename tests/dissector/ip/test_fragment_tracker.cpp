// Fragments in every order and with everything that goes wrong: what comes out is held against the
// datagram they were cut from.
#include <algorithm>
#include <random>

#include <QtTest>

#include "dissector/ip/fragment_tracker.h"

using namespace framescope;
using namespace framescope::ip;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Bytes someBytes(std::size_t size, std::uint32_t seed = 1) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

struct Part {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    bool more = true;
};

/// Cuts a datagram of `size` bytes into parts of `unit`.
std::vector<Part> partsOf(std::size_t size, std::uint32_t unit) {
    std::vector<Part> parts;
    for (std::uint32_t at = 0; at < size; at += unit) {
        const auto rest = static_cast<std::uint32_t>(size - at);
        parts.push_back({at, std::min(unit, rest), rest > unit});
    }
    return parts;
}

/// A tracker that is given parts of one datagram. The data of packet n lies at n * 100,000.
struct Feeder {
    FragmentTracker tracker;
    Fragment header;
    PacketNumber packet = 0;
    std::int64_t timeNs = 1000 * kSecond;

    explicit Feeder(std::uint8_t version = 4) {
        header.source.version = header.destination.version = version;
        header.source.bytes[0] = 10;
        header.destination.bytes[0] = 11;
        header.identification = 7;
        header.protocol = 6;
    }
    std::vector<Datagram> add(std::uint32_t offset, ByteView data, bool more,
                              std::uint64_t wireLength = 0) {
        ++packet;
        Fragment fragment = header;
        fragment.offset = offset;
        fragment.more = more;
        fragment.dataCaptured = data.size();
        fragment.dataLength = wireLength == 0 ? data.size() : wireLength;
        return tracker.add(fragment, data, {packet, timeNs, std::uint64_t{packet} * 100'000});
    }
    std::vector<Datagram> add(ByteView whole, const Part& part) {
        return add(part.offset, whole.subspan(part.offset, part.size), part.more);
    }
};

/// The pieces lie one behind the other, name their packets, and cover `size` bytes.
void checkPieces(const Datagram& datagram, std::size_t size) {
    std::size_t at = 0;
    for (const DatagramPiece& piece : datagram.pieces) {
        QCOMPARE(std::size_t{piece.offset}, at);
        QVERIFY(piece.length != 0);
        QCOMPARE(piece.cut, std::uint32_t{0});
        QCOMPARE(piece.fileOffset / 100'000, std::uint64_t{piece.packet});
        at += piece.length;
    }
    QCOMPARE(at, size);
    QCOMPARE(datagram.length, std::uint64_t{size});
    QVERIFY(datagram.complete && datagram.lengthKnown);
}

std::string text(const Datagram& datagram) {
    return std::string(asText(datagram.payload));
}

}  // namespace

class TestFragmentTracker : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void networksHaveTheirOwnDatagrams() {
        const Bytes one = someBytes(64, 1);
        const Bytes other = someBytes(64, 2);
        Feeder f;
        const auto add = [&f](std::uint32_t network, ByteView whole, std::uint32_t offset) {
            f.header.network = network;
            return f.add(offset, whole.subspan(offset, 32), offset == 0);
        };
        add(5, one, 0);
        add(6, other, 0);
        const auto first = add(5, one, 32);
        const auto second = add(6, other, 32);
        QCOMPARE(first.size(), std::size_t{1});
        QCOMPARE(first[0].payload, one);
        QCOMPARE(first[0].network, 5U);
        QCOMPARE(second.size(), std::size_t{1});
        QCOMPARE(second[0].payload, other);
    }

    void whatComesTooLateIsNoOtherDatagram() {
        const Bytes whole = someBytes(64);
        Feeder f;
        f.add(whole, {0, 32, true});
        f.timeNs += 100 * kSecond;
        QCOMPARE(f.add(whole, {32, 32, false}).size(), std::size_t{1});
        QCOMPARE(f.tracker.finish().size(), std::size_t{1});
        QCOMPARE(f.tracker.figures().givenUp, std::uint64_t{1});
        // The same number much later, for another one of which the end is missing as well.
        f.timeNs += 1000 * kSecond;
        f.add(whole, {0, 32, true});
        f.tracker.finish();
        QCOMPARE(f.tracker.figures().givenUp, std::uint64_t{2});
    }

    void everyOrder_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<int>("size");
        for (const int version : {4, 6}) {
            for (const int size : {25, 32, 31}) {
                QTest::addRow("IPv%d, %d bytes", version, size) << version << size;
            }
        }
    }
    void everyOrder() {
        QFETCH(int, version);
        QFETCH(int, size);
        const Bytes whole = someBytes(static_cast<std::size_t>(size));
        const std::vector<Part> parts = partsOf(whole.size(), 8);
        QCOMPARE(parts.size(), std::size_t{4});
        std::vector<std::size_t> order = {0, 1, 2, 3};
        int orders = 0;
        do {
            Feeder feeder(static_cast<std::uint8_t>(version));
            for (std::size_t i = 0; i < 4; ++i) {
                const auto out = feeder.add(whole, parts[order[i]]);
                QCOMPARE(out.size(), std::size_t{i == 3});
                if (i < 3) continue;
                QCOMPARE(out[0].payload, whole);
                QCOMPARE(out[0].pieces.size(), std::size_t{4});
                checkPieces(out[0], whole.size());
                QCOMPARE(out[0].packet, PacketNumber{4});
                QVERIFY(!out[0].conflict);
                for (std::size_t k = 0; k < 4; ++k) {
                    const auto place = std::ranges::find(order, k) - order.begin();
                    QCOMPARE(out[0].pieces[k].packet, static_cast<PacketNumber>(place + 1));
                }
            }
            QCOMPARE(feeder.tracker.waiting(), std::size_t{0});
            ++orders;
        } while (std::ranges::next_permutation(order).found);
        QCOMPARE(orders, 24);
    }

    /// Random parts, some twice, some overlapping with the same bytes, in any order.
    void everyCut() {
        std::mt19937 random(20);
        for (int round = 0; round < 300; ++round) {
            const Bytes whole = someBytes(1 + random() % 3000, random());
            std::vector<Part> parts = partsOf(whole.size(), 8 * (1 + random() % 40));
            if (parts.size() == 1) continue;
            for (int i = 0; i < 3; ++i) {
                const auto offset = static_cast<std::uint32_t>(random() % whole.size()) & ~7U;
                const std::uint32_t size = 8 * (1 + random() % 60);
                if (offset + size < whole.size()) parts.push_back({offset, size, true});
            }
            std::ranges::shuffle(parts, random);
            Feeder feeder;
            std::vector<Datagram> out;
            for (const Part& part : parts) {
                for (Datagram& datagram : feeder.add(whole, part))
                    out.push_back(std::move(datagram));
            }
            QCOMPARE(out.size(), std::size_t{1});
            QCOMPARE(out[0].payload, whole);
            QVERIFY(!out[0].conflict);
            checkPieces(out[0], whole.size());
            // What came behind the last missing part repeats what is complete.
            QVERIFY(feeder.tracker.finish().empty());
            QCOMPARE(feeder.tracker.figures().givenUp, std::uint64_t{0});
        }
    }

    void firstBytesCount_data() {
        struct Given {
            std::uint32_t offset;
            const char* data;
            bool more;
        };
        QTest::addColumn<QList<int>>("offsets");
        QTest::addColumn<QStringList>("data");
        QTest::addColumn<int>("last");
        QTest::addColumn<QString>("joined");
        QTest::addColumn<bool>("conflict");
        const auto row = [](const char* name, const QList<int>& offsets, const QStringList& data,
                            int last, const QString& joined, bool conflict) {
            QTest::newRow(name) << offsets << data << last << joined << conflict;
        };
        row("into the left one", {0, 8, 24}, {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "c"}, 2,
            "aaaaaaaaaaaaaaaabbbbbbbbc", true);
        row("into the right one", {8, 0, 24}, {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "c"}, 2,
            "bbbbbbbbaaaaaaaaaaaaaaaac", true);
        row("into both", {0, 16, 8, 32},
            {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc", "d"}, 3,
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbd", true);
        row("over all of one", {8, 0, 24}, {"aaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbb", "c"}, 2,
            "bbbbbbbbaaaaaaaabbbbbbbbc", true);
        row("over several", {8, 24, 0, 40},
            {"aaaaaaaa", "bbbbbbbb", "cccccccccccccccccccccccccccccccccccccccc", "d"}, 3,
            "ccccccccaaaaaaaaccccccccbbbbbbbbccccccccd", true);
        row("the same again", {0, 0, 8}, {"aaaaaaaa", "aaaaaaaa", "c"}, 2, "aaaaaaaac", false);
        row("others in the same place", {8, 8, 0, 16}, {"aaaaaaaa", "bbbbbbbb", "dddddddd", "c"}, 3,
            "ddddddddaaaaaaaac", true);
        row("teardrop", {0, 24}, {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbb"}, 1,
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true);
        row("beyond the end", {8, 16, 0}, {"c", "bbbbbbbb", "aaaaaaaa"}, 0, "aaaaaaaac", true);
        row("two ends", {8, 8, 0}, {"c", "cd", "aaaaaaaa"}, 0, "aaaaaaaac", true);
        row("not whole units", {0, 8}, {"aaaaaaaaaa", "bbb"}, 1, "aaaaaaaabbb", false);
        row("an end without bytes", {0, 8}, {"aaaaaaaa", ""}, 1, "aaaaaaaa", false);
    }
    void firstBytesCount() {
        QFETCH(QList<int>, offsets);
        QFETCH(QStringList, data);
        QFETCH(int, last);
        QFETCH(QString, joined);
        QFETCH(bool, conflict);
        Feeder feeder;
        std::vector<Datagram> out;
        for (qsizetype i = 0; i < offsets.size(); ++i) {
            QVERIFY(out.empty());
            const bool end = i == last || data[i] == QStringLiteral("cd");
            const std::string bytes = data[i].toStdString();
            out = feeder.add(static_cast<std::uint32_t>(offsets[i]), asBytes(bytes), !end);
        }
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(text(out[0])), joined);
        QCOMPARE(out[0].conflict, conflict);
        checkPieces(out[0], static_cast<std::size_t>(joined.size()));
    }

    void tinyFragments() {
        const Bytes whole = someBytes(65535);
        Feeder feeder;
        std::vector<Datagram> out;
        std::vector<Part> parts = partsOf(whole.size(), 8);
        std::ranges::shuffle(parts, std::mt19937(3));
        for (const Part& part : parts) out = feeder.add(whole, part);
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, whole);
        checkPieces(out[0], whole.size());
    }

    void tooFarIsRefused() {
        // The "ping of death": the last fragment reaches beyond what a length can say.
        Feeder feeder;
        const Bytes data = someBytes(1000);
        QVERIFY(feeder.add(0, data, true).empty());
        QVERIFY(feeder.add(65528, data, false).empty());
        QVERIFY(feeder.add(64536, ByteView(data).first(1000), false).empty());
        QVERIFY(feeder.add(8, data, true, std::uint64_t{1} << 33).empty());
        QCOMPARE(feeder.tracker.figures().refused, std::uint64_t{3});
        QCOMPARE(feeder.tracker.waiting(), std::size_t{1});
        // One without a whole unit of eight bytes could never be followed by another.
        QVERIFY(feeder.add(1000, ByteView(data).first(7), true).empty());
        QCOMPARE(feeder.tracker.figures().refused, std::uint64_t{4});
    }

    void whatIsMissingIsGivenUp_data() {
        QTest::addColumn<int>("missing");
        QTest::addColumn<int>("beginning");
        QTest::newRow("the first") << 0 << 0;
        QTest::newRow("one between") << 1 << 8;
        QTest::newRow("the last") << 3 << 24;
    }
    void whatIsMissingIsGivenUp() {
        QFETCH(int, missing);
        QFETCH(int, beginning);
        const Bytes whole = someBytes(29);
        const std::vector<Part> parts = partsOf(whole.size(), 8);
        for (const bool byTime : {true, false}) {
            Feeder feeder;
            for (int i = 0; i < 4; ++i) {
                if (i != missing)
                    QVERIFY(feeder.add(whole, parts[static_cast<std::size_t>(i)]).empty());
            }
            const std::int64_t deadline = feeder.timeNs + FragmentTracker::kTimeoutNs;
            QCOMPARE(feeder.tracker.deadline(), deadline);
            QVERIFY(feeder.tracker.expire(deadline).empty());
            const auto out = byTime ? feeder.tracker.expire(deadline + 1) : feeder.tracker.finish();
            QCOMPARE(out.size(), std::size_t{1});
            QVERIFY(!out[0].complete);
            QCOMPARE(out[0].lengthKnown, missing != 3);
            QCOMPARE(out[0].length, std::uint64_t{missing == 3 ? 24U : 29U});
            QCOMPARE(out[0].pieces.size(), std::size_t{3});
            const ByteView read = out[0].beginning();
            QCOMPARE(read.size(), static_cast<std::size_t>(beginning));
            QVERIFY(std::ranges::equal(read, ByteView(whole).first(read.size())));
            QCOMPARE(feeder.tracker.figures().givenUp, std::uint64_t{1});
            QCOMPARE(feeder.tracker.waiting(), std::size_t{0});
            if (byTime) QCOMPARE(feeder.tracker.heldBytes(), std::size_t{0});
        }
    }

    /// What a snap length left out is known to be missing, unless another packet brings it.
    void cutShort() {
        const Bytes whole = someBytes(40);
        const ByteView view = whole;
        Feeder feeder;
        QVERIFY(feeder.add(0, view.first(10), true, 16).empty());
        QVERIFY(feeder.add(16, {}, true, 8).empty());
        auto out = feeder.add(24, view.subspan(24, 12), false, 16);
        QCOMPARE(out.size(), std::size_t{1});
        QVERIFY(out[0].complete);
        QCOMPARE(out[0].length, std::uint64_t{40});
        QCOMPARE(out[0].pieces.size(), std::size_t{2});
        QCOMPARE(out[0].pieces[0].cut, std::uint32_t{14});
        QCOMPARE(out[0].pieces[1].offset, std::uint32_t{24});
        QCOMPARE(out[0].pieces[1].cut, std::uint32_t{4});
        QCOMPARE(out[0].beginning().size(), std::size_t{10});

        Feeder again;
        QVERIFY(again.add(0, view.first(10), true, 16).empty());
        QVERIFY(again.add(0, view.first(16), true).empty());
        out = again.add(16, view.subspan(16), false);
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, whole);
        checkPieces(out[0], whole.size());

        // The first one without a single byte.
        Feeder none;
        QVERIFY(none.add(0, {}, true, 16).empty());
        out = none.add(16, view.subspan(16), false);
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].pieces[0].length, std::uint32_t{0});
        QCOMPARE(out[0].pieces[0].cut, std::uint32_t{16});
        QVERIFY(out[0].beginning().empty());
    }

    void lateRepetitionsBeginNothing() {
        const Bytes whole = someBytes(64);
        Feeder feeder;
        for (const Part& part : partsOf(whole.size(), 16)) feeder.add(whole, part);
        QCOMPARE(feeder.tracker.figures().complete, std::uint64_t{1});
        // The same fragments, others of the same bytes, and only one of them.
        for (const std::uint32_t unit : {16U, 8U, 24U}) {
            for (const Part& part : partsOf(whole.size(), unit)) {
                QVERIFY(feeder.add(whole, part).empty());
            }
        }
        QVERIFY(feeder.add(whole, {16, 16, true}).empty());
        QCOMPARE(feeder.tracker.waiting(), std::size_t{1});
        QVERIFY(feeder.tracker.expire(feeder.timeNs + FragmentTracker::kTimeoutNs + 1).empty());
        QCOMPARE(feeder.tracker.waiting(), std::size_t{0});
        QCOMPARE(feeder.tracker.figures().complete, std::uint64_t{1});
        QCOMPARE(feeder.tracker.figures().givenUp, std::uint64_t{0});
    }

    /// 65,536 datagrams later the identification is used again, at once or long after.
    void identificationUsedAgain() {
        for (const std::int64_t pause : {std::int64_t{1000}, 90 * kSecond, -90 * kSecond}) {
            Feeder feeder;
            const Bytes first = someBytes(48, 1);
            Bytes second = someBytes(48, 2);
            // A part that is the same in both is no repetition of the first.
            std::copy_n(first.begin() + 16, 16, second.begin() + 16);
            for (const Part& part : partsOf(48, 16)) feeder.add(first, part);
            feeder.timeNs += pause;
            QVERIFY(feeder.add(second, {16, 16, true}).empty());
            QVERIFY(feeder.add(second, {0, 16, true}).empty());
            const auto out = feeder.add(second, {32, 16, false});
            QCOMPARE(out.size(), std::size_t{1});
            QCOMPARE(out[0].payload, second);
            QVERIFY(!out[0].conflict);
            QCOMPARE(feeder.tracker.figures().complete, std::uint64_t{2});
        }
        // What still waited is not mixed with what comes after the time, in either direction.
        for (const std::int64_t pause : {61 * kSecond, -61 * kSecond}) {
            Feeder feeder;
            const Bytes whole = someBytes(48, 1);
            QVERIFY(feeder.add(whole, {0, 16, true}).empty());
            feeder.timeNs += pause;
            const auto out = feeder.add(whole, {16, 32, false});
            QCOMPARE(out.size(), std::size_t{1});
            QVERIFY(!out[0].complete);
            QCOMPARE(feeder.tracker.waiting(), std::size_t{1});
        }
    }

    /// And again, while fragments are missing of the datagram before: its rest is not mixed in.
    void identificationUsedAgainTooEarly() {
        const Bytes old = someBytes(64, 1);
        const Bytes young = someBytes(80, 2);
        const std::vector<Part> oldParts = partsOf(64, 16);
        const std::vector<Part> youngParts = partsOf(80, 16);
        for (std::size_t missing = 1; missing < 4; ++missing) {
            Feeder feeder;
            for (std::size_t i = 0; i < 4; ++i) {
                if (i != missing) QVERIFY(feeder.add(old, oldParts[i]).empty());
            }
            std::vector<Datagram> out;
            for (const Part& part : youngParts) {
                QVERIFY(out.empty());
                out = feeder.add(young, part);
            }
            QCOMPARE(out.size(), std::size_t{2});
            QVERIFY(!out[0].complete);
            QCOMPARE(out[0].packet, PacketNumber{3});
            QVERIFY(std::ranges::equal(out[0].beginning(), ByteView(old).first(16 * missing)));
            QVERIFY(out[1].complete && !out[1].conflict);
            QCOMPARE(out[1].payload, young);
            QCOMPARE(feeder.tracker.waiting(), std::size_t{0});
            QCOMPARE(feeder.tracker.figures().givenUp, std::uint64_t{1});
        }
        // What contradicts the newer one belongs to the older.
        Feeder feeder;
        QVERIFY(feeder.add(old, {0, 16, true}).empty());
        QVERIFY(feeder.add(young, {0, 48, true}).empty());
        QVERIFY(feeder.add(old, {16, 16, true}).empty());
        auto out = feeder.add(old, {32, 32, false});
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, old);
        out = feeder.add(young, {48, 32, false});
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, young);
    }

    void firstFragmentsOfOneKeyAreBounded() {
        Feeder feeder;
        for (std::uint32_t i = 0; i < 1000; ++i) {
            feeder.add(0, someBytes(16, i), true);
            QVERIFY(feeder.tracker.waiting() <= FragmentTracker::kMaxAlike);
        }
        QCOMPARE(feeder.tracker.finish().size(), FragmentTracker::kMaxAlike);
    }

    void timeMayRunBackwardsALittle() {
        const Bytes whole = someBytes(48);
        Feeder feeder;
        QVERIFY(feeder.add(whole, {0, 16, true}).empty());
        feeder.timeNs -= 30 * kSecond;
        QVERIFY(feeder.add(whole, {32, 16, false}).empty());
        feeder.timeNs += 40 * kSecond;
        QCOMPARE(feeder.add(whole, {16, 16, true}).size(), std::size_t{1});
    }

    void whatTellsDatagramsApart() {
        const Bytes whole = someBytes(32);
        for (const int change : {0, 1, 2, 3}) {
            for (const std::uint8_t version : {std::uint8_t{4}, std::uint8_t{6}}) {
                Feeder feeder(version);
                QVERIFY(feeder.add(whole, {0, 16, true}).empty());
                if (change == 0) feeder.header.source.bytes[3] = 1;
                if (change == 1) feeder.header.destination.bytes[3] = 1;
                if (change == 2) feeder.header.identification = 8;
                if (change == 3) feeder.header.protocol = 17;
                const auto out = feeder.add(whole, {16, 16, false});
                // Later fragments of IPv6 may name any protocol; the first one's counts.
                const bool joins = change == 3 && version == 6;
                QCOMPARE(out.size(), std::size_t{joins});
                if (joins) QCOMPARE(out[0].protocol, std::uint8_t{6});
            }
        }
    }

    void wholeByItself() {
        // RFC 6946: nothing to a datagram that waits.
        const Bytes whole = someBytes(32);
        const Bytes other = someBytes(20, 9);
        Feeder feeder(6);
        QVERIFY(feeder.add(whole, {0, 16, true}).empty());
        auto out = feeder.add(0, other, false);
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, other);
        checkPieces(out[0], other.size());
        out = feeder.add(whole, {16, 16, false});
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, whole);
    }

    void memoryIsBounded() {
        Feeder feeder;
        const Bytes data = someBytes(1400);
        std::uint64_t givenUp = 0;
        for (std::uint32_t i = 0; i < 100'000; ++i) {
            feeder.header.identification = i;
            givenUp += feeder.add(0, ByteView(data).first(8 * (1 + i % 170)), true).size();
            QVERIFY(feeder.tracker.waiting() <= FragmentTracker::kMaxDatagrams);
            QVERIFY(feeder.tracker.heldBytes() <= FragmentTracker::kMaxHeldBytes);
        }
        QCOMPARE(givenUp + feeder.tracker.waiting(), std::uint64_t{100'000});
        QCOMPARE(feeder.tracker.figures().givenUp, givenUp);
        QCOMPARE(feeder.tracker.figures().tooMany, givenUp);
        // The same for those that are complete, and for many parts without a byte.
        Feeder whole;
        for (std::uint32_t i = 0; i < 20'000; ++i) {
            whole.header.identification = i;
            whole.add(0, data, true);
            whole.add(1400, data, false);
            QVERIFY(whole.tracker.heldBytes() <= FragmentTracker::kMaxHeldBytes);
        }
        QCOMPARE(whole.tracker.figures().complete, std::uint64_t{20'000});
        Feeder empty;
        for (std::uint32_t i = 0; i < 300'000; ++i) {
            empty.header.identification = i / 4000;
            empty.add(16 * (i % 4000), {}, true, 8);
            QVERIFY(empty.tracker.heldBytes() <= FragmentTracker::kMaxHeldBytes);
        }
        QVERIFY(empty.tracker.figures().givenUp > 0);
    }

    /// A fragment inside a datagram that was itself put together lies in several places.
    void severalPlaces() {
        const Bytes whole = someBytes(48);
        FragmentTracker tracker;
        Fragment fragment;
        fragment.source.version = fragment.destination.version = 4;
        fragment.more = true;
        fragment.dataCaptured = fragment.dataLength = 32;
        const std::array places = {DatagramPiece{0, 12, 0, 1, 5000},
                                   DatagramPiece{12, 20, 0, 2, 7000}};
        QVERIFY(tracker.add(fragment, ByteView(whole).first(32), places, 2, 0).empty());
        fragment.offset = 32;
        fragment.more = false;
        fragment.dataCaptured = fragment.dataLength = 16;
        const auto out = tracker.add(fragment, ByteView(whole).subspan(32), {3, 0, 9000});
        QCOMPARE(out.size(), std::size_t{1});
        QCOMPARE(out[0].payload, whole);
        QCOMPARE(out[0].pieces.size(), std::size_t{3});
        QCOMPARE(out[0].pieces[1].offset, std::uint32_t{12});
        QCOMPARE(out[0].pieces[1].fileOffset, std::uint64_t{7000});
        QCOMPARE(out[0].pieces[2].packet, PacketNumber{3});
    }
};

QTEST_APPLESS_MAIN(TestFragmentTracker)
#include "test_fragment_tracker.moc"
