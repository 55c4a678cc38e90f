// Places beside the capture: tabs, menus that follow what is in front, a transcript in the common
// page, and nothing that closes anything else.
#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>

#include "capture/session/session.h"
#include "tests/ui/live_fixture.h"
#include "ui/composer/compose_services.h"
#include "ui/composer/composer_area.h"
#include "ui/connections/connection_view.h"
#include "ui/live/live_bar.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/load/load_controller.h"
#include "ui/payload/read_as_menu.h"
#include "ui/replay/replay_area.h"
#include "ui/replay/system_replay_services.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/server/server_address.h"
#include "ui/server/server_area.h"
#include "ui/server/system_server_services.h"
#include "ui/start/start_page.h"
#include "ui/theme/theme_controller.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/question_dialog.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"
#include "ui/window/status_line.h"
#include "ui/window/transcript_area.h"

using namespace framescope;
using framescope::test::DrivenCapture;
using framescope::test::DrivenSource;

namespace {

/// A transcript that a test drives, as far as the window looks at it.
class DrivenTranscript : public transcript::Transcript {
public:
    explicit DrivenTranscript(const std::shared_ptr<test::Driver>& driver) : m_driven(driver) {}
    live::Status status() const override { return m_driven.status(); }
    void stop() override { m_driven.stop(); }
    std::string sourceName() const override { return m_driven.sourceName(); }
    std::shared_ptr<GrowingBytes> bytes() const override { return m_driven.bytes(); }
    std::shared_ptr<live::Spool> spool() const override { return m_driven.spool(); }
    Connection open(const Endpoint&, const Endpoint&, bool) override { return 0; }
    void passed(Connection, Direction, ByteView) override {}
    void ended(Connection, Direction, transcript::Ended) override {}
    std::uint64_t packets() const override { return status().figures.packets; }
    void flush() override {}

private:
    DrivenCapture m_driven;
};

/// An area with a button on top, which notes what it is given.
class NotingArea : public TranscriptArea {
public:
    explicit NotingArea(const AreaContext& context)
        : TranscriptArea(QStringLiteral("Composer"), QStringLiteral("test"),
                         QStringLiteral("Nothing was said yet."), context),
          button(new FlatButton(QStringLiteral("Go"))) {
        setPanel(button);
        setFocusProxy(button);
    }
    void takeRow(const Session&, RecordId row) override { taken = row; }
    void takeAddress(const QString& url) override { address = url; }

    FlatButton* button;
    RecordId taken = kNoRecord;
    QString address;
};

QString sample() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/socketio4-websocket.pcapng");
}

/// A window with a capture open and an area whose transcript is driven.
class AreaWindow {
public:
    AreaWindow() {
        MainWindowOptions options;
        options.areas.composer = [this] {
            AreaContext context;
            context.window = window.get();
            context.live = source.services();
            context.begin = [this](const std::string& name, live::Wake wake) {
                {
                    const std::lock_guard lock(source.driver->mutex);
                    source.driver->name = name;
                    source.driver->wake = std::move(wake);
                }
                return std::make_shared<DrivenTranscript>(source.driver);
            };
            auto* const made = new NotingArea(context);
            area = made;
            return made;
        };
        window = std::make_unique<MainWindow>(options);
        window->resize(1100, 800);
        window->show();
    }
    bool openSample() {
        QSignalSpy finished(&window->loader(), &LoadController::finished);
        window->openFile(sample());
        return finished.wait();
    }
    bool beginTranscript() {
        std::shared_ptr<transcript::Transcript> begun;
        area->withTranscript(QStringLiteral("ws://localhost:3000/"),
                             [&](const auto& transcript) { begun = transcript; });
        return QTest::qWaitFor([&] { return begun != nullptr; }) && source.open();
    }
    QAction* action(const char* shortcut) {
        for (QAction* action : window->findChildren<QAction*>()) {
            if (action->shortcuts().contains(QKeySequence(QLatin1String(shortcut)))) return action;
        }
        return nullptr;
    }
    int rows() const { return area->place()->page().rowModel().rowCount(); }

    DrivenSource source;
    QPointer<NotingArea> area;
    std::unique_ptr<MainWindow> window;
};

/// The letters that are said twice among the actions that are visible at once, in these menus or
/// one below them.
QStringList doubledMnemonics(const QList<QAction*>& actions, const QString& where) {
    QStringList doubled;
    QMap<QString, QString> taken;
    for (QAction* const action : actions) {
        if (!action->isVisible() || action->isSeparator()) continue;
        if (action->menu() != nullptr) {
            doubled << doubledMnemonics(action->menu()->actions(), action->text());
        }
        const QString letter = QKeySequence::mnemonic(action->text()).toString();
        if (letter.isEmpty()) continue;
        if (taken.contains(letter)) {
            doubled << QStringLiteral("%1: %2 and %3").arg(where, taken[letter], action->text());
        }
        taken.insert(letter, action->text());
    }
    return doubled;
}

}  // namespace

class TestAreas : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Whatever is in front: a letter that stands twice opens nothing.
    void aLetterMeansOneEntryOfAMenu() {
        DrivenSource source;
        ThemeController theme(*qApp, ThemeChoice::Light);
        AreaContext context;
        context.live = source.services();
        MainWindowOptions options;
        options.theme = &theme;
        options.samplesFolder = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples");
        options.live = source.services();
        const auto server = std::make_shared<ServerAddress>();
        options.areas.composer = [&] { return new ComposerArea(context, systemComposeServices()); };
        options.areas.replay = [&] {
            return new ReplayArea(systemReplayServices(), context, server);
        };
        options.areas.server = [&] {
            return new ServerArea(systemServerServices(), context, server);
        };
        MainWindow window(options);
        window.show();
        const auto doubled = [&window] {
            QStringList all =
                doubledMnemonics(window.menuBar()->actions(), QStringLiteral("the bar"));
            CapturePage& page = window.capturePage();
            all << doubledMnemonics(page.rowView().actions(), QStringLiteral("the rows"));
            all << doubledMnemonics(page.connections().actions(), QStringLiteral("the side"));
            all << doubledMnemonics(page.tree().copyActions() << page.readAsMenu().menuAction(),
                                    QStringLiteral("the fields"));
            return all.join(QLatin1Char('\n'));
        };
        QCOMPARE(doubled(), QString());
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        window.openFile(sample());
        QVERIFY(finished.wait());
        QCOMPARE(doubled(), QString());
        for (WorkArea* const area :
             {window.showComposer(), window.showReplay(), window.showServer()}) {
            QVERIFY(area != nullptr);
            QCOMPARE(doubled(), QString());
        }
        window.showCapture();
        QCOMPARE(doubled(), QString());
        // What an entry says of itself can be read.
        for (QAction* const action : window.menuBar()->actions()) {
            QVERIFY(action->menu()->toolTipsVisible());
        }
    }

    void anAreaStandsBesideTheCapture() {
        AreaWindow test;
        QVERIFY(test.openSample());
        QVERIFY(!test.window->areaTabs().isVisible());
        QVERIFY(test.window->showComposer() == test.area);
        QVERIFY(test.area->isVisible());
        QVERIFY(!test.window->capturePage().isVisible());
        FlatTabBar& tabs = test.window->areaTabs();
        QVERIFY(tabs.isVisible());
        QCOMPARE(tabs.count(), 2);
        QCOMPARE(tabs.tabText(0), QStringLiteral("socketio4-websocket.pcapng"));
        QCOMPARE(tabs.tabText(1), QStringLiteral("Composer"));
        QVERIFY(test.window->windowTitle().startsWith(QStringLiteral("Composer")));
        QVERIFY(!test.window->statusLine().isVisible());

        // The capture is still open.
        test.action("Ctrl+Tab")->trigger();
        QVERIFY(test.window->capturePage().isVisible());
        QVERIFY(test.window->capturePage().rowModel().rowCount() > 0);
        QVERIFY(test.window->statusLine().isVisible());
        test.action("Ctrl+Shift+Tab")->trigger();
        QVERIFY(test.area->isVisible());
        QVERIFY(test.window->showComposer() == test.area);  // the same one

        // Opening another capture brings that to the front, and leaves the area alone.
        QVERIFY(test.openSample());
        QVERIFY(test.window->capturePage().isVisible());
        QVERIFY(!test.area.isNull());
    }

    void menusActOnWhatIsInFront() {
        AreaWindow test;
        QVERIFY(test.openSample());
        test.window->showComposer();
        QVERIFY(!test.action("Ctrl+G")->isEnabled());
        QVERIFY(test.beginTranscript());
        test.source.say(5);
        QTRY_COMPARE(test.rows(), 8);
        CapturePage& page = test.area->place()->page();
        QVERIFY(!page.liveBar().isVisible());
        QVERIFY(test.window->statusLine().isVisible());
        QVERIFY(test.window->statusLine().summary().contains(QStringLiteral("8 rows")));
        QVERIFY(test.action("Ctrl+G")->isEnabled());
        test.action("Ctrl+Home")->trigger();
        QCOMPARE(page.rowView().selectedRecord(), RecordId{0});
        QVERIFY(test.action("Ctrl+S")->isEnabled());
        QMenu* edit = nullptr;
        for (QAction* menu : test.window->menuBar()->actions()) {
            if (menu->text() == QStringLiteral("&Edit")) edit = menu->menu();
        }
        QVERIFY(edit != nullptr);
        QVERIFY(edit->actions().contains(page.tree().copyActions().front()));
        test.window->showCapture();
        QVERIFY(!edit->actions().contains(page.tree().copyActions().front()));
        QVERIFY(!test.action("Ctrl+S")->isEnabled());
    }

    void aRowAndAnAddressAreHandedOver() {
        AreaWindow test;
        QVERIFY(test.openSample());
        CapturePage& page = test.window->capturePage();
        QVERIFY(page.selectRecord(3));
        QAction* const edit = test.action("Ctrl+Shift+E");
        QVERIFY(edit->isEnabled());
        QVERIFY(page.rowView().actions().contains(edit));
        edit->trigger();
        QVERIFY(!test.area.isNull());
        QCOMPARE(test.area->taken, RecordId{3});
        test.window->compose(QStringLiteral("ws://localhost:1/"));
        QCOMPARE(test.area->address, QStringLiteral("ws://localhost:1/"));
    }

    void theTranscriptIsAskedAboutBeforeItGoes() {
        AreaWindow test;
        test.window->showComposer();
        QVERIFY(test.beginTranscript());
        test.source.say(2);
        QTRY_COMPARE(test.rows(), 5);
        test.action("Ctrl+W")->trigger();
        QVERIFY(!test.area.isNull());
        QuestionDialog* const question = test.area->place()->flow().question();
        QVERIFY(question != nullptr);
        question->reject();
        QVERIFY(test.window->shownArea() == test.area);
        test.action("Ctrl+W")->trigger();
        for (FlatButton* button :
             test.area->place()->flow().question()->findChildren<FlatButton*>()) {
            if (button->text() == QStringLiteral("&Discard")) button->click();
        }
        QTRY_VERIFY(test.area.isNull());
        QVERIFY(test.window->startPage().isVisible());
        QVERIFY(!test.window->areaTabs().isVisible());
        QVERIFY(test.source.driver->stopped);
        QTRY_VERIFY(!std::filesystem::exists(test.source.path.parent_path()));
    }

    void aCopyOfAllThatWasSaidIsEnough() {
        AreaWindow test;
        test.window->showComposer();
        QVERIFY(test.beginTranscript());
        test.source.say(2);
        QTRY_COMPARE(test.rows(), 5);
        LiveController& live = test.area->place()->live();
        QVERIFY(live.isOfOurs());
        QVERIFY(live.hasUnsaved());
        const QString copy = test.source.folder.filePath(QStringLiteral("copy.pcap"));
        QSignalSpy copied(&live, &LiveController::copied);
        live.save(copy, false);
        QVERIFY(copied.wait());
        QVERIFY(!live.hasUnsaved());
        QVERIFY(test.window->messageStrip().text().contains(QStringLiteral("transcript goes on")));
        test.source.say(1);
        QTRY_VERIFY(live.hasUnsaved());
    }

    void nothingHappensWhenTheWindowGoesWhileATranscriptBegins() {
        AreaWindow test;
        test.window->showComposer();
        bool called = false;
        test.area->withTranscript(QStringLiteral("x"), [&](const auto&) { called = true; });
        test.window.reset();
        QVERIFY(test.area.isNull());
        QCoreApplication::processEvents();
        QVERIFY(!called);
        QTRY_COMPARE(test.source.driver->alive, 0);
    }
};

QTEST_MAIN(TestAreas)
#include "test_areas.moc"
