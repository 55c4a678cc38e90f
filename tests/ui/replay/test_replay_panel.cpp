// The panel as it is used, with a replayer that the test drives.
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/replay_fixture.h"
#include "ui/replay/comparison_view.h"
#include "ui/replay/difference_model.h"
#include "ui/replay/plan_model.h"
#include "ui/replay/replay_form.h"
#include "ui/replay/replay_panel.h"
#include "ui/replay/report_model.h"
#include "ui/replay/save_report.h"
#include "ui/replay/verdict_bar.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_table.h"
#include "ui/widgets/line_list.h"
#include "ui/widgets/link_button.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// A panel with a capture open and its plan made.
struct Shown {
    explicit Shown(std::size_t steps = 8, QSettings* settings = nullptr)
        : plan(handMadePlan(steps)) {
        driver->steps = steps;
        controller = std::make_unique<ReplayController>(drivenServices(driver));
        panel = std::make_unique<ReplayPanel>(*controller, settings);
        panel->resize(1280, 800);
        panel->show();
    }
    bool open() {
        controller->open({QStringLiteral("a.pcap"), QStringLiteral("/tmp/a.pcap"), nullptr, {}},
                         ConnectionId{1}, std::nullopt);
        return QTest::qWaitFor([this] { return controller->plan() != nullptr; });
    }
    bool start() {
        QTest::mouseClick(&panel->startButton(), Qt::LeftButton);
        return QTest::qWaitFor([this] { return controller->state() == ReplayState::Running; });
    }
    bool finish(const replay::Report& report) {
        driver->tell([&](ReplayDriver& now) {
            now.progress.done = now.progress.all;
            now.progress.finished = true;
            now.report = report;
        });
        return QTest::qWaitFor([this] { return !controller->isRunning(); });
    }

    std::shared_ptr<ReplayDriver> driver = std::make_shared<ReplayDriver>();
    replay::Plan plan;
    std::unique_ptr<ReplayController> controller;
    std::unique_ptr<ReplayPanel> panel;
};

replay::Report differentReport(const replay::Plan& plan) {
    replay::Report report = goodReport(plan, plan.steps.size());
    makeDifferent(report.lines[3], {{"$.time", "1", "2"}, {"$.user.id", "7", "8"}});
    report.verdict = replay::Verdict::Different;
    report.sentence = "Different: 1 of 4 answers differs, in $.time and $.user.id.";
    report.different = 1;
    report.same = 3;
    return report;
}

}  // namespace

class TestReplayPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutACaptureItSaysHowToGetOne() {
        Shown shown;
        QVERIFY(shown.panel->planTable().emptyText().contains(QStringLiteral("Open a capture")));
        QVERIFY(!shown.panel->startButton().isEnabled());
        QCOMPARE(shown.panel->currentTab(), ReplayPanel::Plan);
    }

    void thePlanAndTheRecordedAddressAreShown() {
        Shown shown;
        QVERIFY(shown.open());
        QCOMPARE(shown.panel->planModel().rowCount(), 8);
        QCOMPARE(shown.panel->urlEdit().text(), QStringLiteral("ws://127.0.0.1:3000/"));
        QCOMPARE(shown.panel->subjectBox().count(), 3);
        QCOMPARE(shown.panel->subjectBox().currentIndex(), 1);
        QVERIFY(shown.panel->verdictBar().text().contains(QStringLiteral("8 steps: 4 to send")));
        QVERIFY(shown.panel->startButton().isEnabled());
    }

    void aReplayIsFollowedAndJudged() {
        Shown shown;
        QVERIFY(shown.open());
        shown.panel->urlEdit().setText(QStringLiteral("ws://127.0.0.1:9/x"));
        shown.panel->form().ignore(QStringLiteral("$.ts"));
        QVERIFY(shown.start());
        QCOMPARE(shown.driver->options.url, std::string("ws://127.0.0.1:9/x"));
        QCOMPARE(shown.driver->options.ignored, (std::vector<std::string>{"$.ts"}));
        QCOMPARE(shown.panel->currentTab(), ReplayPanel::Comparison);
        QCOMPARE(shown.panel->startButton().text(), QStringLiteral("&Stop"));
        QVERIFY(!shown.panel->urlEdit().isEnabled());
        shown.driver->tell([&](ReplayDriver& now) {
            now.progress.done = 5;
            now.report = goodReport(shown.plan, 5);
        });
        QTRY_COMPARE(shown.panel->comparison().model().rowCount(), 5);
        QCOMPARE(shown.panel->verdictBar().text(), QStringLiteral("Step 5 of 8"));
        QVERIFY(shown.finish(goodReport(shown.plan, 8)));
        QCOMPARE(shown.panel->verdictBar().text(),
                 QStringLiteral("Same. 4 answers, all the same."));
        QCOMPARE(shown.panel->startButton().text(), QStringLiteral("&Start"));
        QVERIFY(shown.panel->urlEdit().isEnabled());
    }

    void aDifferenceIsShownAndIgnored() {
        Shown shown;
        QVERIFY(shown.open() && shown.start());
        QVERIFY(shown.finish(differentReport(shown.plan)));
        // The word is not said twice.
        QCOMPARE(shown.panel->verdictBar().text(),
                 QStringLiteral("Different: 1 of 4 answers differs, in $.time and $.user.id."));
        ComparisonView& comparison = shown.panel->comparison();
        comparison.goToDifference(true);
        QCOMPARE(comparison.table().currentRow(), 3);
        QCOMPARE(comparison.differences().rowCount(), 2);
        QVERIFY(comparison.differenceTable().isVisible());
        comparison.differenceTable().selectRow(1);
        QVERIFY(comparison.ignoreButton().isVisible());
        QTest::mouseClick(&comparison.ignoreButton(), Qt::LeftButton);
        QCOMPARE(shown.panel->choices().ignored, QStringList{QStringLiteral("$.user.id")});
        QVERIFY(shown.panel->verdictBar().text().contains(QStringLiteral("$.user.id")));
        QVERIFY(shown.start());
        QCOMPARE(shown.driver->options.ignored, (std::vector<std::string>{"$.user.id"}));
    }

    void theVerdictIsCopiedAndSaved() {
        Shown shown;
        QVERIFY(shown.open() && shown.start());
        QVERIFY(shown.finish(goodReport(shown.plan, 8)));
        for (FlatButton* button : shown.panel->verdictBar().findChildren<FlatButton*>()) {
            if (button->text() == QStringLiteral("Copy")) {
                QTest::mouseClick(button, Qt::LeftButton);
            }
        }
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("Same. 4 answers, all the same."));
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("r.json"));
        Q_EMIT shown.panel->verdictBar().saveRequested();
        auto* const dialog = shown.panel->findChild<QFileDialog*>();
        QVERIFY(dialog != nullptr);
        Q_EMIT dialog->fileSelected(path);
        QTRY_VERIFY(QFile::exists(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("{}4 answers, all the same."));
        QSignalSpy failed(shown.panel.get(), &ReplayPanel::failed);
        Q_EMIT dialog->fileSelected(QStringLiteral("/nowhere/r.txt"));
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(failed.at(0).at(0).toString().contains(QStringLiteral("/nowhere/r.txt")));
    }

    void whatIsInTheWayIsShown() {
        Shown shown;
        QVERIFY(shown.open());
        shown.panel->urlEdit().setText(QStringLiteral("ftp://x/"));
        QVERIFY(shown.panel->urlError().contains(QStringLiteral("ftp")));
        shown.panel->start();
        QCOMPARE(shown.driver->starts, 0);
        shown.panel->urlEdit().setText(QStringLiteral("ws://localhost/"));
        QCOMPARE(shown.panel->urlError(), QString());
        shown.panel->form().rules().setLines({{QStringLiteral("(a"), QString()}});
        shown.panel->start();
        QCOMPARE(shown.controller->state(), ReplayState::Ready);
        QVERIFY(shown.panel->verdictBar().text().contains(QStringLiteral("“(a”")));
        QCOMPARE(shown.driver->starts, 0);
    }

    void whatCannotBeReplayedIsSaidAboveThePlan() {
        auto driver = std::make_shared<ReplayDriver>();
        ReplayServices services = drivenServices(driver);
        services.plan = [](const Session&, const replay::ReplayOptions&) -> Result<replay::Plan> {
            replay::Plan plan = handMadePlan(2);
            plan.remarks = {"Row 7 is incomplete and is left out.", "The end was not captured."};
            return plan;
        };
        ReplayController controller(services);
        ReplayPanel panel(controller, nullptr);
        panel.show();
        controller.open({QStringLiteral("a"), QStringLiteral("/tmp/a"), nullptr, {}}, std::nullopt,
                        std::nullopt);
        QTRY_VERIFY(panel.remarks().contains(QStringLiteral("Row 7")));
        QCOMPARE(panel.remarks().count(QLatin1Char('\n')), 1);
    }

    void certificatesThatAreNotCheckedStayInSight() {
        Shown shown;
        QVERIFY(shown.open());
        ReplayChoices choices = shown.panel->choices();
        choices.verify = false;
        choices.url = QStringLiteral("wss://localhost/");
        shown.panel->setChoices(choices);
        const auto warned = [&shown] {
            int count = 0;
            for (QLabel* label : shown.panel->findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().contains(QStringLiteral("not checked"))) {
                    ++count;
                }
            }
            return count;
        };
        QCOMPARE(warned(), 2);  // in the form and at the address
        shown.panel->urlEdit().setText(QStringLiteral("ws://localhost/"));
        QCOMPARE(warned(), 1);
    }

    void theTestServerIsOffered() {
        Shown shown;
        QVERIFY(shown.open());
        shown.panel->setTestServer(QStringLiteral("https://127.0.0.1:4443/"));
        auto* const link = shown.panel->findChild<LinkButton*>();
        QVERIFY(link != nullptr);
        QTRY_VERIFY(link->isVisible());
        QTest::mouseClick(link, Qt::LeftButton);
        QCOMPARE(shown.panel->urlEdit().text(), QStringLiteral("wss://127.0.0.1:4443/"));
        shown.panel->setTestServer({});
        QVERIFY(shown.panel->findChild<LinkButton*>() == nullptr);
    }

    void narrowTheSettingsAreATab() {
        Shown shown;
        QVERIFY(shown.open());
        QVERIFY(!shown.panel->tabs().isTabVisible(ReplayPanel::Settings));
        shown.panel->resize(640, 480);
        QVERIFY(shown.panel->tabs().isTabVisible(ReplayPanel::Settings));
        QVERIFY(!shown.panel->form().isVisible());
        shown.panel->showTab(ReplayPanel::Settings);
        QVERIFY(shown.panel->form().isVisible());
        shown.panel->resize(1280, 800);
        QVERIFY(shown.panel->form().isVisible());
        QCOMPARE(shown.panel->currentTab(), ReplayPanel::Plan);
    }

    void manyLinesOnAShortTable() {
        Shown shown(20'000);
        QVERIFY(shown.open() && shown.start());
        replay::Report report = goodReport(shown.plan, 20'000);
        for (std::size_t i = 1; i < 20'000; i += 2) {
            makeDifferent(report.lines[i], {{"$.n", "1", "2"}});
        }
        QVERIFY(shown.finish(report));
        QCOMPARE(shown.panel->comparison().model().rowCount(), 20'000);
        shown.panel->comparison().goToDifference(true);
        QCOMPARE(shown.panel->comparison().table().currentRow(), 1);
    }

    void keysStartAndStop() {
        Shown shown;
        QVERIFY(shown.open());
        QVERIFY(QTest::qWaitForWindowActive(shown.panel.get()));
        shown.panel->takeFocus();
        QTest::keyClick(&shown.panel->urlEdit(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(shown.controller->state(), ReplayState::Running);
        QTest::keyClick(shown.panel.get(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(shown.controller->state(), ReplayState::Ready);
        QVERIFY(shown.driver->stopped);
    }

    void destroyedWhileItRuns() {
        Shown shown;
        QVERIFY(shown.open() && shown.start());
        shown.panel.reset();
        shown.controller.reset();
        QTRY_COMPARE(shown.driver->alive, 0);
    }
};

QTEST_MAIN(TestReplayPanel)
#include "test_replay_panel.moc"
