// The terminal program's heap in this program: its memory comes many pages at a time, is used
// again, and is what was asked for.
#include <QtTest>

#include "app/cli/heap.h"

#ifdef FRAMESCOPE_JEMALLOC

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <jemalloc/jemalloc.h>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using Object = std::unique_ptr<std::uint8_t[]>;

constexpr std::size_t kPage = 4096;

/// Whether the machine has brought the page in which a byte lies.
bool isThere(std::uint8_t* byte) {
    unsigned char flags = 0;
    std::uint8_t* const page = byte - reinterpret_cast<std::uintptr_t>(byte) % kPage;
    return ::mincore(page, 1, &flags) == 0 && (flags & 1) != 0;
}

/// Gives back to the machine what of the heap is not used.
void purge() {
    const std::string name = "arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge";
    if (::mallctl(name.c_str(), nullptr, nullptr, nullptr, 0) != 0) qFatal("no purge");
}

/// Bytes of the machine that this program takes.
std::size_t resident() {
    std::size_t all = 0;
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Sizes of objects as a reading has them, and a few large ones.
std::size_t someSize(std::mt19937_64& random) {
    switch (random() % 20) {
        case 0:
            return 1 + random() % 300'000;
        case 1:
            return random() % 50 == 0 ? 1 + random() % 6'000'000 : 1 + random() % 20'000;
        default:
            return 1 + random() % 900;
    }
}

}  // namespace

class TestHeap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { framescope::cli::takeHeapInLargeSteps(); }

    void isAskedForMemory() {
        bool retains = true;
        std::size_t size = sizeof(retains);
        QCOMPARE(::mallctl("opt.retain", &retains, &size, nullptr, 0), 0);
        QVERIFY(!retains);
        for (const char* const name :
             {"arena.0.extent_hooks", "arena.1.extent_hooks", "arena.2.extent_hooks"}) {
            extent_hooks_t* hooks = nullptr;
            size = sizeof(void*);
            QCOMPARE(::mallctl(name, &hooks, &size, nullptr, 0), 0);
            QVERIFY(hooks->alloc != nullptr && hooks->dalloc == nullptr);
        }
    }

    /// A page that is touched costs a way to the kernel; most are there before.
    void pagesComeTogether() {
#ifdef MADV_POPULATE_WRITE
        void* const page =
            ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        const bool isKnown = ::madvise(page, kPage, MADV_POPULATE_WRITE) == 0;
        ::munmap(page, kPage);
        if (!isKnown) QSKIP("The kernel takes no pages beforehand.");
        std::size_t there = 0;
        std::size_t all = 0;
        std::thread([&] {
            // Nobody has written to them.
            std::vector<Object> objects(8000);
            for (Object& object : objects) {
                object = std::make_unique_for_overwrite<std::uint8_t[]>(kPage);
                there += isThere(object.get()) ? 1 : 0;
                ++all;
            }
        }).join();
        QVERIFY2(there > all * 9 / 10, qPrintable(QString::number(there)));
#else
        QSKIP("The C library does not know how to take pages beforehand.");
#endif
    }

    void isZeroWhereAskedFor() {
        std::mt19937_64 random(1);
        for (int round = 0; round < 3000; ++round) {
            const std::size_t size = someSize(random);
            auto* const bytes = static_cast<std::uint8_t*>(std::calloc(size, 1));
            QVERIFY(bytes != nullptr);
            QVERIFY(std::all_of(bytes, bytes + size, [](std::uint8_t byte) { return byte == 0; }));
            std::fill_n(bytes, size, std::uint8_t{0xff});
            std::free(bytes);
            // What was given back and comes again is zero, too.
            if (round % 100 == 0) purge();
        }
    }

    void memoryIsUsedAgain() {
        std::mt19937_64 random(2);
        std::size_t before = 0;
        for (int round = 0; round < 60; ++round) {
            std::vector<Object> objects;
            for (std::size_t all = 0; all < 12'000'000;) {
                const std::size_t size = someSize(random);
                objects.push_back(std::make_unique<std::uint8_t[]>(size));
                all += size;
            }
            if (round == 20) before = resident();
        }
        QVERIFY2(resident() < before + 40'000'000,
                 qPrintable(QString::number(resident() - before)));
    }

    /// More threads than arenas, and objects that another thread frees.
    void threadsShareIt() {
        constexpr std::size_t kThreads = 8;
        struct Written {
            Object bytes;
            std::size_t size = 0;
            std::uint8_t value = 0;
        };
        std::mutex mutex;
        std::vector<Written> passed;
        std::atomic<int> wrong = 0;
        const auto check = [&](const Written& one) {
            const bool isRight = std::all_of(one.bytes.get(), one.bytes.get() + one.size,
                                             [&](std::uint8_t byte) { return byte == one.value; });
            if (!isRight) ++wrong;
        };
        std::vector<std::thread> threads;
        for (std::size_t thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                std::mt19937_64 random(thread);
                std::vector<Written> own(100);
                for (int i = 0; i < 15'000; ++i) {
                    Written& one = own[random() % own.size()];
                    if (one.bytes) check(one);
                    one.size = someSize(random);
                    one.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(one.size);
                    one.value = static_cast<std::uint8_t>(random());
                    std::fill_n(one.bytes.get(), one.size, one.value);
                    if (i % 10 != 0) continue;
                    const std::lock_guard lock(mutex);
                    if (passed.size() > 50) {
                        std::swap(passed[random() % passed.size()], one);
                    } else {
                        passed.push_back(std::move(one));
                        one = {};
                    }
                }
                for (const Written& one : own) {
                    if (one.bytes) check(one);
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (const Written& one : passed) check(one);
        QCOMPARE(wrong.load(), 0);
    }
};

#else

class TestHeap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QSKIP("In this build the heap is the sanitizer's own."); }
    void heap() {}
};

#endif

QTEST_GUILESS_MAIN(TestHeap)
#include "test_heap.moc"
