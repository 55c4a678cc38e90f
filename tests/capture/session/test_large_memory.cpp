// Memory in pages of either size: it is all there, holds what was written, and little is taken
// where little is used.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <random>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <QtTest>

#include "capture/session/large_memory.h"

using namespace framescope;

namespace {

using Pages = LargeMemory::Pages;

constexpr std::size_t kKiB = 1024;

std::uint8_t* bytesOf(const LargeMemory& memory) {
    return static_cast<std::uint8_t*>(memory.data());
}

std::uint8_t patternAt(std::size_t at) {
    return static_cast<std::uint8_t>(at * 7 + at / 251 + 1);
}

/// Of the first bytes, how many the machine has given so far.
std::size_t taken(const LargeMemory& memory, std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((size + page - 1) / page);
    if (::mincore(memory.data(), size, resident.data()) != 0) return 0;
    return page * static_cast<std::size_t>(std::ranges::count_if(
                      resident, [](unsigned char flags) { return (flags & 1) != 0; }));
}

}  // namespace

class TestLargeMemory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holdsWhatIsWritten_data() {
        QTest::addColumn<int>("pages");
        QTest::addColumn<qulonglong>("size");
        for (const auto& [name, pages] : {std::pair{"measured", Pages::Measured},
                                          {"small", Pages::Small},
                                          {"large", Pages::Large}}) {
            for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, 256 * kKiB,
                                           256 * kKiB + 1, 3 * kKiB * kKiB + 5, 32 * kKiB * kKiB}) {
                QTest::addRow("%s, %zu", name, size) << static_cast<int>(pages) << qulonglong{size};
            }
        }
    }
    void holdsWhatIsWritten() {
        QFETCH(int, pages);
        QFETCH(qulonglong, size);
        LargeMemory memory(size, static_cast<Pages>(pages));
        QVERIFY(reinterpret_cast<std::uintptr_t>(memory.data()) % 4096 == 0);
        // As the session's thread does it beside the one that writes.
        std::atomic<bool> done = false;
        std::thread ahead([&] {
            while (!done) {
                memory.prepareAhead();
                std::this_thread::yield();
            }
        });
        std::mt19937_64 random(size);
        std::size_t written = 0;
        std::size_t ready = 0;
        bool wasEmpty = true;
        bool wasReady = true;
        while (written < size) {
            // Every other size begins with much at once.
            const bool isMuch = written == 0 ? size % 2 == 1 : random() % 10 == 0;
            const std::size_t most = isMuch ? 5'000'000 : 3000;
            const std::size_t end =
                written + 1 + random() % std::min<std::size_t>(most, size - written);
            if (end > ready) ready = memory.prepare(end);
            wasReady = wasReady && ready >= end && ready <= size;
            for (; written < end; ++written) {
                std::uint8_t& byte = bytesOf(memory)[written];
                wasEmpty = wasEmpty && byte == 0;
                byte = patternAt(written);
            }
        }
        done = true;
        ahead.join();
        QVERIFY(wasReady);
        QVERIFY(wasEmpty);
        std::size_t same = 0;
        while (same < size && bytesOf(memory)[same] == patternAt(same)) ++same;
        QCOMPARE(same, std::size_t{size});
    }

    void littleTakesLittle() {
        constexpr std::size_t kSize = 32 * kKiB * kKiB;
        for (const Pages pages : {Pages::Measured, Pages::Small, Pages::Large}) {
            LargeMemory memory(kSize, pages);
            QCOMPARE(taken(memory, kSize), std::size_t{0});
            memory.prepare(1);
            memory.prepareAhead();
            QVERIFY(taken(memory, kSize) <= 32 * kKiB);
            memory.prepare(200 * kKiB);
            memory.prepareAhead();
            QVERIFY(taken(memory, kSize) <= 256 * kKiB);
        }
    }

    void muchIsTakenInSteps() {
        constexpr std::size_t kSize = 32 * kKiB * kKiB;
        constexpr std::size_t kUsed = 9 * kKiB * kKiB;
        for (const Pages pages : {Pages::Small, Pages::Large}) {
            LargeMemory memory(kSize, pages);
            const std::size_t ready = memory.prepare(kUsed);
            QVERIFY(ready >= kUsed && ready <= kUsed + 2 * kKiB * kKiB);
            if (taken(memory, kSize) == 0) QSKIP("The kernel takes no pages beforehand.");
            QVERIFY(taken(memory, ready) == (ready + 4095) / 4096 * 4096);
            QVERIFY(taken(memory, kSize) <= ready + 2 * kKiB * kKiB);
        }
    }

    void withoutMemory() {
        constexpr std::size_t kTooMuch = std::size_t{1} << 60;
        QVERIFY(LargeMemory(kTooMuch, std::nothrow).data() == nullptr);
        QVERIFY_THROWS_EXCEPTION(std::bad_alloc, LargeMemory{kTooMuch});
        QVERIFY(LargeMemory(1, std::nothrow).data() != nullptr);
    }
};

QTEST_GUILESS_MAIN(TestLargeMemory)
#include "test_large_memory.moc"
