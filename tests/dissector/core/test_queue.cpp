#include <deque>
#include <memory>
#include <random>

#include <QTest>

#include "dissector/core/queue.h"

namespace framescope {
namespace {

class TestQueue : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void behavesAsADeque() {
        std::mt19937 chance(1);
        Queue<int> queue;
        std::deque<int> expected;
        for (int i = 0; i < 20'000; ++i) {
            switch (chance() % 8) {
                case 0:
                case 1:
                case 2:
                    queue.push_back(i);
                    expected.push_back(i);
                    break;
                case 3:
                    queue.emplace_back(i);
                    expected.emplace_back(i);
                    break;
                case 4:
                case 5:
                    if (expected.empty()) break;
                    queue.pop_front();
                    expected.pop_front();
                    break;
                case 6: {
                    if (expected.empty()) break;
                    const auto at = static_cast<std::ptrdiff_t>(chance() % expected.size());
                    queue.erase(queue.begin() + at);
                    expected.erase(expected.begin() + at);
                    break;
                }
                case 7: {
                    // Rarely, so that the queue grows.
                    if (chance() % 16 != 0) break;
                    const auto at = static_cast<std::ptrdiff_t>(chance() % (expected.size() + 1));
                    queue.eraseUntil(queue.begin() + at);
                    expected.erase(expected.begin(), expected.begin() + at);
                    break;
                }
            }
            QVERIFY(std::equal(queue.begin(), queue.end(), expected.begin(), expected.end()));
            QCOMPARE(queue.size(), expected.size());
            QCOMPARE(queue.empty(), expected.empty());
            if (expected.empty()) continue;
            QCOMPARE(queue.front(), expected.front());
            QCOMPARE(queue.back(), expected.back());
            QCOMPARE(queue[expected.size() / 2], expected[expected.size() / 2]);
        }
        queue.clear();
        QVERIFY(queue.empty());
    }

    /// What was taken out is gone at once, also where its place is kept.
    void whatIsTakenOutIsGone() {
        const auto item = std::make_shared<int>(1);
        Queue<std::shared_ptr<int>> queue;
        queue.push_back(item);
        queue.push_back(nullptr);
        QCOMPARE(item.use_count(), 2);
        queue.pop_front();
        QCOMPARE(item.use_count(), 1);
    }
};

}  // namespace
}  // namespace framescope

QTEST_APPLESS_MAIN(framescope::TestQueue)
#include "test_queue.moc"
