// "Read Connection as" in the window: the menus say what holds, a choice reads the capture again
// and one stays where one was, and the bar takes it back; also while packets come.
#include <QAction>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "capture/session/session.h"
#include "tests/support/capture_builder.h"
#include "tests/ui/hand_made_session.h"
#include "tests/ui/live_fixture.h"
#include "ui/connections/connection_model.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/load/load_controller.h"
#include "ui/reading/read_connection_menu.h"
#include "ui/reading/reading_bar.h"
#include "ui/reading/reading_rules.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/kept_place.h"
#include "ui/window/main_window.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;

/// The entry of a menu, or of one below it, with this text but for its mnemonic.
QAction* entry(const QMenu& menu, const char* text) {
    for (QAction* const action : menu.actions()) {
        if (action->text().remove(QLatin1Char('&')) == QString::fromUtf8(text)) return action;
        if (action->menu() == nullptr) continue;
        if (QAction* const found = entry(*action->menu(), text)) return found;
    }
    return nullptr;
}

/// A window with two WebSockets whose frames alternate, 200 messages each.
class TwoWebSockets {
public:
    TwoWebSockets() {
        CaptureBuilder capture;
        ConversationOptions second;
        second.clientPort = 40001;
        TcpConversation talks[] = {TcpConversation(capture), TcpConversation(capture, second)};
        for (TcpConversation& talk : talks) {
            talk.handshake();
            talk.upgrade("/chat");
        }
        for (int i = 0; i < 200; ++i) {
            for (TcpConversation& talk : talks) {
                const std::string text = "message " + std::to_string(i);
                talk.send(i % 2 == 0 ? kC : kS,
                          i % 2 == 0 ? webSocketText(text, i % 4 == 0 ? kMask : kOtherMask)
                                     : webSocketText(text));
            }
        }
        const QString path = m_folder.filePath(QStringLiteral("two.pcap"));
        if (!capture.write(path.toStdString())) return;
        window.resize(1200, 800);
        window.show();
        if (!QTest::qWaitForWindowActive(&window)) return;
        window.openFile(path);
        ready = waitUntilRead();
    }
    bool waitUntilRead() {
        return QTest::qWaitFor([this] {
            return window.loader().session() != nullptr && !window.loader().isReading() &&
                   window.loader().session()->complete();
        });
    }
    const Session& session() { return *window.loader().session(); }
    RowView& rows() { return window.capturePage().rowView(); }
    /// The row of a connection's frame with so many rows of the connection before it.
    RecordId frame(ConnectionId connection, int number) {
        for (RecordId row = 0; row < session().rowCount(); ++row) {
            const Record& record = session().record(row);
            if (record.connection == connection && record.kind == RowKind::WebSocketFrame &&
                number-- == 0) {
                return row;
            }
        }
        return kNoRecord;
    }
    std::size_t count(ConnectionId connection, RowKind kind) {
        std::size_t found = 0;
        for (RecordId row = 0; row < session().rowCount(); ++row) {
            const Record& record = session().record(row);
            found += record.connection == connection && record.kind == kind ? 1 : 0;
        }
        return found;
    }

    MainWindow window{{}};
    bool ready = false;

private:
    QTemporaryDir m_folder;
};

ReadAs said(const char* words) {
    return std::get<ReadAs>(parseReadAs(words));
}

}  // namespace

class TestReadConnection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aChoiceReadsTheCaptureAgain() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        CapturePage& page = two.window.capturePage();
        QVERIFY(!page.readingBar().isVisible());
        const RecordId selected = two.frame(1, 150);
        page.selectRecord(selected);
        const Record before = two.session().record(selected);
        const int above = two.rows().rowAt(0);
        QVERIFY(above > 0);
        const ReadConnectionMenu& menu = page.rowConnectionMenu();
        QVERIFY(menu.menuAction()->isEnabled());
        QVERIFY(entry(menu, "Connection 1, 10.0.0.1:40001 → 10.0.0.2:3000") != nullptr);
        QVERIFY(entry(menu, "Automatic")->isChecked());
        QVERIFY(!entry(menu, "Compression")->isEnabled());
        QVERIFY(menu.toolTipsVisible());
        QVERIFY(entry(menu, "Compression")->toolTip().contains(QStringLiteral("Choose WebSocket")));

        entry(menu, "Plain TCP")->trigger();
        QVERIFY(two.waitUntilRead());
        QCOMPARE(two.count(1, RowKind::WebSocketFrame), std::size_t{0});
        QCOMPARE(two.count(0, RowKind::WebSocketFrame), std::size_t{200});
        QVERIFY(two.session().connection(1).facts.readAsChosen);
        // The same bytes are selected, and stand where they stood.
        const RecordId now = two.rows().selectedRecord();
        QVERIFY(now != kNoRecord);
        const Record& after = two.session().record(now);
        QVERIFY(after.kind == RowKind::TcpSegment);
        QCOMPARE(after.streamOffset, before.streamOffset);
        QCOMPARE(after.packet, before.packet);
        QCOMPARE(two.rows().rowAt(0), above);
        QVERIFY(entry(menu, "Plain TCP")->isChecked());
        QVERIFY(!entry(menu, "Automatic")->isChecked());
        QVERIFY(page.readingBar().isVisible());
        QCOMPARE(page.readingBar().text(),
                 QStringLiteral("Read as you chose:  Connection 1 as plain TCP"));

        page.readingBar().resetButton().click();
        QVERIFY(two.waitUntilRead());
        QVERIFY(!page.readingBar().isVisible());
        QCOMPARE(two.rows().selectedRecord(), selected);
        QCOMPARE(two.count(1, RowKind::WebSocketFrame), std::size_t{200});
    }

    void whatIsChosenAtTheSideStays() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        CapturePage& page = two.window.capturePage();
        QVERIFY(!page.sideConnectionMenu().menuAction()->isEnabled());
        page.narrowTo(ConnectionId{0});
        QVERIFY(page.sideConnectionMenu().menuAction()->isEnabled());
        const RecordId selected = two.frame(0, 90);
        page.selectRecord(selected);
        const StreamOffset offset = two.session().record(selected).streamOffset;
        entry(page.sideConnectionMenu(), "WebSocket")->trigger();
        QVERIFY(two.waitUntilRead());
        QVERIFY(page.side().chosenConnection() == ConnectionId{0});
        QVERIFY(page.rowModel().isNarrowed());
        const Record& after = two.session().record(two.rows().selectedRecord());
        QVERIFY(after.kind == RowKind::WebSocketFrame);
        QCOMPARE(after.streamOffset, offset);
        QVERIFY(entry(page.sideConnectionMenu(), "Compression")->isEnabled());

        entry(page.sideConnectionMenu(), "None")->trigger();
        QVERIFY(two.waitUntilRead());
        QVERIFY(two.window.loader().readAs().rules().front().readAs.compressionSaid);
        entry(page.sideConnectionMenu(), "STOMP")->trigger();
        QVERIFY(two.waitUntilRead());
        QCOMPARE(textOf(two.window.loader().readAs().rules().front().readAs),
                 std::string("stomp,no-deflate"));
        entry(page.sideConnectionMenu(), "Automatic")->trigger();
        QVERIFY(two.waitUntilRead());
        QVERIFY(two.window.loader().readAs().empty());
        QVERIFY(page.side().chosenConnection() == ConnectionId{0});
    }

    void whoGoesElsewhereMeanwhileStaysThere() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        CapturePage& page = two.window.capturePage();
        page.selectRecord(two.frame(1, 150));
        entry(page.rowConnectionMenu(), "Plain TCP")->trigger();
        // Rows come only with the event loop.
        QVERIFY(two.window.loader().isReading());
        QVERIFY(QTest::qWaitFor([&] { return page.rowModel().rowCount() > 3; }));
        page.selectRecord(2);
        QVERIFY(two.waitUntilRead());
        QCOMPARE(two.rows().selectedRecord(), RecordId{2});
    }

    void anotherCaptureForgetsTheChoice() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        two.window.capturePlace().setReadAs(
            withConnectionReadAs({}, two.session(), 0, said("tcp")));
        QVERIFY(two.waitUntilRead());
        QVERIFY(two.window.capturePage().readingBar().isVisible());
        // Reading the file again is no other capture.
        two.window.loader().reload();
        QVERIFY(two.waitUntilRead());
        QVERIFY(!two.window.loader().readAs().empty());
        two.window.openFile(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap"));
        QVERIFY(two.waitUntilRead());
        QVERIFY(two.window.loader().readAs().empty());
        QVERIFY(!two.window.capturePage().readingBar().isVisible());
    }

    void readingCanBeCancelled() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        two.window.capturePlace().setReadAs(
            withConnectionReadAs({}, two.session(), 0, said("tcp")));
        two.window.loader().cancel();
        QVERIFY(QTest::qWaitFor([&] { return !two.window.loader().isReading(); }));
        // All of it is there again when it is asked for.
        two.window.capturePlace().readAgain();
        QVERIFY(two.waitUntilRead());
        QCOMPARE(two.count(0, RowKind::WebSocketFrame), std::size_t{0});
        QCOMPARE(two.count(1, RowKind::WebSocketFrame), std::size_t{200});
    }

    /// The spool is read from its beginning, and followed on.
    void aRunningCapture() {
        DrivenSource source;
        MainWindow window({nullptr, nullptr, {}, source.services()});
        window.resize(1000, 700);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.liveFlow().start(CaptureChoices{});
        QVERIFY(source.open());
        source.say(20);
        CapturePage& page = window.capturePage();
        QVERIFY(QTest::qWaitFor([&] { return page.rowModel().rowCount() == 23; }));
        window.capturePlace().setReadAs(
            withConnectionReadAs({}, *window.loader().session(), 0, said("tcp")));
        QVERIFY(window.live().isRunning());
        QVERIFY(QTest::qWaitFor([&] { return page.rowModel().rowCount() == 23; }));
        QVERIFY(page.rowView().isFollowing());
        source.say(5);
        QVERIFY(QTest::qWaitFor([&] { return page.rowModel().rowCount() == 28; }));
        const Session& session = *window.loader().session();
        for (RecordId row = 1; row < session.rowCount(); ++row) {
            QVERIFY(session.record(row).kind == RowKind::TcpSegment);
        }
        // A row that is selected stays selected while everything is read again.
        page.selectRecord(10);
        const StreamOffset offset = session.record(10).streamOffset;
        page.readingBar().resetButton().click();
        QVERIFY(QTest::qWaitFor([&] { return page.rowModel().rowCount() == 28; }));
        QVERIFY(QTest::qWaitFor([&] { return page.rowView().selectedRecord() != kNoRecord; }));
        const Session& again = *window.loader().session();
        QCOMPARE(again.record(page.rowView().selectedRecord()).streamOffset, offset);
        QVERIFY(!page.rowView().isFollowing());
        source.end();
        QVERIFY(QTest::qWaitFor([&] { return window.live().state() == LiveState::Ended; }));
        // Stopped and not saved yet: nothing of it is lost by reading it once more.
        QVERIFY(QTest::qWaitFor([&] { return !window.loader().isReading(); }));
        window.capturePlace().setReadAs(
            withConnectionReadAs({}, *window.loader().session(), 0, said("http")));
        QVERIFY(QTest::qWaitFor([&] { return !window.loader().isReading(); }));
        QVERIFY(window.live().hasUnsaved());
        QVERIFY(std::filesystem::exists(source.path));
        window.live().discardWhenReplaced();
    }

    /// Who works in a pane goes on there while the capture is read again.
    void theKeyboardStaysWhereItWas() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        CapturePage& page = two.window.capturePage();
        page.selectRecord(two.frame(1, 150));
        QWidget* const panes[] = {&page.tree(), &page.sources().hexView(), &page.connections(),
                                  &page.sources().tabBar(), &page.rowView()};
        const char* const readings[] = {"Plain TCP", "Automatic"};
        int turn = 0;
        for (QWidget* const pane : panes) {
            pane->setFocus();
            QVERIFY(pane->hasFocus());
            entry(page.rowConnectionMenu(), readings[turn++ % 2])->trigger();
            QVERIFY(two.waitUntilRead());
            QVERIFY2(pane->hasFocus(), pane->metaObject()->className());
        }
        // Its own button goes away with the bar.
        page.readingBar().resetButton().setFocus();
        page.readingBar().resetButton().click();
        QVERIFY(two.waitUntilRead());
        QVERIFY(two.rows().hasFocus());
    }

    void theMenuHasAKey() {
        TwoWebSockets two;
        QVERIFY(two.ready);
        CapturePage& page = two.window.capturePage();
        page.selectRecord(two.frame(1, 3));
        QTest::keyClick(&two.window, Qt::Key_U, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(page.rowConnectionMenu().isVisible());
        page.rowConnectionMenu().close();
        page.narrowTo(ConnectionId{0});
        page.connections().setFocus();
        QTest::keyClick(&two.window, Qt::Key_U, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(page.sideConnectionMenu().isVisible());
        page.sideConnectionMenu().close();
    }

    void rulesOfOneConnectionStandInFront() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 10, 3));
        ReadAsRules rules;
        rules.add(std::get<ReadAsRule>(parseReadAsRule("tcp.port==3000,tcp")));
        QVERIFY(readAsOf(rules, session, 1).kind == ReadAs::Kind::Tcp);
        rules = withConnectionReadAs(rules, session, 1, said("websocket"));
        QCOMPARE(rules.rules().size(), std::size_t{2});
        QCOMPARE(ruleWords(rules.rules()[0]), QStringLiteral("Connection 1 as WebSocket"));
        QCOMPARE(ruleWords(rules.rules()[1]), QStringLiteral("tcp.port==3000 as plain TCP"));
        QVERIFY(readAsOf(rules, session, 1).kind == ReadAs::Kind::WebSocket);
        QVERIFY(readAsOf(rules, session, 2).kind == ReadAs::Kind::Tcp);
        // Automatic has to be said where another rule would reach it.
        rules = withConnectionReadAs(rules, session, 1, said("auto"));
        QCOMPARE(rules.rules().size(), std::size_t{2});
        QVERIFY(readAsOf(rules, session, 1).kind == ReadAs::Kind::Automatic);
        rules = withoutRule(rules, 1);
        QCOMPARE(rules.rules().size(), std::size_t{1});
        rules = withConnectionReadAs(rules, session, 1, said("auto"));
        QVERIFY(rules.empty());
    }

    void aRowIsFoundByItsBytes() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 40, 2, [](RecordId, Record& record) {
            record.streamOffset = 1234 * (record.packet / 4);
        }));
        // In the middle of a row that is longer now.
        RowAnchor anchor = anchorOf(session.record(20));
        anchor.offset += 100;
        RowSearch search(anchor);
        QCOMPARE(search.look(session, false).value_or(kNoRecord), RecordId{20});
        // Bytes that are in no row: the row of the same packet, else the last one before.
        anchor.offset = 1U << 30;
        QVERIFY(!RowSearch(anchor).look(session, false));
        QCOMPARE(RowSearch(anchor).look(session, true).value_or(kNoRecord), RecordId{20});
        anchor.packet = 10'000;
        QCOMPARE(RowSearch(anchor).look(session, true).value_or(kNoRecord), RecordId{38});
        anchor.connection = 7;
        QVERIFY(!RowSearch(anchor).look(session, true));
    }

    void whatWasInferredIsSaid() {
        Session session(nullptr);
        Batch batch = handMadeBatch(0, 4, 3);
        ConnectionFacts& inferred = batch.connections[0].second.facts;
        inferred.protocol = Protocol::SocketIo;
        inferred.inferred = kInferredWebSocket | kInferredEngineVersion;
        inferred.engineVersion = 4;
        batch.names.emplace_back("websocket,no-deflate");
        ConnectionFacts& chosen = batch.connections[1].second.facts;
        chosen.protocol = Protocol::WebSocket;
        chosen.readAsChosen = true;
        chosen.readAs = 1;
        session.append(std::move(batch));
        ConnectionModel model;
        model.setSession(&session);
        const auto name = [&](int row) {
            return model.index(row).data(SideListModel::NameRole).toString();
        };
        const auto spoken = [&](int row) {
            return model.index(row).data(Qt::AccessibleTextRole).toString();
        };
        QCOMPARE(name(1), QStringLiteral("0  Socket.IO, inferred"));
        QVERIFY(spoken(1).contains(QStringLiteral(
            "The handshake was not captured or cannot be read; told from the frames: WebSocket, "
            "Engine.IO 4.")));
        QCOMPARE(name(2), QStringLiteral("1  WebSocket, as chosen"));
        QVERIFY(spoken(2).contains(QStringLiteral("Read as you chose: WebSocket, not compressed")));
        QCOMPARE(name(3), QStringLiteral("2  TCP"));
        // What was chosen may carry more.
        Batch more = handMadeBatch(4, 4, 3);
        ConnectionInfo carrier = session.connection(1);
        more.names.emplace_back("http");
        carrier.facts.readAs = 2;
        more.connections.emplace_back(ConnectionId{1}, carrier);
        session.append(std::move(more));
        model.refresh();
        QCOMPARE(name(2), QStringLiteral("1  WebSocket, in HTTP as chosen"));
        QVERIFY(
            spoken(2).contains(QStringLiteral("Read as you chose: HTTP; it carries WebSocket")));
        // Frames that were looked for and not found.
        Batch none = handMadeBatch(8, 4, 3);
        ConnectionInfo info = session.connection(1);
        info.facts = ConnectionFacts();
        info.facts.readAsChosen = true;
        info.facts.readAs = 1;
        none.connections.emplace_back(ConnectionId{1}, info);
        session.append(std::move(none));
        model.refresh();
        QCOMPARE(name(2), QStringLiteral("1  TCP, not as chosen"));
        QVERIFY(spoken(2).contains(QStringLiteral(
            "You chose WebSocket, not compressed, but nothing of the kind was found")));
    }
};

QTEST_MAIN(TestReadConnection)
#include "test_read_connection.moc"
