// The composer as it is used, against the test server: connect, look at the preview, send with the
// key, see the row, close; what is wrong is named first; a row of a capture is edited and sent; the
// window may go away at any moment.
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPointer>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "capture/server/test_server.h"
#include "capture/session/session.h"
#include "ui/composer/address_bar.h"
#include "ui/composer/composer_area.h"
#include "ui/composer/composer_panel.h"
#include "ui/composer/frame_form.h"
#include "ui/composer/history_view.h"
#include "ui/composer/payload_edit.h"
#include "ui/composer/plain_forms.h"
#include "ui/composer/preview_pane.h"
#include "ui/composer/socketio_form.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/start/compose_section.h"
#include "ui/start/recent_addresses.h"
#include "ui/start/start_page.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"

using namespace framescope;

namespace {

/// A server, and a window whose composer writes below a folder of its own.
class Desk {
public:
    Desk() {
        MainWindowOptions options;
        context.live = systemLiveServices();
        context.begin = [path = folder.path().toStdString()](const std::string& name,
                                                             live::Wake wake) {
            live::Destination destination;
            destination.spoolBase = path;
            return transcript::begin(name, destination, std::move(wake));
        };
        options.areas.composer = [this] {
            auto* const made = new ComposerArea(context, systemComposeServices());
            area = made;
            return made;
        };
        options.settings = context.settings = &settings;
        window = std::make_unique<MainWindow>(options);
        context.window = window.get();
        window->resize(1200, 800);
        window->show();
    }
    bool startServer(std::vector<server::Misbehaviour> misbehaviours = {}) {
        server::ServerOptions options;
        options.misbehaviours = std::move(misbehaviours);
        auto started = server::TestServer::start(reactor, options, nullptr, {});
        if (!started) return false;
        server = std::move(*started);
        return true;
    }
    QString url(const char* path) const {
        return QStringLiteral("ws://127.0.0.1:%1%2").arg(server->port()).arg(QLatin1String(path));
    }
    ComposerPanel& panel() const { return area->panel(); }
    bool connectTo(const char* path) {
        window->compose(url(path));
        return QTest::qWaitFor([&] { return panel().connection().isOpen(); });
    }
    bool waitForPreview() const {
        return QTest::qWaitFor([&] { return !panel().preview().isPending(); });
    }
    /// Whether the transcript gets a row with this text.
    bool waitForRow(const QString& text) const {
        const RowModel& model = area->place()->page().rowModel();
        return QTest::qWaitFor([&] {
            for (int row = 0; row < model.rowCount(); ++row) {
                const QModelIndex index = model.index(row, RowModel::Info);
                if (index.data().toString().contains(text)) return true;
            }
            return false;
        });
    }
    QAction* action(const char* shortcut) const {
        for (QAction* action : window->findChildren<QAction*>()) {
            if (action->shortcuts().contains(QKeySequence(QLatin1String(shortcut)))) return action;
        }
        return nullptr;
    }

    QTemporaryDir folder;
    QSettings settings{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    AreaContext context;
    net::Reactor reactor;
    std::unique_ptr<server::TestServer> server;
    QPointer<ComposerArea> area;
    std::unique_ptr<MainWindow> window;
};

}  // namespace

class TestComposer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thePreviewShowsWhatIsSent() {
        Desk desk;
        QVERIFY(desk.startServer());
        QVERIFY(desk.connectTo("/echo"));
        QCOMPARE(desk.panel().addressBar().stateText(), QStringLiteral("Open"));
        desk.panel().frameForm().payload().editor().setPlainText(QStringLiteral("hello there"));
        QVERIFY(desk.waitForPreview());
        const DraftView& view = desk.panel().preview().view();
        QCOMPARE(view.bytes, quint64{2 + 4 + 11});
        QCOMPARE(view.rows.size(), std::size_t{1});
        QVERIFY(view.issues.empty());
        QCOMPARE(desk.panel().sendButton().text(), QStringLiteral("Send"));
        const Bytes shown = view.rows[0].dissection->sources.front().bytes;

        desk.action("Ctrl+Return")->trigger();
        QVERIFY(desk.waitForRow(QStringLiteral("hello there")));
        QTRY_COMPARE(desk.panel().outcomeText(), QStringLiteral("Sent ") + byteCount(17));
        // The very bytes: header, key and masked payload of the row are those of the preview.
        const Session& session = *desk.area->place()->loader().session();
        const auto frameOf = [&]() -> RecordId {
            for (RecordId row = 0; row < session.rowCount(); ++row) {
                const Record& record = session.record(row);
                if (record.protocol == Protocol::WebSocket &&
                    record.direction == Direction::ClientToServer) {
                    return row;
                }
            }
            return kNoRecord;
        };
        QTRY_VERIFY(frameOf() != kNoRecord);
        bool same = false;
        for (const Source& source : session.dissect(frameOf()).sources) {
            same = same || source.bytes == shown;
        }
        QVERIFY(same);
        // The next one gets another key.
        QVERIFY(desk.waitForPreview());
        QVERIFY(desk.panel().preview().view().rows[0].dissection->sources.front().bytes != shown);

        desk.panel().toggleConnection();
        QTRY_VERIFY(!desk.panel().connection().isActive());
        QVERIFY(
            desk.panel().addressBar().stateText().startsWith(QStringLiteral("Closed with 1000")));
        QCOMPARE(storedAddresses(&desk.settings), QStringList{desk.url("/echo")});
    }

    void whatIsWrongIsNamedBeforeItIsSent() {
        Desk desk;
        QVERIFY(desk.startServer());
        QVERIFY(desk.connectTo("/echo"));
        desk.panel().frameForm().payload().editor().setPlainText(QStringLiteral("x"));
        QVERIFY(desk.waitForPreview());
        compose::FrameDraft frame;
        frame.payload.text = "x";
        frame.masking = compose::Masking::None;
        frame.rsv[1] = true;
        desk.panel().setDraft(frame);
        // The key comes before the preview does: it must not go out unseen.
        desk.action("Ctrl+Return")->trigger();
        QVERIFY(desk.waitForPreview());
        QTRY_VERIFY(
            desk.panel().addressBar().sentence().startsWith(QStringLiteral("Not sent yet")));
        QCOMPARE(desk.panel().sendButton().text(), QStringLiteral("Send Anyway"));
        const auto& issues = desk.panel().previewPane().issues().issues();
        QVERIFY(issues.size() >= 2);
        QCOMPARE(issues.front().severity, Severity::Error);
        QVERIFY(issues.front().sentence.contains(QStringLiteral("RFC 6455")));
        QVERIFY(desk.panel().connection().isOpen());
        desk.action("Ctrl+Return")->trigger();
        // The server says what it thinks of it.
        QTRY_VERIFY(!desk.panel().connection().isActive());
        QVERIFY2(desk.panel().addressBar().stateText().contains(QStringLiteral("1002")),
                 qPrintable(desk.panel().addressBar().stateText()));
    }

    void whatIsSentComesBackOutOfTheHistory() {
        Desk desk;
        QVERIFY(desk.startServer());
        QVERIFY(desk.connectTo("/echo"));
        QPlainTextEdit& editor = desk.panel().frameForm().payload().editor();
        editor.setPlainText(QStringLiteral("first"));
        QVERIFY(desk.waitForPreview());
        desk.action("Ctrl+Return")->trigger();
        QTRY_VERIFY(desk.panel().outcomeText().startsWith(QStringLiteral("Sent")));
        editor.setPlainText(QStringLiteral("second"));
        desk.action("Ctrl+H")->trigger();
        QCOMPARE(desk.panel().page(), ComposerPanel::HistoryPage);
        HistoryView& history = desk.panel().historyView();
        QCOMPARE(history.model()->rowCount(), 1);
        history.setCurrentIndex(history.model()->index(0, 0));
        // The preview is that of the message pointed at, and the key sends it again.
        QVERIFY(desk.waitForPreview());
        QCOMPARE(desk.panel().preview().view().bytes, quint64{2 + 4 + 5});
        QTest::keyClick(&history, Qt::Key_Return);
        QCOMPARE(desk.panel().page(), ComposerPanel::FramePage);
        QCOMPARE(editor.toPlainText(), QStringLiteral("first"));
        // And out of a file.
        const QString file = desk.folder.filePath(QStringLiteral("message.json"));
        desk.panel().saveMessageAs(file);
        QTRY_VERIFY(desk.panel().outcomeText().startsWith(QStringLiteral("Saved as")));
        editor.setPlainText(QStringLiteral("third"));
        desk.panel().loadMessageFrom(file);
        QTRY_COMPARE(editor.toPlainText(), QStringLiteral("first"));
        desk.panel().loadMessageFrom(desk.folder.filePath(QStringLiteral("none.json")));
        QTRY_VERIFY(desk.panel().addressBar().sentence().contains(QStringLiteral("none.json")));
    }

    void severalConnectionsWriteOneTranscript() {
        Desk desk;
        QVERIFY(desk.startServer());
        QVERIFY(desk.connectTo("/echo"));
        ComposerPanel& first = desk.panel();
        QVERIFY(desk.connectTo("/echo"));
        QCOMPARE(desk.area->panelCount(), 2);
        QVERIFY(&desk.panel() != &first);
        QVERIFY(first.connection().isOpen());
        LoadController& loader = desk.area->place()->loader();
        QTRY_VERIFY(loader.session() != nullptr && loader.session()->connectionCount() == 2);
        desk.action("Ctrl+Alt+W")->trigger();
        QCOMPARE(desk.area->panelCount(), 1);
        QVERIFY(&desk.panel() == &first);
    }

    void anEventIsAcknowledged() {
        Desk desk;
        QVERIFY(desk.startServer());
        desk.window->compose(
            QStringLiteral("http://127.0.0.1:%1/socket.io/").arg(desk.server->port()));
        QCOMPARE(desk.panel().addressBar().speaks(), client::Speaks::SocketIo);
        QVERIFY2(QTest::qWaitFor([&] { return desk.panel().connection().isOpen(); }),
                 qPrintable(desk.panel().addressBar().sentence()));
        QCOMPARE(desk.panel().page(), ComposerPanel::SocketIoPage);
        compose::SocketIoDraft event;
        event.event = "message";
        event.data = "[\"hi\"]";
        event.wantsAck = true;
        desk.panel().setDraft(event);
        QVERIFY(desk.waitForPreview());
        desk.panel().send();
        QTRY_VERIFY2(desk.panel().outcomeText().startsWith(QStringLiteral("Acknowledged after")),
                     qPrintable(desk.panel().outcomeText()));
    }

    void aRowOfACaptureIsEditedAndSent() {
        Desk desk;
        QVERIFY(desk.startServer());
        QVERIFY(desk.connectTo("/echo"));
        QSignalSpy finished(&desk.window->loader(), &LoadController::finished);
        desk.window->openFile(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap"));
        QVERIFY(finished.wait());
        CapturePage& page = desk.window->capturePage();
        QVERIFY(page.isVisible());
        const Session& session = *desk.window->loader().session();
        RecordId row = 0;
        while (row < session.rowCount() &&
               !(session.record(row).protocol == Protocol::WebSocket &&
                 session.record(row).direction == Direction::ClientToServer)) {
            ++row;
        }
        QVERIFY(page.selectRecord(row));
        QVERIFY(page.rowView().actions().contains(desk.action("Ctrl+Shift+E")));
        desk.action("Ctrl+Shift+E")->trigger();
        QVERIFY(desk.area->isVisible());
        QVERIFY(!page.isVisible());
        QVERIFY(desk.window->loader().session() == &session);  // the capture is still open
        QCOMPARE(desk.panel().page(), ComposerPanel::FramePage);
        const auto frame = std::get<compose::FrameDraft>(desk.panel().draft());
        // Bits, key and payload are those of the row.
        QCOMPARE(frame.masking, compose::Masking::Fixed);
        QVERIFY(desk.waitForPreview());
        const Bytes& shown =
            desk.panel().preview().view().rows[0].dissection->sources.front().bytes;
        bool same = false;
        for (const Source& source : session.dissect(row).sources) {
            same = same || source.bytes == shown;
        }
        QVERIFY(same);
        desk.action("Ctrl+Return")->trigger();
        QTRY_VERIFY(desk.panel().outcomeText().startsWith(QStringLiteral("Sent ")));
    }

    void whyItIsNotOpenIsSaidBelowTheAddress() {
        Desk desk;
        QVERIFY(desk.startServer());
        desk.window->compose(desk.url("/status/403"));
        QTRY_VERIFY(!desk.panel().addressBar().sentence().isEmpty());
        QVERIFY2(desk.panel().addressBar().sentence().contains(QStringLiteral("403")),
                 qPrintable(desk.panel().addressBar().sentence()));
        QTRY_VERIFY(desk.panel().addressBar().stateText().startsWith(QStringLiteral("Closed")));
        desk.panel().send();
        QVERIFY(desk.panel().addressBar().sentence().startsWith(QStringLiteral("Not sent")));
        desk.panel().addressBar().setUrl(QStringLiteral("nonsense://x"));
        desk.panel().toggleConnection();
        QVERIFY(!desk.panel().addressBar().sentence().isEmpty());
        QVERIFY(!desk.panel().connection().isActive());
    }

    void theStartPageConnects() {
        Desk desk;
        QVERIFY(desk.startServer());
        QLineEdit& address = desk.window->startPage().compose()->address();
        address.setText(desk.url("/echo"));
        QTest::keyClick(&address, Qt::Key_Return);
        QVERIFY(!desk.area.isNull());
        QTRY_VERIFY(desk.panel().connection().isOpen());
    }

    void anUncheckedCertificateStaysInSight() {
        AddressBar bar;
        client::Status status;
        bar.showStatus(status, false);
        bool visible = false;
        for (QLabel* label : bar.findChildren<QLabel*>()) {
            visible = visible || (label->text() == QStringLiteral("certificate not checked") &&
                                  label->isVisibleTo(&bar));
        }
        QVERIFY(visible);
        status.state = client::State::Waiting;
        status.attempt = 2;
        status.untilNextAttempt = std::chrono::milliseconds(4000);
        QCOMPARE(stateWords(status, 0), QStringLiteral("Waiting for attempt 3 in 4 s"));
        QCOMPARE(stateWords(status, 3500), QStringLiteral("Waiting for attempt 3 in 1 s"));
        status.state = client::State::Closed;
        status.closeReceived = websocket::CloseBody{1001, "bye"};
        QVERIFY(stateWords(status, 0).startsWith(QStringLiteral("Closed by the server with 1001")));
    }

    void theWindowMayGoWhileConnecting() {
        Desk desk;
        QVERIFY(desk.startServer());
        desk.window->compose(desk.url("/echo"));
        desk.window.reset();
        QVERIFY(desk.area.isNull());
        Desk other;
        QVERIFY(other.startServer());
        QVERIFY(other.connectTo("/echo"));
        other.panel().frameForm().payload().editor().setPlainText(QStringLiteral("x"));
        other.panel().send();
        other.window.reset();
        QVERIFY(other.area.isNull());
        QCoreApplication::processEvents();
    }
};

QTEST_MAIN(TestComposer)
#include "test_composer.moc"
