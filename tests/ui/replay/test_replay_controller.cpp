// From a capture to a report, with a replayer that the test drives.
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/replay_fixture.h"
#include "ui/replay/replay_controller.h"

using namespace framescope;
using namespace framescope::test;

namespace {

ReplaySource source(const char* path = "/tmp/a.pcap") {
    return {QStringLiteral("a.pcap"), QString::fromLatin1(path), nullptr, {}};
}

/// A controller that has come to its plan.
struct Planned {
    explicit Planned(std::size_t steps = 6) {
        driver->steps = steps;
        controller = std::make_unique<ReplayController>(drivenServices(driver));
        controller->open(source(), std::nullopt, std::nullopt);
        ready = QTest::qWaitFor([this] { return controller->plan() != nullptr; });
    }
    bool start() {
        replay::ReplayOptions options;
        options.url = "ws://localhost:1/";
        controller->start(options, [] {});
        return QTest::qWaitFor([this] { return controller->state() == ReplayState::Running; });
    }

    std::shared_ptr<ReplayDriver> driver = std::make_shared<ReplayDriver>();
    std::unique_ptr<ReplayController> controller;
    bool ready = false;
};

}  // namespace

class TestReplayController : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aCaptureBecomesSubjectsAndAPlan() {
        auto driver = std::make_shared<ReplayDriver>();
        ReplayController controller(drivenServices(driver));
        QCOMPARE(controller.state(), ReplayState::None);
        controller.open(source(), ConnectionId{2}, std::nullopt);
        QCOMPARE(controller.state(), ReplayState::Reading);
        QTRY_COMPARE(controller.state(), ReplayState::Ready);
        QCOMPARE(controller.subjects().size(), std::size_t{3});
        QCOMPARE(controller.subject(), 2);
        QCOMPARE(controller.subjects()[2].url, QStringLiteral("ws://127.0.0.1:3000/"));
        QVERIFY(controller.subjects()[2].title.contains(QStringLiteral("WebSocket")));
        QVERIFY(controller.plan() != nullptr);
        QCOMPARE(controller.plan()->steps.size(), std::size_t{6});
        controller.chooseSubject(0);
        QCOMPARE(controller.state(), ReplayState::Planning);
        QVERIFY(controller.plan() == nullptr);
        QTRY_COMPARE(controller.state(), ReplayState::Ready);
        QVERIFY(controller.plan() != nullptr);
    }

    void whatCannotBePlannedIsSaid() {
        auto driver = std::make_shared<ReplayDriver>();
        driver->planError = "The connection carries MQTT, which cannot be replayed.";
        ReplayController controller(drivenServices(driver));
        controller.open(source(), std::nullopt, std::nullopt);
        QTRY_COMPARE(controller.state(), ReplayState::Ready);
        QVERIFY(controller.plan() == nullptr);
        QCOMPARE(controller.sentence(), QString::fromStdString(driver->planError));
        controller.start({}, [] {});
        QCOMPARE(controller.state(), ReplayState::Ready);
        QCOMPARE(driver->starts, 0);
    }

    void aCaptureThatCannotBeReadIsSaid() {
        ReplayController controller(drivenServices(std::make_shared<ReplayDriver>()));
        controller.open(source("/tmp/missing.pcap"), std::nullopt, std::nullopt);
        QTRY_COMPARE(controller.state(), ReplayState::Ready);
        QVERIFY(controller.sentence().contains(QStringLiteral("missing.pcap")));
    }

    void aCaptureWithoutAnythingToReplay() {
        ReplayController controller(drivenServices(std::make_shared<ReplayDriver>(), 0));
        auto services = drivenServices(std::make_shared<ReplayDriver>());
        services.read = [](const ReplaySource&,
                           const std::function<bool()>&) -> Result<std::shared_ptr<const Session>> {
            return std::shared_ptr<const Session>(std::make_shared<Session>(nullptr));
        };
        ReplayController empty(services);
        empty.open(source(), std::nullopt, std::nullopt);
        QTRY_COMPARE(empty.state(), ReplayState::Ready);
        QCOMPARE(empty.subject(), -1);
        QVERIFY(!empty.sentence().isEmpty());
    }

    void progressAndReportComeAsTheyGrow() {
        Planned planned;
        QVERIFY(planned.ready);
        QSignalSpy finished(planned.controller.get(), &ReplayController::finished);
        QSignalSpy started(planned.controller.get(), &ReplayController::started);
        QVERIFY(planned.start());
        QCOMPARE(started.size(), 1);
        const replay::Plan plan = handMadePlan(6);
        planned.driver->tell([&](ReplayDriver& driver) {
            driver.progress.done = 3;
            driver.report = goodReport(plan, 3);
        });
        QTRY_COMPARE(planned.controller->progress().done, std::size_t{3});
        QCOMPARE(planned.controller->report()->lines.size(), std::size_t{3});
        QCOMPARE(finished.size(), 0);
        planned.driver->tell([&](ReplayDriver& driver) {
            driver.progress.done = 6;
            driver.progress.finished = true;
            driver.report = goodReport(plan, 6);
        });
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(planned.controller->state(), ReplayState::Ready);
        QCOMPARE(planned.controller->report()->lines.size(), std::size_t{6});
        QCOMPARE(planned.controller->report()->verdict, replay::Verdict::Same);
        QVERIFY(planned.start());  // once more
        QCOMPARE(planned.driver->starts, 2);
    }

    void stoppingEndsItWithWhatThereIs() {
        Planned planned;
        QVERIFY(planned.ready && planned.start());
        QSignalSpy finished(planned.controller.get(), &ReplayController::finished);
        planned.controller->stop();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(planned.driver->stopped);
        QCOMPARE(planned.controller->state(), ReplayState::Ready);
    }

    void stoppingBeforeItStartedIsNotForgotten() {
        Planned planned;
        QVERIFY(planned.ready);
        QSignalSpy finished(planned.controller.get(), &ReplayController::finished);
        planned.controller->start({}, [] {});
        QCOMPARE(planned.controller->state(), ReplayState::Starting);
        planned.controller->stop();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(planned.driver->stopped);
    }

    void whatCannotBeStartedIsSaid() {
        Planned planned;
        QVERIFY(planned.ready);
        planned.driver->startError = "No transcript can be written: the disk is full.";
        QSignalSpy failed(planned.controller.get(), &ReplayController::failed);
        planned.controller->start({}, [] {});
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failed.at(0).at(0).toString(), QString::fromStdString(planned.driver->startError));
        QCOMPARE(planned.controller->state(), ReplayState::Ready);
        QVERIFY(planned.controller->plan() != nullptr);
    }

    void anotherCaptureGivesUpTheReplay() {
        Planned planned;
        QVERIFY(planned.ready && planned.start());
        planned.controller->open(source("/tmp/b.pcap"), std::nullopt, std::nullopt);
        QVERIFY(planned.controller->report() == nullptr);
        QTRY_VERIFY(planned.controller->plan() != nullptr);
        QTRY_COMPARE(planned.driver->alive, 0);
        // What the one before still says is not taken for the new one's.
        planned.driver->tell([](ReplayDriver& driver) { driver.progress.finished = true; });
        QCoreApplication::processEvents();
        QVERIFY(planned.controller->report() == nullptr);
    }

    void destroyedWhileItRunsAndWhileItStarts() {
        {
            Planned planned;
            QVERIFY(planned.ready && planned.start());
            planned.driver->endsOnStop = false;
            planned.controller.reset();
            QTRY_COMPARE(planned.driver->alive, 0);
            planned.driver->tell([](ReplayDriver&) {});  // nobody answers
        }
        Planned planned;
        QVERIFY(planned.ready);
        planned.controller->start({}, [] {});
        planned.controller.reset();
        QTRY_COMPARE(planned.driver->alive, 0);
    }
};

QTEST_MAIN(TestReplayController)
#include "test_replay_controller.moc"
