// The window over a byte source: whatever is asked for in whatever order, and whichever thread
// reads, it gives the bytes of the source.
#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include <QtTest>

#include "capture/file/read_window.h"

using namespace framescope;

namespace {

/// Bytes in memory; may fail, or end, at a place.
class MemorySource : public ByteSource {
public:
    explicit MemorySource(std::size_t size) : m_bytes(size) {
        for (std::size_t i = 0; i < size; ++i) {
            m_bytes[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13);
        }
    }
    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        if (offset >= failsAt) return Error{"The disk is broken."};
        if (offset >= m_bytes.size()) return std::size_t{0};
        const std::size_t n = std::min({out.size(), m_bytes.size() - offset, failsAt - offset});
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(offset), n, out.begin());
        return n;
    }
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override {
        ++(std::this_thread::get_id() == m_thread ? readsHere : readsElsewhere);
        return readAt(offset, out);
    }
    std::optional<Notice> endNotice() const override { return std::nullopt; }
    std::optional<Error> changed() const override { return std::nullopt; }
    std::uint64_t storedSize() const override { return m_bytes.size(); }
    std::uint64_t storedPosition(std::uint64_t offset) const override { return offset; }
    std::optional<std::uint64_t> size() const override { return m_bytes.size(); }

    const Bytes& bytes() const { return m_bytes; }
    /// Whether a window gives what is here.
    bool isAsIn(ReadWindow& window, std::uint64_t offset, std::size_t length) const {
        const ByteView seen = window.view(offset, length);
        const std::uint64_t end = std::min<std::uint64_t>(m_bytes.size(), failsAt);
        const std::size_t there =
            offset >= end ? 0
                          : static_cast<std::size_t>(std::min<std::uint64_t>(length, end - offset));
        return seen.size() == there &&
               std::equal(seen.begin(), seen.end(),
                          m_bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    std::uint64_t failsAt = ~std::uint64_t{0};
    std::atomic<int> readsHere = 0;       ///< on the thread that made this
    std::atomic<int> readsElsewhere = 0;  ///< on another one

private:
    Bytes m_bytes;
    const std::thread::id m_thread = std::this_thread::get_id();
};

std::size_t below(std::mt19937& random, std::size_t end) {
    return random() % end;
}

constexpr std::size_t kSize = (std::size_t{9} << 20) + 12345;

}  // namespace

class TestReadWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// As packets are read: a header, then what it says, one behind the other.
    void readsFromFrontToBack_data() { byThreads(); }
    void readsFromFrontToBack() {
        for (const std::size_t piece : {16U, 1500U, 65'000U, 300'000U, 1'000'000U}) {
            MemorySource source(kSize);
            ReadWindow window(source);
            beginIn(window);
            for (std::uint64_t at = 0; at < kSize + piece; at += piece) {
                QVERIFY(source.isAsIn(window, at, std::min<std::size_t>(piece, 16)));
                QVERIFY(source.isAsIn(window, at, piece));
            }
            QVERIFY(window.error().empty());
        }
    }

    /// Sizes at random, large ones among them, which need more than one block.
    void readsPiecesOfAnySize_data() { byThreads(); }
    void readsPiecesOfAnySize() {
        std::mt19937 random(20261129);
        for (int run = 0; run < 20; ++run) {
            MemorySource source(kSize);
            ReadWindow window(source);
            beginIn(window);
            std::uint64_t at = 0;
            while (at < kSize) {
                const std::size_t length =
                    below(random, 20) == 0 ? below(random, 700'000) : below(random, 3000);
                QVERIFY(source.isAsIn(window, at, length));
                at += length;
            }
        }
    }

    /// Skipping is read on, and so is going back.
    void jumpsAbout_data() { byThreads(); }
    void jumpsAbout() {
        std::mt19937 random(29112026);
        for (int run = 0; run < 20; ++run) {
            MemorySource source(kSize);
            ReadWindow window(source);
            beginIn(window);
            std::uint64_t at = 0;
            for (int i = 0; i < 50; ++i) {
                at = below(random, 4) == 0 ? below(random, kSize + 1000)
                                           : at + below(random, 400'000);
                QVERIFY(source.isAsIn(window, at, below(random, 100'000)));
            }
        }
    }

    /// A system call costs as much as reading many small packets.
    void readsWholeBlocks_data() { byThreads(); }
    void readsWholeBlocks() {
        MemorySource source(kSize);
        ReadWindow window(source);
        beginIn(window);
        for (std::uint64_t at = 0; at < kSize; at += 100) QVERIFY(source.isAsIn(window, at, 100));
        QVERIFY(source.readsHere + source.readsElsewhere <= static_cast<int>(kSize / 100'000));
    }

    void aFailureComesAtItsPlace_data() { byThreads(); }
    void aFailureComesAtItsPlace() {
        for (const std::uint64_t failsAt : {std::uint64_t{0}, std::uint64_t{100'000},
                                            std::uint64_t{3'000'000}, std::uint64_t{kSize - 1}}) {
            MemorySource source(kSize);
            source.failsAt = failsAt;
            ReadWindow window(source);
            beginIn(window);
            for (std::uint64_t at = 0; at < failsAt; at += 1000) {
                QVERIFY(source.isAsIn(window, at, 1000));
            }
            QVERIFY(window.view(failsAt, 1).empty());
            QCOMPARE(window.error(), std::string("The disk is broken."));
        }
    }

    /// Why bytes are missing is known with the first view that lacks some, not only when it is
    /// asked for them again.
    void aShortViewHasItsReason_data() { byThreads(); }
    void aShortViewHasItsReason() {
        // Behind what is read before the other thread begins, in its fourth block, and at its end.
        for (const std::size_t into : {std::size_t{100}, BlocksAhead::kBlock}) {
            MemorySource source(kSize);
            source.failsAt = (std::size_t{128} << 10) + 3 * BlocksAhead::kBlock + into;
            ReadWindow window(source);
            beginIn(window);
            std::uint64_t at = 0;
            for (; at + 1000 <= source.failsAt; at += 1000) {
                QVERIFY(source.isAsIn(window, at, 1000));
            }
            QVERIFY(window.error().empty());
            QVERIFY(source.isAsIn(window, at, 1000));
            QCOMPARE(window.error(), std::string("The disk is broken."));
        }
    }

    /// What is wanted next, until something is asked for that is in none of its blocks.
    void anotherThreadReads() {
        MemorySource source(kSize);
        ReadWindow window(source);
        window.readAhead();
        QVERIFY(source.isAsIn(window, 0, 1000));
        QTRY_COMPARE(source.readsElsewhere, 6);
        QCOMPARE(source.readsHere, 1);
        std::uint64_t at = 1000;
        // It sleeps, and wakes when they are used up.
        for (; at < 6 * BlocksAhead::kBlock; at += 1000) QVERIFY(source.isAsIn(window, at, 1000));
        QTRY_VERIFY(source.readsElsewhere > 6);
        for (; at < kSize / 2; at += 1000) QVERIFY(source.isAsIn(window, at, 1000));
        QVERIFY(source.isAsIn(window, at, 2 * BlocksAhead::kBlock));
        const int elsewhere = source.readsElsewhere;
        for (; at < kSize; at += 1000) QVERIFY(source.isAsIn(window, at, 1000));
        QCOMPARE(source.readsElsewhere, elsewhere);
    }

    /// From wherever somebody says so.
    void anotherThreadReadsOn() {
        MemorySource source(kSize);
        ReadWindow window(source);
        QVERIFY(source.isAsIn(window, 0, 1000));
        window.readAhead();
        QVERIFY(source.isAsIn(window, 1000, 1000));
        QCOMPARE(source.readsHere, 1);
        QVERIFY(source.isAsIn(window, 2000, 200'000));
        QTRY_VERIFY(source.readsElsewhere > 0);
        for (std::uint64_t at = 202'000; at < kSize; at += 1000) {
            QVERIFY(source.isAsIn(window, at, 1000));
        }
    }

    /// Whatever the thread does at that moment.
    void mayBeLeftAnywhere() {
        for (std::size_t blocks = 0; blocks < 18; ++blocks) {
            MemorySource source(kSize);
            ReadWindow window(source);
            window.readAhead();
            for (std::size_t i = 0; i < blocks; ++i) {
                QVERIFY(source.isAsIn(window, i * BlocksAhead::kBlock, BlocksAhead::kBlock));
            }
        }
    }

private:
    static void byThreads() {
        QTest::addColumn<bool>("ahead");
        QTest::newRow("by itself") << false;
        QTest::newRow("on another thread") << true;
    }
    static void beginIn(ReadWindow& window) {
        QFETCH(bool, ahead);
        if (ahead) window.readAhead();
    }
};

QTEST_GUILESS_MAIN(TestReadWindow)
#include "test_read_window.moc"
