// The window as it is used: open a sample, select a row, see the tree, click a byte, see the field.
#include <QAction>
#include <QClipboard>
#include <QDropEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMimeData>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include "capture/session/session.h"
#include "tests/ui/hand_made_session.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/load/load_controller.h"
#include "ui/payload/read_as_menu.h"
#include "ui/reading/capture_properties_text.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/start/start_page.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"
#include "ui/window/capture_page.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"
#include "ui/window/status_line.h"

using namespace framescope;

namespace {

QString samples() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples");
}
QString sample(const char* name) {
    return samples() + QLatin1Char('/') + QString::fromLatin1(name);
}

/// A window of its own for each test, with a Socket.IO sample open and read.
class OpenWindow : public MainWindow {
public:
    explicit OpenWindow(const char* name = "socketio4-websocket.pcapng",
                        const MainWindowOptions& options = {})
        : MainWindow(options) {
        resize(1300, 850);
        show();
        m_active = QTest::qWaitForWindowActive(this);
        QSignalSpy finished(&loader(), &LoadController::finished);
        openFile(sample(name));
        m_read = finished.wait();
    }
    bool isReady() const { return m_active && m_read; }
    const Session& session() { return *loader().session(); }
    /// The first row of a protocol, kNoRecord for none.
    RecordId firstOf(Protocol protocol) {
        for (RecordId row = 0; row < session().rowCount(); ++row) {
            if (session().record(row).protocol == protocol) return row;
        }
        return kNoRecord;
    }
    void clickRow(RecordId record) {
        RowView& view = capturePage().rowView();
        const QModelIndex index = view.model()->index(static_cast<int>(record), RowModel::Info);
        view.scrollTo(index);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.visualRect(index).center());
    }

private:
    bool m_active = false;
    bool m_read = false;
};

void dropOnto(QWidget& window, const QMimeData& data) {
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&window, &enter);
    if (!enter.isAccepted()) return;
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&window, &drop);
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theStartPageOpensASample() {
        MainWindow window({nullptr, nullptr, samples()});
        window.show();
        QVERIFY(window.startPage().isVisible());
        QVERIFY(!window.statusLine().isVisible());
        LinkButton* link = nullptr;
        for (LinkButton* candidate : window.startPage().findChildren<LinkButton*>()) {
            if (candidate->text() == QStringLiteral("ws-echo.pcap")) link = candidate;
        }
        QVERIFY(link != nullptr);
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        QTest::keyClick(link, Qt::Key_Return);
        QVERIFY(finished.wait());
        QVERIFY(window.capturePage().isVisible());
        QVERIFY(window.windowTitle().startsWith(QStringLiteral("ws-echo.pcap")));
        QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
        QVERIFY(window.startPage().isVisible());
        QVERIFY(window.loader().session() == nullptr);
    }

    void aRowShowsItsTreeAndAByteItsField() {
        OpenWindow window;
        QVERIFY(window.isReady());
        QCOMPARE(window.capturePage().rowModel().rowCount(),
                 static_cast<int>(window.session().rowCount()));
        const RecordId row = window.firstOf(Protocol::SocketIo);
        QVERIFY(row != kNoRecord);
        window.clickRow(row);
        QCOMPARE(window.capturePage().rowView().selectedRecord(), row);

        FieldTreeView& tree = window.capturePage().tree();
        const Dissection& dissection = *tree.fieldModel().dissection();
        const FieldIndex type = dissection.fields.find(FieldId::SocketIoType);
        QVERIFY(type != kNoField);

        // A field lights its bytes ...
        tree.scrollTo(tree.fieldModel().indexOf(type));
        QTest::mouseClick(tree.viewport(), Qt::LeftButton, {},
                          tree.visualRect(tree.fieldModel().indexOf(type)).center());
        SourceTabs& sources = window.capturePage().sources();
        QCOMPARE(sources.currentSource(), dissection.fields[type].source);
        QCOMPARE(sources.hexView().highlighted(), dissection.fields[type].range);

        // ... and a byte selects its innermost field, on whatever tab it is.
        for (int tab = 0; tab < static_cast<int>(dissection.sources.size()); ++tab) {
            sources.moveTab(1);
            const SourceId source = sources.currentSource();
            const FieldIndex wanted = dissection.fields.innermost(source, 0);
            HexView& hex = sources.hexView();
            hex.verticalScrollBar()->setValue(0);
            QTest::mouseClick(hex.viewport(), Qt::LeftButton, {}, hex.byteRect(0).center());
            QCOMPARE(tree.selectedField(), wanted);
            if (wanted == kNoField) continue;
            QCOMPARE(hex.highlighted(), dissection.fields[wanted].range);
            QVERIFY(tree.viewport()->rect().intersects(tree.visualRect(tree.currentIndex())));
        }
    }

    void everyRowOfASampleCanBeShown() {
        OpenWindow window;
        QVERIFY(window.isReady());
        RowView& rows = window.capturePage().rowView();
        rows.selectRow(0);
        for (RecordId row = 0; row < window.session().rowCount(); ++row) {
            QCOMPARE(rows.selectedRecord(), row);
            QVERIFY(window.capturePage().tree().fieldModel().rowCount() > 0);
            QVERIFY(window.capturePage().sources().currentSource() != kNoSource);
            QTest::keyClick(&window, Qt::Key_Down, Qt::ControlModifier);
        }
    }

    void theKeyboardAloneReachesEveryPane() {
        OpenWindow window;
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        QVERIFY(page.rowView().hasFocus());
        QTest::keyClick(&window, Qt::Key_Down);
        QTest::keyClick(&page.rowView(), Qt::Key_Home);
        QList<QWidget*> visited;
        for (int i = 0; i < 8; ++i) {
            visited << QApplication::focusWidget();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        for (QWidget* wanted : QList<QWidget*>{&page.rowView(), &page.tree(),
                                               &page.sources().hexView(), &page.connections()}) {
            QVERIFY2(visited.contains(wanted), qPrintable(wanted->accessibleName()));
        }
        QTest::keyClick(&window, Qt::Key_1, Qt::AltModifier);
        QVERIFY(page.connections().hasFocus());
        QTest::keyClick(&window, Qt::Key_2, Qt::AltModifier);
        QVERIFY(page.rowView().hasFocus());
        QTest::keyClick(&window, Qt::Key_3, Qt::AltModifier);
        QVERIFY(page.tree().hasFocus());
        QTest::keyClick(&window, Qt::Key_4, Qt::AltModifier);
        QVERIFY(page.sources().hexView().hasFocus());
        // From anywhere: the next row, with the tree following.
        const RecordId before = page.rowView().selectedRecord();
        QTest::keyClick(&page.sources().hexView(), Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(page.rowView().selectedRecord(), before + 1);
    }

    void theFirstRowIsSelectedAndReloadingKeepsTheRow() {
        OpenWindow window;
        QVERIFY(window.isReady());
        RowView& rows = window.capturePage().rowView();
        QCOMPARE(rows.selectedRecord(), RecordId{0});
        rows.selectRow(7);
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
        QVERIFY(finished.wait());
        QCOMPARE(rows.selectedRecord(), RecordId{7});
        window.capturePage().narrowTo(ConnectionId{0});
        rows.selectRow(2);
        QTest::keyClick(&window, Qt::Key_R, Qt::ControlModifier);
        QVERIFY(finished.wait());
        QVERIFY(window.capturePage().rowModel().isNarrowed());
        QCOMPARE(rows.currentIndex().row(), 2);
        window.capturePage().narrowTo(std::nullopt);
        window.loader().reload();
        window.selectWhenRead(999'999);
        QVERIFY(finished.wait());
        QCOMPARE(rows.selectedRecord(), window.session().rowCount() - 1);
        QVERIFY(window.messageStrip().text().startsWith(QStringLiteral("There is no row 1")));
    }

    void goingToARow() {
        OpenWindow window;
        QVERIFY(window.isReady());
        QTest::keyClick(&window, Qt::Key_G, Qt::ControlModifier);
        auto* const field = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        QVERIFY(field != nullptr);
        QTest::keyClicks(field, QStringLiteral("0"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(field->isVisible());
        QTest::keyClicks(field, QStringLiteral("5"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(window.capturePage().rowView().selectedRecord(), RecordId{4});
        QVERIFY(!field->isVisible());
        QVERIFY(window.capturePage().rowView().hasFocus());
    }

    void aConnectionNarrowsTheRows() {
        OpenWindow window("ws-close-codes.pcap");
        QVERIFY(window.isReady());
        QVERIFY(window.session().connectionCount() > 1);
        CapturePage& page = window.capturePage();
        ConnectionView& view = page.connections();
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                          view.visualRect(view.model()->index(2, 0)).center());
        const int narrowed = page.rowModel().rowCount();
        QCOMPARE(narrowed, static_cast<int>(window.session().connection(1).rows));
        QVERIFY(window.statusLine().summary().contains(QStringLiteral("%1 of ").arg(narrowed)));
        // What is selected stays selected through narrowing and back.
        page.rowView().selectRow(1);
        const RecordId selected = page.rowView().selectedRecord();
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(page.rowModel().rowCount(), static_cast<int>(window.session().rowCount()));
        QCOMPARE(page.rowView().selectedRecord(), selected);
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
        QCOMPARE(page.rowModel().rowCount(), narrowed);
        QCOMPARE(page.rowView().selectedRecord(), selected);
        // A row of another connection is reached all the same.
        QVERIFY(page.selectRecord(window.session().rowCount() - 1));
        QCOMPARE(page.rowView().selectedRecord(), window.session().rowCount() - 1);
    }

    void aLinkLeadsToItsRowAndBack() {
        OpenWindow window("socketio-heartbeats.pcap.gz");
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        RecordId from = 0;
        for (; from < window.session().rowCount(); ++from) {
            page.selectRecord(from);
            if (page.tree().fieldModel().firstLink().isValid()) break;
        }
        const QModelIndex link = page.tree().fieldModel().firstLink();
        QVERIFY(link.isValid());
        const RecordId to = *page.tree().fieldModel().linkOf(link);
        QVERIFY(!page.canGoBack());
        page.tree().setFocus();
        page.tree().setCurrentIndex(link);
        QTest::keyClick(&page.tree(), Qt::Key_Return);
        QCOMPARE(page.rowView().selectedRecord(), to);
        QTest::keyClick(&window, Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(page.rowView().selectedRecord(), from);
        // And no further.
        QVERIFY(!page.canGoBack());
        QTest::keyClick(&window, Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(page.rowView().selectedRecord(), from);
    }

    void anEngineIoSessionShowsAllItsConnections() {
        OpenWindow window("socketio4-polling-upgrade.pcapng");
        QVERIFY(window.isReady());
        const auto& sessions = window.session().engineSessions();
        QVERIFY(!sessions.empty());
        CapturePage& page = window.capturePage();
        QVERIFY(page.side().tabBar().isVisible());
        page.selectRecord(window.session().rowCount() - 1);
        page.selectRecord(0);
        for (RecordId row = 0; row < window.session().rowCount(); ++row) {
            if (window.session().record(row).connection == sessions[0].connections.front()) {
                page.selectRecord(row);
                break;
            }
        }
        const RecordId selected = page.rowView().selectedRecord();
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(page.side().sessions().isVisible());
        quint64 rows = 0;
        for (const ConnectionId connection : sessions[0].connections) {
            rows += window.session().connection(connection).rows;
        }
        QCOMPARE(page.rowModel().rowCount(), static_cast<int>(rows));
        QCOMPARE(page.rowView().selectedRecord(), selected);
        QVERIFY(window.statusLine().summary().contains(QStringLiteral("%1 of ").arg(rows)));
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(page.rowModel().rowCount(), static_cast<int>(window.session().rowCount()));
    }

    void aPayloadIsReadAsSomebodyChose() {
        OpenWindow window("ws-echo.pcap");
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        const auto formatOfRow = [&page] {
            const FieldTree& tree = page.tree().fieldModel().dissection()->fields;
            const FieldIndex format = tree.find(FieldId::PayloadFormat);
            return format == kNoField ? std::string() : std::get<std::string>(tree[format].value);
        };
        RecordId row = 0;
        while (row < window.session().rowCount()) {
            page.selectRecord(row++);
            if (!formatOfRow().empty()) break;
        }
        const std::string guessed = formatOfRow();
        QVERIFY(!guessed.empty() && guessed != "raw");
        FieldTreeView& tree = page.tree();
        const auto choose = [&page](const char* text) {
            for (QAction* action : page.readAsMenu().actions()) {
                if (action->text().remove(QLatin1Char('&')) == QLatin1String(text)) {
                    action->trigger();
                }
            }
        };
        QVERIFY(page.readAsMenu().menuAction()->isEnabled());
        tree.selectField(tree.fieldModel().dissection()->fields.find(FieldId::PayloadWhy));
        choose("Raw Bytes");
        QCOMPARE(formatOfRow(), std::string("raw"));
        // The eye is still on it.
        QVERIFY(tree.fieldModel().payloadOf(tree.currentIndex()) != kNoField);
        // It is kept while the window is open, and taken back.
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        window.loader().reload();
        QVERIFY(finished.wait());
        page.selectRecord(row - 1);
        QCOMPARE(formatOfRow(), std::string("raw"));
        choose("Guess Again");
        QCOMPARE(formatOfRow(), guessed);
        // What cannot be is said in the strip.
        page.readAsMenu().readSchema(QStringLiteral("/nowhere/a.proto"));
        QTRY_VERIFY(window.messageStrip().isVisible());
        QVERIFY(window.messageStrip().text().contains(QStringLiteral("a.proto")));
    }

    void aFileIsOpenedByDroppingIt() {
        MainWindow window({});
        window.show();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(sample("ws-echo.pcap"))});
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        dropOnto(window, data);
        QVERIFY(finished.wait());
        QVERIFY(window.capturePage().isVisible());
    }

    void whatIsNoFileCannotBeDropped() {
        MainWindow window({});
        window.show();
        QMimeData data;
        data.setUrls({QUrl(QStringLiteral("https://example.org/a.pcap"))});
        data.setText(QStringLiteral("text"));
        dropOnto(window, data);
        QVERIFY(window.loader().session() == nullptr);
        QVERIFY(!window.messageStrip().isVisible());
    }

    void aFileThatIsNoCaptureIsSaidInTheWindow() {
        OpenWindow window;
        QVERIFY(window.isReady());
        const Session* const open = window.loader().session();
        window.openFile(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/CMakeLists.txt"));
        MessageStrip& strip = window.messageStrip();
        QVERIFY(strip.isVisible());
        QVERIFY(strip.text().contains(QStringLiteral("CMakeLists.txt")));
        QCOMPARE(window.loader().session(), open);
        QVERIFY(window.capturePage().isVisible());
        auto* const label = strip.findChild<QLabel*>(QStringLiteral("message"));
        QVERIFY(label->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
        const auto buttons = strip.findChildren<FlatButton*>();
        QCOMPARE(buttons.size(), 2);
        QTest::mouseClick(buttons.at(0), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), strip.text());
        QTest::keyClick(buttons.at(1), Qt::Key_Return);
        QVERIFY(!strip.isVisible());
    }

    void aCutOffCaptureSaysSo() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("cut.pcap"));
        QVERIFY(QFile::copy(sample("ws-echo.pcap"), path));
        QFile file(path);
        QVERIFY(file.resize(file.size() - 7));
        MainWindow window({});
        window.show();
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        window.openFile(path);
        QVERIFY(finished.wait());
        QVERIFY(window.messageStrip().isVisible());
        QVERIFY(!window.messageStrip().text().isEmpty());
        QVERIFY(window.capturePage().rowModel().rowCount() > 0);
    }

    void anEmptyListSaysWhy() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("empty.pcap"));
        QVERIFY(QFile::copy(sample("ws-echo.pcap"), path));
        QFile file(path);
        QVERIFY(file.resize(24));  // the file header alone
        MainWindow window({});
        window.show();
        QSignalSpy finished(&window.loader(), &LoadController::finished);
        window.openFile(path);
        QVERIFY(finished.wait());
        QCOMPARE(window.capturePage().rowModel().rowCount(), 0);
        QVERIFY(window.capturePage().rowView().emptyText().startsWith(
            QStringLiteral("This capture holds no packets.")));
        // Nor are the panes below blank.
        CapturePage& page = window.capturePage();
        for (QAbstractScrollArea* pane :
             QList<QAbstractScrollArea*>{&page.tree(), &page.sources().hexView()}) {
            const QImage picture = pane->viewport()->grab().toImage();
            QImage blank(picture.size(), picture.format());
            blank.fill(picture.pixelColor(0, 0));
            QVERIFY2(picture != blank, qPrintable(pane->accessibleName()));
        }
    }

    void panesComeBackAsTheyWere() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("settings.ini"));
        const auto sizesOf = [](CapturePage& page) {
            return QList<int>{page.connections().width(), page.rowView().height(),
                              page.tree().width()};
        };
        QList<int> wanted;
        {
            QSettings settings(path, QSettings::IniFormat);
            OpenWindow window("ws-echo.pcap", {&settings, nullptr, {}});
            QVERIFY(window.isReady());
            const QList<int> before = sizesOf(window.capturePage());
            for (auto* splitter : window.capturePage().findChildren<QSplitter*>()) {
                QList<int> sizes = splitter->sizes();
                sizes[0] += 40;
                sizes[1] -= 40;
                splitter->setSizes(sizes);
            }
            wanted = sizesOf(window.capturePage());
            QVERIFY(wanted != before);
            // Closed first: quitting must not forget it.
            QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
            window.close();
        }
        QSettings settings(path, QSettings::IniFormat);
        OpenWindow window("ws-echo.pcap", {&settings, nullptr, {}});
        QVERIFY(window.isReady());
        QCOMPARE(sizesOf(window.capturePage()), wanted);
    }

    void theTreeIsEnteredAtItsMainLayer() {
        OpenWindow window;
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        window.clickRow(window.firstOf(Protocol::SocketIo));
        const SourceId source = page.sources().currentSource();
        QTest::keyClick(&page.rowView(), Qt::Key_Tab);
        FieldTreeView& tree = page.tree();
        QVERIFY(tree.hasFocus());
        const QModelIndex main = tree.fieldModel().indexOf(tree.fieldModel().mainLayer());
        QCOMPARE(tree.currentIndex(), main);
        QVERIFY(tree.selectionModel()->isSelected(main));
        QVERIFY(tree.viewport()->rect().contains(tree.visualRect(main).center()));
        QCOMPARE(page.sources().currentSource(), source);
        // Going on to another row from here keeps a place in the tree.
        QTest::keyClick(&tree, Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(tree.selectedField(), tree.fieldModel().mainLayer());
    }

    void theBytesHaveEndsOfTheirOwn() {
        OpenWindow window;
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        page.rowView().selectRow(5);
        HexView& hex = page.sources().hexView();
        hex.setFocus();
        QTest::keyClick(window.windowHandle(), Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(hex.cursor(), std::optional(hex.geometry().size() - 1));
        hex.setFocus();
        QTest::keyClick(window.windowHandle(), Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(hex.cursor(), std::optional(quint64{0}));
        QCOMPARE(page.rowView().selectedRecord(), RecordId{5});
        page.rowView().setFocus();
        QTest::keyClick(window.windowHandle(), Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(page.rowView().selectedRecord(), RecordId{0});
    }

    void escapeClosesTheStripFromAnywhere() {
        OpenWindow window;
        QVERIFY(window.isReady());
        CapturePage& page = window.capturePage();
        for (QWidget* pane : QList<QWidget*>{&page.rowView(), &page.tree(), &page.connections(),
                                             &page.sources().hexView()}) {
            window.showError(QStringLiteral("A sentence."));
            pane->setFocus();
            QTest::keyClick(window.windowHandle(), Qt::Key_Escape);
            QVERIFY2(!window.messageStrip().isVisible(), qPrintable(pane->accessibleName()));
            QVERIFY(pane->hasFocus());
        }
        window.showError(QStringLiteral("A sentence."));
        window.messageStrip().findChildren<FlatButton*>().at(1)->setFocus();
        QTest::keyClick(window.windowHandle(), Qt::Key_Escape);
        QVERIFY(!window.messageStrip().isVisible());
        QVERIFY(page.rowView().hasFocus());
        // Cancel goes away with the reading it ends.
        page.tree().setFocus();
        Q_EMIT window.statusLine().cancelRequested();
        QVERIFY(page.rowView().hasFocus());
    }

    void linksStandBelowTheirHeading() {
        MainWindow window({nullptr, nullptr, samples()});
        window.show();
        const auto links = window.startPage().findChildren<LinkButton*>();
        QVERIFY(!links.isEmpty());
        const int text = links.front()->mapTo(&window, QPoint(LinkButton::kPadding, 0)).x();
        for (QLabel* label : window.startPage().findChildren<QLabel*>()) {
            if (label->text() != QStringLiteral("Samples")) continue;
            QCOMPARE(label->mapTo(&window, label->contentsRect().topLeft()).x(), text);
        }
        auto* const open = window.startPage().findChild<QWidget*>(QStringLiteral("open"));
        QCOMPARE(open->mapTo(&window, QPoint()).x(), text);
    }

    void recentFilesAndPanesAreRemembered() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("settings.ini"));
        {
            QSettings settings(path, QSettings::IniFormat);
            OpenWindow window("ws-echo.pcap", {&settings, nullptr, {}});
            QVERIFY(window.isReady());
            window.close();
        }
        QSettings settings(path, QSettings::IniFormat);
        QVERIFY(settings.contains(QStringLiteral("panes/rows")));
        MainWindow window({&settings, nullptr, {}});
        const auto links = window.startPage().findChildren<LinkButton*>();
        QCOMPARE(links.size(), 1);
        QCOMPARE(links.front()->text(), QStringLiteral("ws-echo.pcap"));
    }

    /// What was put together of fragments may be TCP, so they are no packets without it.
    void fragmentsAreNoPacketsWithoutTcp() {
        Session session(nullptr);
        Batch batch = test::handMadeBatch(0, 4, 1);
        batch.statistics.packets = 6;
        batch.statistics.tcpPackets = 3;
        batch.statistics.ipFragments = 3;
        batch.statistics.ipDatagrams = 1;
        session.append(std::move(batch));
        const auto summary = [&session] { return statusSummary(session, StatusFacts()); };
        QVERIFY2(!summary().contains(QStringLiteral("without TCP")), qPrintable(summary()));
        QVERIFY(summary().contains(QStringLiteral("6 packets  ·  3 IP fragments")));
        Batch more;
        more.statistics = session.statistics();
        more.statistics.packets = 8;
        more.statistics.udpPackets = 2;
        session.append(std::move(more));
        QVERIFY(summary().contains(QStringLiteral("2 without TCP  ·  3 IP fragments")));
        Batch unread;
        unread.statistics = session.statistics();
        unread.statistics.packets = 28;
        unread.statistics.malformedPackets = 2;
        unread.statistics.undescribedPackets = 18;
        session.append(std::move(unread));
        QVERIFY(summary().contains(QStringLiteral(
            "2 without TCP  ·  3 IP fragments  ·  2 malformed  ·  18 of an unknown interface")));
        const QString said = plainText(propertiesOf(session, {}, {}));
        QVERIFY(said.contains(QStringLiteral("  IP fragments: 3\n  Datagrams put together: 1\n")));
        QVERIFY(said.contains(QStringLiteral("Not Read\n  UDP: 2\n")));
    }

    void everyActionHasAShortcutOrAMenuOfItsOwn() {
        MainWindow window({nullptr, nullptr, samples()});
        QStringList seen;
        for (QAction* menu : window.menuBar()->actions()) {
            for (QAction* action : menu->menu()->actions()) {
                if (action->isSeparator() || action->menu() != nullptr) continue;
                for (const QKeySequence& keys : action->shortcuts()) {
                    // Ctrl+C means the pane that has the focus.
                    if (keys == QKeySequence(QKeySequence::Copy)) continue;
                    QVERIFY2(!seen.contains(keys.toString()), qPrintable(keys.toString()));
                    seen << keys.toString();
                }
            }
        }
        QVERIFY(seen.contains(QStringLiteral("Ctrl+Alt+K")));
        for (const char* wanted :
             {"Ctrl+O", "Ctrl+W", "Ctrl+Q", "Ctrl+R", "Ctrl+G", "Ctrl+Down", "Ctrl+Up"}) {
            QVERIFY2(seen.contains(QLatin1String(wanted)), wanted);
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
