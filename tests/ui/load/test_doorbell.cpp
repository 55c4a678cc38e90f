// Rings from other threads are answered on this one, once, and not at all without the doorbell.
#include <atomic>
#include <thread>
#include <vector>

#include <QTest>

#include "ui/load/doorbell.h"

using namespace framescope;

class TestDoorbell : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void manyRingsAreAnsweredOnceOnThisThread() {
        int answers = 0;
        QThread* answeredOn = nullptr;
        Doorbell bell([&] {
            ++answers;
            answeredOn = QThread::currentThread();
        });
        std::thread([ring = bell.ringer()] {
            for (int i = 0; i < 1000; ++i) ring();
        }).join();
        QTRY_COMPARE(answers, 1);
        QCOMPARE(answeredOn, QThread::currentThread());
        bell.ringer()();
        QTRY_COMPARE(answers, 2);
    }

    void whoRingsWithoutTheDoorbellIsNotHeard() {
        int answers = 0;
        std::function<void()> ring;
        std::atomic<bool> stop = false;
        {
            Doorbell bell([&] { ++answers; });
            ring = bell.ringer();
            ring();  // is posted, and goes with it
        }
        QCoreApplication::processEvents();
        QCOMPARE(answers, 0);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                while (!stop) ring();
            });
        }
        for (int i = 0; i < 50; ++i) {
            Doorbell bell([&] { ++answers; });
            const auto other = bell.ringer();
            std::thread ringer([other] { other(); });
            QCoreApplication::processEvents();
            ringer.join();
        }
        stop = true;
        for (std::thread& thread : threads) thread.join();
    }

    void itMayBeDestroyedWhileItAnswers() {
        int answers = 0;
        std::unique_ptr<Doorbell> bell;
        bell = std::make_unique<Doorbell>([&] {
            bell.reset();
            ++answers;
        });
        bell->ringer()();
        QTRY_COMPARE(answers, 1);
        QVERIFY(bell == nullptr);
    }
};

QTEST_MAIN(TestDoorbell)
#include "test_doorbell.moc"
