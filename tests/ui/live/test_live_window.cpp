// The window while packets come: following, pausing, asking about what is not saved, endings.
#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QPointer>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

#include "capture/session/session.h"
#include "tests/ui/live_fixture.h"
#include "ui/live/capture_options_dialog.h"
#include "ui/live/live_bar.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/live/pipe_dialog.h"
#include "ui/live/remote_dialog.h"
#include "ui/load/load_controller.h"
#include "ui/rows/follow_pill.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/start/left_section.h"
#include "ui/start/start_page.h"
#include "ui/text/display_text.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"
#include "ui/widgets/question_dialog.h"
#include "ui/window/capture_page.h"
#include "ui/window/go_to_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"
#include "ui/window/status_line.h"

using namespace framescope;
using framescope::test::DrivenSource;

namespace {

/// A window in which a capture runs, with more rows than fit.
class LiveWindow {
public:
    explicit LiveWindow(int messages = 60) : window({nullptr, nullptr, {}, source.services()}) {
        window.resize(1000, 700);
        window.show();
        m_ready = QTest::qWaitForWindowActive(&window);
        window.liveFlow().start(CaptureChoices{});
        m_ready = m_ready && source.open();
        source.say(messages);
        m_ready = m_ready && QTest::qWaitFor([&] { return shown() == messages + 3; });
    }
    bool isReady() const { return m_ready; }
    int shown() { return window.capturePage().rowModel().rowCount(); }
    RowView& rows() { return window.capturePage().rowView(); }
    FollowPill& pill() { return window.capturePage().followPill(); }
    bool isAtEnd() {
        return rows().verticalScrollBar()->value() == rows().verticalScrollBar()->maximum();
    }
    bool end(live::Ending::Cause cause = live::Ending::Cause::Asked, const char* sentence = "",
             const char* remedy = "") {
        source.end(cause, sentence, remedy);
        return QTest::qWaitFor([&] {
            return window.live().state() == LiveState::Ended && !window.loader().isReading();
        });
    }
    void answer(const char* text) {
        QVERIFY(window.liveFlow().question() != nullptr);
        for (FlatButton* button : window.liveFlow().question()->findChildren<FlatButton*>()) {
            if (button->text() == QString::fromUtf8(text)) return button->click();
        }
        QFAIL(text);
    }
    bool spoolIsThere() const { return std::filesystem::exists(source.path.parent_path()); }
    QAction* action(const char* shortcut) {
        for (QAction* action : window.findChildren<QAction*>()) {
            if (action->isEnabled() &&
                action->shortcuts().contains(QKeySequence(QLatin1String(shortcut)))) {
                return action;
            }
        }
        return nullptr;
    }

    DrivenSource source;
    MainWindow window;

private:
    bool m_ready = false;
};

QString sample() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap");
}

}  // namespace

class TestLiveWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theListFollowsItsEnd() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QVERIFY(live.rows().isFollowing());
        QVERIFY(live.isAtEnd());
        QVERIFY(live.rows().selectedRecord() == kNoRecord);
        QVERIFY(!live.pill().isVisible());
        live.source.say(20);
        QTRY_COMPARE(live.shown(), 83);
        QVERIFY(live.isAtEnd());
        QVERIFY(live.window.capturePage().liveBar().isVisible());
        QCOMPARE(live.window.capturePage().liveBar().stateText(),
                 QStringLiteral("Capturing on lo"));
        QVERIFY(live.window.windowTitle().startsWith(QStringLiteral("lo")));
    }

    /// Bar, side and "Go to Row" count the same rows at every moment.
    void figuresKeepUpWithTheRows() {
        LiveWindow live;
        QVERIFY(live.isReady());
        CapturePage& page = live.window.capturePage();
        page.askForRow();
        const auto goTo = [&page] {
            QStringList said;
            for (const QLabel* label : page.findChild<GoToBar*>()->findChildren<QLabel*>())
                said << label->text();
            return said.join(QLatin1Char(' '));
        };
        QVERIFY2(goTo().contains(QStringLiteral("1 to 63")), qPrintable(goTo()));
        int behind = 0;
        connect(&live.window.loader(), &LoadController::progressed, &live.window, [&] {
            const QString rows = groupedNumber(live.window.loader().session()->rowCount());
            for (const LiveFigure& figure : page.liveBar().figures()) {
                behind += figure.name == QStringLiteral("Rows") && figure.value != rows ? 1 : 0;
            }
        });
        live.source.say(20);
        QTRY_COMPARE(live.shown(), 83);
        QCOMPARE(behind, 0);
        QVERIFY2(goTo().contains(QStringLiteral("1 to 83")), qPrintable(goTo()));
    }

    void anAnswerShowsInTheTreeOfTheSelectedRow() {
        LiveWindow live;
        QVERIFY(live.isReady());
        constexpr std::uint8_t kPing[] = {0x89, 0x02, 'h', 'i'};
        constexpr std::uint8_t kPong[] = {0x8a, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2};
        live.source.send(Direction::ServerToClient, kPing);
        QTRY_COMPARE(live.shown(), 64);
        live.rows().selectRecord(63);
        FieldTreeView& tree = live.window.capturePage().tree();
        const auto isAnswered = [&tree] {
            const FieldTree& fields = tree.fieldModel().dissection()->fields;
            return fields.find(FieldId::RowLink) != kNoField;
        };
        QVERIFY(!isAnswered());
        live.source.send(Direction::ClientToServer, kPong);
        QTRY_VERIFY(isAnswered());
        QCOMPARE(live.rows().selectedRecord(), RecordId{63});
    }

    void focusAloneSelectsNothing() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.capturePage().tree().setFocus();
        live.rows().setFocus();
        QVERIFY(live.rows().isFollowing());
        QVERIFY(live.rows().selectedRecord() == kNoRecord);
    }

    void scrollingUpStopsItAndEndGoesOn() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.rows().verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
        QVERIFY(!live.rows().isFollowing());
        QVERIFY(live.pill().isVisible());
        const int place = live.rows().verticalScrollBar()->value();
        live.source.say(7);
        QTRY_COMPARE(live.shown(), 70);
        QCOMPARE(live.rows().verticalScrollBar()->value(), place);
        QTRY_VERIFY(live.pill().sentence().contains(QStringLiteral("7 new rows")));
        QTest::keyClick(&live.rows(), Qt::Key_End);
        QVERIFY(live.rows().isFollowing());
        QVERIFY(live.isAtEnd());
        QVERIFY(!live.pill().isVisible());
        QVERIFY(live.rows().selectedRecord() == kNoRecord);
    }

    void scrollingToTheEndFollowsAgain() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QScrollBar& bar = *live.rows().verticalScrollBar();
        bar.triggerAction(QAbstractSlider::SliderPageStepSub);
        QVERIFY(!live.rows().isFollowing());
        bar.triggerAction(QAbstractSlider::SliderToMaximum);
        QVERIFY(live.rows().isFollowing());
    }

    void selectingARowStopsIt() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.rows().selectRecord(50);
        QVERIFY(!live.rows().isFollowing());
        QTest::mouseClick(&live.pill(), Qt::LeftButton);
        QVERIFY(live.rows().isFollowing());
        // What was selected stays so.
        QCOMPARE(live.rows().selectedRecord(), RecordId{50});
        live.source.say(1);
        QTRY_COMPARE(live.shown(), 64);
        QVERIFY(live.isAtEnd());
    }

    void pausingStopsTheListAndNeverTheCapture() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QTest::keyClick(&live.window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        CapturePage& page = live.window.capturePage();
        QVERIFY(page.isPaused());
        live.source.say(5);
        QTRY_COMPARE(live.window.loader().session()->rowCount(), RecordId{68});
        QCOMPARE(live.shown(), 63);
        QVERIFY(live.pill().isVisible());
        QTRY_VERIFY(live.pill().sentence().contains(QStringLiteral("5 new rows wait")));
        // Narrowing does not let through what waits.
        page.narrowTo(ConnectionId{0});
        QCOMPARE(live.shown(), 63);
        page.narrowTo(std::nullopt);
        QTest::mouseClick(&live.pill(), Qt::LeftButton);
        QVERIFY(!page.isPaused());
        QCOMPARE(live.shown(), 68);
        QVERIFY(!live.pill().isVisible());
    }

    void stoppingAndSavingByKeys() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QTest::keyClick(&live.window, Qt::Key_E, Qt::ControlModifier);
        QVERIFY(live.source.driver->stopped);
        QVERIFY(live.end());
        LiveBar& bar = live.window.capturePage().liveBar();
        QCOMPARE(bar.stateText(), QStringLiteral("Stopped: lo, not saved"));
        QTest::keyClick(&live.window, Qt::Key_S, Qt::ControlModifier);
        auto* const dialog = live.window.findChild<QFileDialog*>();
        QVERIFY(dialog != nullptr);
        const QString target = live.source.folder.filePath(QStringLiteral("kept.pcap"));
        QSignalSpy saved(&live.window.live(), &LiveController::saved);
        dialog->selectFile(target);
        static_cast<QDialog*>(dialog)->accept();
        QVERIFY(saved.wait());
        QVERIFY(QFile::exists(target));
        QVERIFY(!bar.isVisible());
        QVERIFY(live.window.windowTitle().startsWith(QStringLiteral("kept.pcap")));
        QCOMPARE(live.shown(), 64);  // with the row that says how it ended
    }

    void savedWhileItRanIsSavedAtItsEnd() {
        LiveWindow live;
        QVERIFY(live.isReady());
        const QString target = live.source.folder.filePath(QStringLiteral("kept.pcap"));
        live.window.live().save(target, false);
        MessageStrip& strip = live.window.messageStrip();
        QTRY_VERIFY(strip.isVisible());
        QVERIFY(strip.text().contains(QStringLiteral("the capture goes on")));
        QVERIFY(live.end());
        QVERIFY(!strip.isVisible());
        LiveBar& bar = live.window.capturePage().liveBar();
        QVERIFY(bar.isVisible());
        QCOMPARE(bar.stateText(), QStringLiteral("Stopped, saved in kept.pcap"));
        QVERIFY(live.window.windowTitle().startsWith(QStringLiteral("kept.pcap")));
        QVERIFY(!live.window.isWindowModified());
        QVERIFY(live.action("Ctrl+S") == nullptr);
        live.window.close();
        QVERIFY(live.window.liveFlow().question() == nullptr);
        QVERIFY(!live.window.isVisible());
    }

    void savedBeforeTheLastPacketIsNotSaved() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.live().save(live.source.folder.filePath(QStringLiteral("kept.pcap")), false);
        MessageStrip& strip = live.window.messageStrip();
        QTRY_VERIFY(strip.isVisible());
        live.source.say(1);
        QVERIFY(live.end());
        QVERIFY(!strip.isVisible());
        QCOMPARE(live.window.capturePage().liveBar().stateText(),
                 QStringLiteral("Stopped: lo, not saved"));
        live.window.close();
        QVERIFY(live.window.isVisible());
        live.answer("&Discard");
    }

    void anotherMessageStaysAtTheEnd() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.showError(QStringLiteral("Something else."));
        QVERIFY(live.end());
        QVERIFY(live.window.messageStrip().isVisible());
    }

    void figuresOfTheBarAreNotInTheStatusLine() {
        LiveWindow live;
        QVERIFY(live.isReady());
        const auto says = [&](const char* text) {
            return live.window.statusLine().summary().contains(QLatin1String(text));
        };
        QTRY_VERIFY(says("1 connection"));
        QVERIFY(says("lo"));
        QVERIFY(!says("packet"));
        QVERIFY(!says("row"));
        live.window.capturePage().narrowTo(ConnectionId{0});
        QTRY_VERIFY(says("63 rows shown"));
        live.window.capturePage().narrowTo(std::nullopt);
        QVERIFY(live.end());
        QVERIFY(!says("packet"));
        QSignalSpy saved(&live.window.live(), &LiveController::saved);
        live.window.live().save(live.source.folder.filePath(QStringLiteral("kept.pcap")), false);
        QVERIFY(saved.wait());
        QVERIFY(says("64 rows"));
        QVERIFY(says("packets"));
    }

    void savingAnOpenFileAsAnother() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QVERIFY(live.end());
        live.window.live().discardWhenReplaced();
        live.window.live().close();
        QVERIFY(live.action("Ctrl+Shift+S") == nullptr);
        QSignalSpy finished(&live.window.loader(), &LoadController::finished);
        live.window.openFile(sample());
        QVERIFY(finished.wait());
        QVERIFY(live.action("Ctrl+S") == nullptr);
        QAction* const saveAs = live.action("Ctrl+Shift+S");
        QVERIFY(saveAs != nullptr);
        saveAs->trigger();
        auto* const dialog = live.window.findChild<QFileDialog*>();
        QVERIFY(dialog != nullptr);
        const QString target = live.source.folder.filePath(QStringLiteral("other.pcap"));
        dialog->selectFile(target);
        static_cast<QDialog*>(dialog)->accept();
        QVERIFY(live.window.live().isSaving());
        QVERIFY(live.window.statusLine().summary().contains(QStringLiteral("saving a copy")));
        MessageStrip& strip = live.window.messageStrip();
        QTRY_VERIFY(strip.isVisible());
        QVERIFY(strip.text().startsWith(QStringLiteral("A copy is saved as ")));
        QVERIFY(!live.window.statusLine().summary().contains(QStringLiteral("saving a copy")));
        QCOMPARE(live.window.loader().path(), sample());
        QVERIFY(QFile::exists(target));
    }

    void thePillCoversNoRow_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("large") << QSize(1280, 800);
        QTest::newRow("small") << QSize(640, 480);
    }
    void thePillCoversNoRow() {
        QFETCH(QSize, size);
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.resize(size);
        QTRY_COMPARE(live.window.width(), size.width());
        QTRY_VERIFY(live.isAtEnd());
        const int height = live.rows().height();
        live.rows().selectRecord(60);
        QVERIFY(live.pill().isVisible());
        QCoreApplication::processEvents();
        // Nothing has moved, and the last row is as much in sight as before.
        QCOMPARE(live.rows().height(), height);
        QVERIFY(live.isAtEnd());
        const QRect pill(live.pill().mapToGlobal(QPoint()), live.pill().size());
        const QRect list(live.rows().mapToGlobal(QPoint()), live.rows().size());
        QVERIFY(!pill.intersects(list));
        QVERIFY(live.end());
        QTRY_VERIFY(live.rows().height() > height);
    }

    void aRowIsSelectedByTheEndKeyOnceItIsOver() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QVERIFY(live.end());
        QTest::keyClick(&live.rows(), Qt::Key_End);
        QCOMPARE(live.rows().selectedRecord(), RecordId{63});
    }

    void openingAnotherAsksFirst() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.openFile(sample());
        QVERIFY(live.window.live().isRunning());
        live.answer("&Cancel");
        QVERIFY(live.window.live().isRunning());
        live.window.openFile(sample());
        live.answer("&Discard");
        QVERIFY(!live.window.live().isShown());
        QCOMPARE(live.window.loader().path(), sample());
        QTRY_VERIFY(!live.spoolIsThere());
        QVERIFY(!live.window.capturePage().liveBar().isVisible());
    }

    void savingThenOpening() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QVERIFY(live.end());
        live.window.openFile(sample());
        live.answer("&Save…");
        auto* const dialog = live.window.findChild<QFileDialog*>();
        QVERIFY(dialog != nullptr);
        const QString target = live.source.folder.filePath(QStringLiteral("kept.pcap"));
        dialog->selectFile(target);
        static_cast<QDialog*>(dialog)->accept();
        QTRY_COMPARE(live.window.loader().path(), sample());
        QVERIFY(QFile::exists(target));
    }

    void closingTheWindowAsksFirst() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.window.close();
        QVERIFY(live.window.isVisible());
        live.answer("&Cancel");
        QVERIFY(live.window.isVisible());
        live.window.close();
        live.answer("&Discard");
        QTRY_VERIFY(!live.window.isVisible());
    }

    void aFailureStandsInTheStripWithItsCommand() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QVERIFY(live.end(live::Ending::Cause::Failed, "The disk is full.", "rm -i *"));
        MessageStrip& strip = live.window.messageStrip();
        QVERIFY(strip.isVisible());
        QCOMPARE(strip.text(), QStringLiteral("The disk is full."));
        QCOMPARE(strip.remedy(), QStringLiteral("rm -i *"));
        for (FlatButton* button : strip.findChildren<FlatButton*>()) {
            if (button->text().startsWith(QStringLiteral("Copy"))) button->click();
        }
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("rm -i *"));
        QCOMPARE(live.shown(), 64);
        QVERIFY(live.action("Ctrl+S") != nullptr);
    }

    void aFailureAtOnceLeavesTheStartPage() {
        DrivenSource source;
        MainWindow window({nullptr, nullptr, {}, source.services()});
        window.show();
        window.liveFlow().start(CaptureChoices{});
        QVERIFY(window.capturePage().isVisible());
        QVERIFY(window.capturePage().rowView().emptyText().startsWith(QStringLiteral("Waiting")));
        source.end(live::Ending::Cause::Failed, "There is no right.", "sudo setcap");
        QTRY_VERIFY(window.startPage().isVisible());
        QVERIFY(window.messageStrip().isVisible());
        QCOMPARE(window.messageStrip().remedy(), QStringLiteral("sudo setcap"));
    }

    void keysMeanWhatTheyMeanNow() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QCOMPARE(live.action("Ctrl+R")->text(), QStringLiteral("&Restart"));
        QVERIFY(live.end());
        QCOMPARE(live.action("Ctrl+R")->text(), QStringLiteral("Re&load"));
        const int rows = live.shown();
        QSignalSpy finished(&live.window.loader(), &LoadController::finished);
        live.action("Ctrl+R")->trigger();
        QVERIFY(finished.wait());
        QCOMPARE(live.shown(), rows);
        QVERIFY(live.window.live().hasUnsaved());
    }

    void escapeDoesNotEndTheReadingOfARunningCapture() {
        LiveWindow live;
        QVERIFY(live.isReady());
        QTest::keyClick(&live.window, Qt::Key_Escape);
        QVERIFY(!live.window.loader().wasCancelled());
        live.source.say(1);
        QTRY_COMPARE(live.shown(), 64);
    }

    void whatTheSourceSaysIsShown() {
        LiveWindow live;
        QVERIFY(live.isReady());
        live.source.driver->tell([](live::Status& status) {
            status.remarks = "tcpdump: listening on eth0\nssh: something else\n";
        });
        LiveBar& bar = live.window.capturePage().liveBar();
        FlatButton* said = nullptr;
        for (FlatButton* button : bar.findChildren<FlatButton*>()) {
            if (button->text() == QStringLiteral("What It Said")) said = button;
        }
        QVERIFY(said != nullptr);
        QTRY_VERIFY(said->isVisible());
        said->click();
        QVERIFY(live.window.messageStrip().text().contains(QStringLiteral("ssh: something else")));
    }

    void aLeftCaptureIsOfferedAndOpened() {
        DrivenSource source;
        QVERIFY(source.open());
        source.say(3);
        source.driver->spool.reset();
        MainWindow window({nullptr, nullptr, {}, source.services()});
        window.show();
        LeftSection& left = *window.startPage().left();
        QTRY_COMPARE(left.count(), 1);
        QVERIFY(left.isVisible());
        auto* const link = left.findChild<LinkButton*>();
        QVERIFY(link->text().startsWith(QStringLiteral("lo, ")));
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        link->click();
        QVERIFY(finished.wait());
        QVERIFY(window.capturePage().isVisible());
        QVERIFY(window.live().hasUnsaved());
        QVERIFY(!window.capturePage().rowView().isGrowing());
        QVERIFY(window.capturePage().liveBar().stateText().startsWith(
            QStringLiteral("Left behind: lo")));
    }

    void aLeftCaptureIsDiscardedWithTwoClicks() {
        DrivenSource source;
        QVERIFY(source.open());
        source.say(3);
        source.driver->spool.reset();
        MainWindow window({nullptr, nullptr, {}, source.services()});
        window.show();
        LeftSection& left = *window.startPage().left();
        QTRY_COMPARE(left.count(), 1);
        auto* const discard = left.findChild<FlatButton*>();
        discard->click();
        QVERIFY(std::filesystem::exists(source.path));
        discard->click();
        QTRY_COMPARE(left.count(), 0);
        QVERIFY(!std::filesystem::exists(source.path));
    }

    void withoutServicesThereIsNoLiveCapture() {
        MainWindow window({});
        window.show();
        QVERIFY(window.startPage().sniff() == nullptr);
        for (QAction* action : window.menuBar()->actions()) {
            QVERIFY(action->text() != QStringLiteral("&Capture"));
        }
    }

    void anotherMachineFromTheCommandLine_data() {
        QTest::addColumn<bool>("atOnce");
        QTest::newRow("asks") << false;
        QTest::newRow("at once") << true;
    }
    void anotherMachineFromTheCommandLine() {
        QFETCH(bool, atOnce);
        DrivenSource source;
        LiveServices services = source.services();
        std::optional<LiveSource> started;
        services.capture = [&, drive = services.capture](const LiveSource& what, live::Wake wake) {
            started = what;
            return drive(what, std::move(wake));
        };
        MainWindow window({nullptr, nullptr, {}, services});
        window.show();
        const RemoteChoices choices{QStringLiteral("me@fe80::1"), 2222, QStringLiteral("eth0"),
                                    QStringLiteral("tcp port 3000"), true};
        window.captureRemote(choices, atOnce);
        if (!atOnce) {
            QVERIFY(!started);
            auto* const dialog = window.findChild<RemoteDialog*>();
            QVERIFY(dialog != nullptr && dialog->isVisible());
            QVERIFY(dialog->choices() == choices);
            QVERIFY2(dialog->obstacle().isEmpty(), qPrintable(dialog->obstacle()));
            dialog->startButton().click();
        }
        QVERIFY(started && std::holds_alternative<live::RemoteCapture>(*started));
        const auto& remote = std::get<live::RemoteCapture>(*started);
        QCOMPARE(remote.host, std::string("me@fe80::1"));
        QCOMPARE(int{remote.port}, 2222);
        QCOMPARE(remote.interface, std::string("eth0"));
        QCOMPARE(remote.filter, std::string("tcp port 3000"));
        QVERIFY(remote.sudo);
    }

    void dialogsOpenAndSayWhatIsMissing() {
        DrivenSource source;
        MainWindow window({nullptr, nullptr, {}, source.services()});
        window.show();
        window.liveFlow().askRemote();
        auto* const remote = window.findChild<RemoteDialog*>();
        QVERIFY(remote != nullptr && remote->isVisible());
        QVERIFY(!remote->obstacle().isEmpty());
        QVERIFY(!remote->startButton().isEnabled());
        const auto edits = remote->findChildren<QLineEdit*>();
        for (QLineEdit* edit : edits) {
            if (edit->placeholderText() == QStringLiteral("user@host")) {
                edit->setText(QStringLiteral("me@there"));
            }
            if (edit->placeholderText() == QStringLiteral("eth0")) {
                edit->setText(QStringLiteral("any"));
            }
        }
        QVERIFY2(remote->obstacle().isEmpty(), qPrintable(remote->obstacle()));
        remote->startButton().click();
        QVERIFY(window.live().isRunning());
        source.end(live::Ending::Cause::Failed, "ssh was refused.");
        QTRY_VERIFY(!window.live().isShown());

        window.liveFlow().askPipe();
        auto* const pipe = window.findChild<PipeDialog*>();
        QVERIFY(pipe != nullptr);
        QVERIFY(!pipe->obstacle().isEmpty());
        pipe->findChild<QLineEdit*>()->setText(sample());
        QVERIFY(pipe->obstacle().contains(QStringLiteral("no pipe")));
        pipe->reject();
    }
};

QTEST_MAIN(TestLiveWindow)
#include "test_live_window.moc"
