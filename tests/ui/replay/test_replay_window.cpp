// The whole way in the window: a capture is opened, a row's conversation replayed to the window's
// own test server, and judged; what was sent and received stands in a list like any other.
#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "capture/session/session.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
#include "ui/load/load_controller.h"
#include "ui/replay/comparison_view.h"
#include "ui/replay/plan_model.h"
#include "ui/replay/replay_area.h"
#include "ui/replay/replay_panel.h"
#include "ui/replay/report_model.h"
#include "ui/replay/system_replay_services.h"
#include "ui/replay/verdict_bar.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/server/client_model.h"
#include "ui/server/server_address.h"
#include "ui/server/server_area.h"
#include "ui/server/server_panel.h"
#include "ui/server/system_server_services.h"
#include "ui/widgets/link_button.h"
#include "ui/widgets/question_dialog.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"

using namespace framescope;

namespace {

constexpr int kLong = 30'000;  // milliseconds

/// A window with the areas of this machine; their spools lie in a folder of its own.
class Window {
public:
    Window() {
        qputenv("XDG_CACHE_HOME", folder.path().toUtf8());
        const auto address = std::make_shared<ServerAddress>();
        const auto context = [this] {
            AreaContext made;
            made.live = systemLiveServices();
            made.window = window.get();
            return made;
        };
        MainWindowOptions options;
        options.areas.replay = [this, context, address]() -> WorkArea* {
            replay = new ReplayArea(systemReplayServices(), context(), address);
            return replay;
        };
        options.areas.server = [this, context, address]() -> WorkArea* {
            server = new ServerArea(systemServerServices(), context(), address);
            return server;
        };
        window = std::make_unique<MainWindow>(options);
        window->resize(1280, 800);
        window->show();
    }
    bool open(const char* sample) {
        QSignalSpy finished(&window->loader(), &LoadController::finished);
        window->openFile(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + QLatin1String(sample));
        return finished.wait(kLong);
    }
    void trigger(const char* shortcut) {
        for (QAction* action : window->findChildren<QAction*>()) {
            if (action->shortcuts().contains(QKeySequence(QLatin1String(shortcut)))) {
                action->trigger();
                return;
            }
        }
        QFAIL(shortcut);
    }
    bool startServer() {
        trigger("Ctrl+T");
        server->panel().start();
        return QTest::qWaitFor(
            [this] { return server->controller().state() == ServerState::Running; }, kLong);
    }
    bool planRow(int row) {
        window->capturePage().rowView().selectRow(row);
        trigger("Ctrl+Shift+Y");
        return replay != nullptr &&
               QTest::qWaitFor([this] { return replay->controller().plan() != nullptr; }, kLong);
    }
    bool play() {
        QSignalSpy finished(&replay->controller(), &ReplayController::finished);
        replay->panel().start();
        return finished.wait(kLong);
    }

    QTemporaryDir folder;
    std::unique_ptr<MainWindow> window;
    ReplayArea* replay = nullptr;
    ServerArea* server = nullptr;
};

}  // namespace

class TestReplayWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRecordedEchoIsReplayedToTheTestServer() {
        Window shown;
        QVERIFY(shown.startServer());
        // The area of the server is in front; the capture is not lost behind it.
        QVERIFY(shown.open("ws-echo.pcap"));
        shown.window->showCapture();
        QVERIFY(shown.planRow(0));
        ReplayPanel& panel = shown.replay->panel();
        QVERIFY(panel.planModel().rowCount() > 2);
        auto* const link = panel.findChild<LinkButton*>();
        QVERIFY(link != nullptr);
        link->click();
        panel.urlEdit().setText(panel.urlEdit().text() + QStringLiteral("echo"));
        QVERIFY(shown.play());
        const auto& report = shown.replay->controller().report();
        QVERIFY(report != nullptr);
        QVERIFY2(report->verdict != replay::Verdict::Failed, report->sentence.c_str());
        QVERIFY(report->same > 5);  // it echoes as the recorded one did
        QCOMPARE(panel.comparison().model().rowCount(), static_cast<int>(report->lines.size()));
        QVERIFY(panel.verdictBar().text().contains(QString::fromStdString(report->sentence)));
        // What passed stands in the list of both, as rows.
        RowModel& sent = shown.replay->place()->page().rowModel();
        QTRY_VERIFY_WITH_TIMEOUT(sent.rowCount() > 2, kLong);
        RowModel& served = shown.server->place()->page().rowModel();
        QTRY_VERIFY_WITH_TIMEOUT(served.rowCount() > 2, kLong);
        QTRY_VERIFY_WITH_TIMEOUT(shown.server->panel().clients().rowCount() > 0, kLong);
    }

    void nobodyListens() {
        Window shown;
        QVERIFY(shown.open("ws-echo.pcap"));
        QVERIFY(shown.planRow(0));
        shown.replay->panel().setUrl(QStringLiteral("ws://127.0.0.1:1/"));
        QVERIFY(shown.play());
        QVERIFY(shown.replay->controller().report()->verdict == replay::Verdict::Failed);
        QVERIFY(shown.replay->panel().verdictBar().text().startsWith(QStringLiteral("Failed")));
    }

    void aSessionIsTakenWhereThereIsOne() {
        Window shown;
        QVERIFY(shown.open("socketio4-polling-upgrade.pcapng"));
        QVERIFY(shown.planRow(0));
        const auto& controller = shown.replay->controller();
        QVERIFY(controller.subjects()[static_cast<std::size_t>(controller.subject())]
                    .engineSession.has_value());
    }

    void whatIsOpenIsTakenTheFirstTime() {
        Window shown;
        QVERIFY(shown.open("socketio4-websocket.pcapng"));
        shown.trigger("Ctrl+Shift+N");
        QVERIFY(shown.replay != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(shown.replay->controller().plan() != nullptr, kLong);
        QCOMPARE(shown.replay->controller().plan()->sid,
                 shown.window->loader().session()->engineSessions().front().sid);
    }

    void theConnectionChosenAtTheSideIsReplayed() {
        Window shown;
        QVERIFY(shown.open("socketio4-polling-upgrade.pcapng"));
        shown.window->capturePage().narrowTo(ConnectionId{1});
        for (QAction* action : shown.window->capturePage().connections().actions()) {
            action->trigger();
        }
        QVERIFY(shown.replay != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(shown.replay->controller().plan() != nullptr, kLong);
        const auto& controller = shown.replay->controller();
        QCOMPARE(controller.subjects()[static_cast<std::size_t>(controller.subject())].connection,
                 std::optional<ConnectionId>(1));
    }

    void theWindowGoesWhileEverythingRuns() {
        Window shown;
        QVERIFY(shown.startServer());
        QVERIFY(shown.open("socketio-heartbeats.pcap.gz"));
        shown.window->showCapture();
        QVERIFY(shown.planRow(0));
        shown.replay->panel().setUrl(
            shown.server->controller().url().replace(QStringLiteral("http"), QStringLiteral("ws")));
        ReplayChoices choices = shown.replay->panel().choices();
        choices.timing = replay::Timing::Recorded;
        shown.replay->panel().setChoices(choices);
        shown.replay->panel().start();
        QTRY_VERIFY_WITH_TIMEOUT(shown.replay->controller().state() == ReplayState::Running ||
                                     !shown.replay->controller().isRunning(),
                                 kLong);
        shown.window.reset();
    }
};

QTEST_MAIN(TestReplayWindow)
#include "test_replay_window.moc"
