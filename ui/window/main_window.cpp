// Flow: what happens when a capture is opened, read, fails or is closed. The menus are built in
// main_menus.cpp; main_areas.cpp has the areas beside the capture.
#include "ui/window/main_window.h"

#include <utility>

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "capture/session/session.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/live/pipe_dialog.h"
#include "ui/load/load_controller.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/start/compose_section.h"
#include "ui/start/start_page.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/message_strip.h"
#include "ui/window/status_line.h"

namespace framescope {
namespace {

/// The first local file among what is dragged, or empty.
QString draggedFile(const QMimeData& data) {
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) return url.toLocalFile();
    }
    return {};
}

}  // namespace

MainWindow::MainWindow(const MainWindowOptions& options, QWidget* parent)
    : QMainWindow(parent),
      m_options(options),
      m_recent(options.settings),
      m_place(std::make_unique<CapturePlace>(options.live, options.settings, *this)),
      m_loader(&m_place->loader()),
      m_live(&m_place->live()),
      m_flow(&m_place->flow()),
      m_page(&m_place->page()),
      m_tabs(new FlatTabBar),
      m_pages(new QStackedWidget),
      m_start(new StartPage(
          findSamples(options.samplesFolder), options.live, options.settings,
          {static_cast<bool>(options.areas.composer), static_cast<bool>(options.areas.server)})),
      m_strip(new MessageStrip),
      m_status(new StatusLine) {
    auto* const content = new QWidget;
    auto* const layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_strip);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_status);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_page);
    m_status->hide();
    m_tabs->addTab({});
    m_tabs->setAccessibleName(QStringLiteral("Places"));
    m_tabs->hide();
    setCentralWidget(content);
    setAcceptDrops(true);
    setWindowTitle(QStringLiteral("Framescope"));
    resize(1200, 780);
    buildMenus();
    fillRecentMenu();

    connect(m_start, &StartPage::openRequested, this, &MainWindow::chooseFile);
    connect(m_start, &StartPage::fileChosen, this, &MainWindow::openFile);
    if (ComposeSection* const section = m_start->compose(); section != nullptr) {
        connect(section, &ComposeSection::connectRequested, this, &MainWindow::compose);
        connect(section, &ComposeSection::serverRequested, this, &MainWindow::showServer);
    }
    connect(m_loader, &LoadController::progressed, this, &MainWindow::showProgress);
    connect(m_loader, &LoadController::finished, this, &MainWindow::showFinished);
    connect(m_loader, &LoadController::failed, this, &MainWindow::showFailure);
    connect(m_tabs, &QTabBar::currentChanged, this, [this] {
        showShown();
        focusContent();
    });
    connect(m_status, &StatusLine::cancelRequested, this, [this] {
        CapturePlace* const place = shownPlace();
        if (place == nullptr) return;
        if (place->loader().isReading() && !place->live().isRunning()) {
            place->loader().cancel();
        } else {
            place->live().cancelSave();
        }
        focusContent();  // the button goes away
    });
    connect(m_strip, &MessageStrip::closed, this, &MainWindow::focusContent);
    connect(m_status, &StatusLine::noticesRequested, this, &MainWindow::showNotices);
    wireLive();
    restore();
    showReplaced();
}

MainWindow::~MainWindow() {
    m_live->disconnect(this);
    m_loader->disconnect(this);
    m_tabs->disconnect(this);
    for (WorkArea* area : std::exchange(m_areas, {})) delete area;
    m_place.reset();
}

void MainWindow::openFile(const QString& path) {
    if (m_options.live.canCapture() && isStreamPath(path)) return m_flow->startStream(path);
    m_flow->whenDecided([this, path] { m_loader->open(path); });
}

void MainWindow::chooseFile() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Open a Capture"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    // Named pipes count as system files.
    if (m_options.live.canCapture()) dialog->setFilter(dialog->filter() | QDir::System);
    dialog->setNameFilters(
        {QStringLiteral("Captures (*.pcap *.pcapng *.cap *.snoop *.pcap.gz *.pcapng.gz *.pcap.zst "
                        "*.pcapng.zst *.pcap.lz4 *.pcapng.lz4)"),
         QStringLiteral("All files (*)")});
    if (!m_loader->path().isEmpty()) {
        dialog->setDirectory(QFileInfo(m_loader->path()).absolutePath());
    } else if (!m_recent.paths().isEmpty()) {
        dialog->setDirectory(QFileInfo(m_recent.paths().front()).absolutePath());
    }
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::showReplaced() {
    if (!m_page->isKeepingPlace()) m_wantedRecord = kNoRecord;
    const bool open = m_place->isOpen();
    if (!open) savePanes();
    m_openShown = open;
    m_strip->hide();
    m_liveFailed = false;
    if (!m_loader->path().isEmpty()) {
        m_recent.add(m_loader->path());
        fillRecentMenu();
    }
    m_pageShown = m_pageShown || open;
    if (open && shownArea() != nullptr) return showCapture();
    showShown();
    // Read again in another way it is the same capture, and whoever works in it goes on there.
    if (!m_page->isKeepingPlace()) focusContent();
}

void MainWindow::showShown() {
    WorkArea* const area = shownArea();
    const CapturePlace* const place = shownPlace();
    const bool open = place != nullptr && place->isOpen();
    m_pages->setCurrentWidget(area != nullptr ? area
                              : open          ? static_cast<QWidget*>(m_page)
                                              : m_start);
    m_status->setVisible(open);
    for (QAction* action : m_captureActions) action->setEnabled(open);
    m_closeAction->setEnabled(area != nullptr || open);
    swapPaneActions();
    nameTabs();
    showTitle();
    showFigures();
    updateLiveActions();
}

void MainWindow::focusContent() {
    WorkArea* const area = shownArea();
    if (area != nullptr) return area->takeFocus();
    (m_place->isOpen() ? static_cast<QWidget*>(&m_page->rowView()) : m_start)->setFocus();
}

void MainWindow::showProgress() {
    if (m_wantedRecord != kNoRecord && m_page->selectRecord(m_wantedRecord)) {
        m_wantedRecord = kNoRecord;
    }
}

void MainWindow::selectWhenRead(RecordId record) {
    m_wantedRecord = record;
}

void MainWindow::showFigures() {
    CapturePlace* const place = shownPlace();
    const Session* const session = place != nullptr ? place->loader().session() : nullptr;
    m_backAction->setEnabled(session != nullptr && place->page().canGoBack());
    const RecordId row =
        session != nullptr ? place->page().rowView().selectedRecord() : RecordId{kNoRecord};
    const bool isOnConnection =
        row != kNoRecord && session->record(row).connection != kNoConnection;
    for (QAction* action : m_rowActions) action->setEnabled(isOnConnection);
    for (QAction* action : {m_onlyConnectionAction, m_onlySessionAction}) {
        action->setEnabled(isOnConnection);
        action->setToolTip(row == kNoRecord || isOnConnection
                               ? QString()
                               : QStringLiteral("The selected row belongs to no connection"));
    }
    if (m_replaySideAction != nullptr) m_replaySideAction->setEnabled(session != nullptr);
    if (session == nullptr) return m_status->showSession(nullptr, {});
    const LiveController& live = place->live();
    StatusFacts facts;
    facts.name = displayText(place->name().toStdString(), 80);
    facts.shownRows = place->page().rowModel().rowCount();
    facts.narrowed = place->page().rowModel().isNarrowed();
    facts.wrongChecksums = place->page().rowModel().checksums().counts();
    facts.limitReached = place->page().rowModel().limitReached();
    facts.reading = place->loader().isReading() && !live.isRunning();
    facts.cancelled = place->loader().wasCancelled();
    facts.live = live.isShown() && !live.isOfOurs();
    if (live.isSaving() && !facts.live) facts.saved = live.saveProgress();
    m_status->showSession(session, facts);
}

void MainWindow::showFinished() {
    if (!m_loader->session()->notices().empty() && !m_liveFailed) showNotices();
    if (m_wantedRecord == kNoRecord) return;
    if (!m_strip->isVisible()) {
        m_strip->showMessage(Severity::Note,
                             QStringLiteral("There is no row %1; the capture has %2.")
                                 .arg(groupedNumber(quint64{m_wantedRecord} + 1),
                                      counted(m_loader->session()->rowCount(), "row", "rows")));
    }
    m_wantedRecord = kNoRecord;
    m_page->rowView().selectLastRow();
}

void MainWindow::showNotices() {
    const CapturePlace* const place = shownPlace();
    const Session* const session = place != nullptr ? place->loader().session() : nullptr;
    if (session == nullptr) return;
    QStringList sentences;
    for (const std::string& notice : session->notices()) sentences << displayText(notice);
    m_strip->showMessage(session->damaged() ? Severity::Warning : Severity::Note,
                         sentences.join(QLatin1Char('\n')));
}

void MainWindow::showFailure(const QString& path, const QString& sentence) {
    if (!QFileInfo::exists(path)) {
        m_recent.remove(path);
        fillRecentMenu();
    }
    showError(sentence);
}

void MainWindow::showError(const QString& sentence) {
    m_strip->showMessage(Severity::Error, displayText(sentence.toStdString()));
}

void MainWindow::showAbout() {
    auto* const box = new QMessageBox(
        QMessageBox::NoIcon, QStringLiteral("About Framescope"),
        QStringLiteral("Framescope %1\n\nReads WebSocket and Socket.IO conversations out of "
                       "captures of network traffic.\n\nFree software under the MIT licence.")
            .arg(QStringLiteral(FRAMESCOPE_VERSION)),
        QMessageBox::Close, this);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!draggedFile(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QString path = draggedFile(*event->mimeData());
    if (path.isEmpty()) return;
    event->acceptProposedAction();
    openFile(path);
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        const bool inFront = shownArea() == nullptr;
        if (inFront && m_loader->isReading() && !m_live->isRunning()) return m_loader->cancel();
        if (m_strip->isVisible()) return m_strip->hide();
    }
    QMainWindow::keyPressEvent(event);
}

void MainWindow::restore() {
    if (m_options.settings == nullptr) return;
    restoreGeometry(m_options.settings->value(QStringLiteral("window/geometry")).toByteArray());
    m_page->restoreSizes(*m_options.settings);
}

void MainWindow::savePanes() {
    // A page that was never shown has no sizes yet.
    if (m_options.settings != nullptr && m_pageShown) m_page->saveSizes(*m_options.settings);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_mayClose && wouldLose()) {
        event->ignore();
        // Later: the answer may come within this event.
        m_flow->whenDecided([this] {
            decideAreas(0, [this] {
                m_mayClose = true;
                QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
            });
        });
        return;
    }
    if (m_options.settings != nullptr) {
        m_options.settings->setValue(QStringLiteral("window/geometry"), saveGeometry());
        savePanes();
        for (const WorkArea* area : m_areas) area->saveSizes(*m_options.settings);
    }
    QMainWindow::closeEvent(event);
}

}  // namespace framescope
