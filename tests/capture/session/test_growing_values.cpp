// Values that one thread writes while another one reads: nothing is copied where they go on, and
// nothing is lost where they do not.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <QtTest>

#include "capture/session/growing_values.h"

using namespace framescope;

namespace {

struct Value {
    std::uint64_t number = 0;
    std::uint64_t twice = 0;
};

Value valueOf(std::uint64_t number) {
    return {number, 2 * number};
}

bool holds(const GrownValues<Value>& grown, std::uint64_t from, std::uint64_t until) {
    for (std::uint64_t i = from; i < until; ++i) {
        if (grown[i].number != i || grown[i].twice != 2 * i) return false;
    }
    return true;
}

constexpr std::size_t kChunk = ValueChunk<Value>::kValues;

}  // namespace

class TestGrowingValues : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Cut in front of, at and behind the ends of chunks.
    void whatGoesOnStaysWhereItIs() {
        FreshValues<Value> writer;
        GrownValues<Value> grown;
        QVERIFY(writer.empty() && grown.empty());
        grown.append(writer.cut());
        const std::vector<std::size_t> cuts{1,          2,          kChunk - 1,     kChunk,
                                            kChunk,     kChunk + 1, 2 * kChunk - 3, 2 * kChunk + 5,
                                            3 * kChunk, 3 * kChunk, 3 * kChunk + 1};
        std::uint64_t next = 0;
        for (const std::size_t end : cuts) {
            const Value* last = nullptr;
            const std::size_t before = grown.size();
            while (next < end) last = &writer.add(valueOf(next++));
            QCOMPARE(writer.size(), end - before);
            for (std::size_t i = 0; i < writer.size(); i += 1000) {
                QCOMPARE(writer[i].number, before + i);
            }
            if (last != nullptr) QCOMPARE(&writer.back(), last);
            grown.append(writer.cut());
            QVERIFY(writer.empty());
            QCOMPARE(grown.size(), end);
            if (last != nullptr) QVERIFY(&grown[end - 1] == last);
            grown.prepareAhead();
        }
        QVERIFY(holds(grown, 0, next));
    }

    void iteratesOverWhatWasAddedSinceTheCut() {
        FreshValues<Value> writer;
        for (std::uint64_t i = 0; i < 5; ++i) writer.add(valueOf(i));
        writer.cut();
        for (std::uint64_t i = 5; i < 9; ++i) writer.push_back(valueOf(i));
        writer.pop_back();
        std::vector<std::uint64_t> seen;
        for (const Value& value : writer) seen.push_back(value.number);
        QVERIFY((seen == std::vector<std::uint64_t>{5, 6, 7}));
    }

    /// As hand-made batches, each of which begins somewhere else.
    void whatWasWrittenElsewhereIsCopied() {
        GrownValues<Value> grown;
        std::uint64_t next = 0;
        for (const std::size_t count : {std::size_t{3}, kChunk, std::size_t{0}, 2 * kChunk + 1}) {
            FreshValues<Value> own;
            for (std::size_t i = 0; i < count; ++i) own.add(valueOf(next++));
            grown.append(std::move(own));
            QCOMPARE(grown.size(), next);
        }
        QVERIFY(holds(grown, 0, next));
    }

    /// Whoever still writes to a chunk that is shared keeps it for itself.
    void aCopyChangesNothingOfAnotherWriters() {
        FreshValues<Value> first;
        GrownValues<Value> grown;
        for (std::uint64_t i = 0; i < 10; ++i) first.add(valueOf(i));
        grown.append(first.cut());
        FreshValues<Value> other;
        for (std::uint64_t i = 10; i < 20; ++i) other.add(valueOf(i));
        const Value& mine = first.add({777, 777});
        grown.append(std::move(other));
        QVERIFY(holds(grown, 0, 20));
        QCOMPARE(mine.number, std::uint64_t{777});
        // And what it writes now does not go on where the others stand.
        first.add({20, 40});
        first.cut();
        QVERIFY(holds(grown, 0, 20));
    }

    void oneThreadWritesWhileAnotherReads() {
        constexpr std::uint64_t kAll = 2 * kChunk + 12345;
        std::mutex mutex;
        std::condition_variable some;
        std::deque<FreshValues<Value>> ready;
        std::thread writing([&] {
            FreshValues<Value> writer;
            for (std::uint64_t i = 0; i < kAll; ++i) {
                writer.add(valueOf(i));
                if (writer.size() < 10'000 && i + 1 != kAll) continue;
                const std::lock_guard lock(mutex);
                ready.push_back(writer.cut());
                some.notify_one();
            }
        });
        GrownValues<Value> grown;
        bool right = true;
        while (grown.size() < kAll) {
            std::unique_lock lock(mutex);
            some.wait(lock, [&] { return !ready.empty(); });
            FreshValues<Value> fresh = std::move(ready.front());
            ready.pop_front();
            lock.unlock();
            const std::size_t before = grown.size();
            grown.append(std::move(fresh));
            grown.prepareAhead();
            right = right && holds(grown, before, grown.size());
        }
        writing.join();
        QVERIFY(right);
        QVERIFY(holds(grown, 0, kAll));
    }
};

QTEST_GUILESS_MAIN(TestGrowingValues)
#include "test_growing_values.moc"
