// Flow: what happens when a capture is opened, read, fails or is closed. The menus are built in
// main_menus.cpp.
#include "ui/window/main_window.h"

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
#include "ui/payload/payload_overrule.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/start/start_page.h"
#include "ui/text/display_text.h"
#include "ui/window/capture_page.h"
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
      m_loader(new LoadController(this)),
      m_live(std::make_unique<LiveController>(*m_loader, options.live)),
      m_flow(std::make_unique<LiveFlow>(*m_live, options.settings, *this)),
      m_pages(new QStackedWidget),
      m_start(new StartPage(findSamples(options.samplesFolder), options.live, options.settings)),
      m_page(new CapturePage),
      m_strip(new MessageStrip),
      m_status(new StatusLine) {
    auto* const content = new QWidget;
    auto* const layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_strip);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_status);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_page);
    m_status->hide();
    setCentralWidget(content);
    setAcceptDrops(true);
    setWindowTitle(QStringLiteral("Framescope"));
    resize(1200, 780);
    buildMenus();
    fillRecentMenu();

    connect(m_start, &StartPage::openRequested, this, &MainWindow::chooseFile);
    connect(m_start, &StartPage::fileChosen, this, &MainWindow::openFile);
    connect(m_loader, &LoadController::replaced, this, &MainWindow::showReplaced);
    connect(m_loader, &LoadController::progressed, this, &MainWindow::showProgress);
    connect(m_loader, &LoadController::finished, this, &MainWindow::showFinished);
    connect(m_loader, &LoadController::failed, this, &MainWindow::showFailure);
    connect(m_page, &CapturePage::selectionChanged, this, &MainWindow::showFigures);
    connect(m_page, &CapturePage::failed, this, &MainWindow::showError);
    connect(m_page, &CapturePage::payloadRuleChosen, this, [this](const PayloadRule& rule) {
        m_loader->setPayloadRules(overruled(m_loader->payloadRules(), rule));
        m_page->readAgain();
    });
    connect(m_status, &StatusLine::cancelRequested, this, [this] {
        if (m_loader->isReading() && !m_live->isRunning()) {
            m_loader->cancel();
        } else {
            m_live->cancelSave();
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
    // The views look at the session until the last moment; let go of it while all are there.
    m_page->setSession(nullptr);
    m_live->disconnect(this);
    m_flow.reset();
    m_live.reset();
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
        {QStringLiteral("Captures (*.pcap *.pcapng *.cap *.pcap.gz *.pcapng.gz)"),
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
    const Session* const session = m_loader->session();
    m_wantedRecord = kNoRecord;
    const bool open = isOpen();
    if (!open) savePanes();
    m_page->setSession(session);
    if (session != nullptr && m_live->isRunning()) m_page->setGrowing(true);
    m_openShown = open;
    m_pages->setCurrentWidget(open ? static_cast<QWidget*>(m_page) : m_start);
    m_status->setVisible(open);
    m_strip->hide();
    m_liveFailed = false;
    for (QAction* action : m_captureActions) action->setEnabled(open);
    m_backAction->setEnabled(false);
    if (!m_loader->path().isEmpty()) {
        m_recent.add(m_loader->path());
        fillRecentMenu();
    }
    showTitle();
    updateLiveActions();
    m_pageShown = m_pageShown || open;
    focusContent();
}

void MainWindow::focusContent() {
    (isOpen() ? static_cast<QWidget*>(&m_page->rowView()) : m_start)->setFocus();
}

void MainWindow::showProgress() {
    m_page->refresh(m_loader->isReading());
    if (m_wantedRecord != kNoRecord && m_page->selectRecord(m_wantedRecord)) {
        m_wantedRecord = kNoRecord;
    }
}

void MainWindow::selectWhenRead(RecordId record) {
    m_wantedRecord = record;
}

void MainWindow::showFigures() {
    const Session* const session = m_loader->session();
    if (session == nullptr) return m_status->showSession(nullptr, {});
    StatusFacts facts;
    facts.name = displayText(m_loader->name().toStdString(), 80);
    facts.shownRows = m_page->rowModel().rowCount();
    facts.narrowed = m_page->rowModel().isNarrowed();
    facts.limitReached = m_page->rowModel().limitReached();
    facts.reading = m_loader->isReading() && !m_live->isRunning();
    facts.cancelled = m_loader->wasCancelled();
    facts.live = m_live->isShown();
    if (m_live->isSaving() && !facts.live) facts.saved = m_live->saveProgress();
    m_status->showSession(session, facts);
    m_backAction->setEnabled(m_page->canGoBack());
}

void MainWindow::showFinished() {
    m_page->setGrowing(false);
    updateLiveActions();
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
    const Session* const session = m_loader->session();
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
        if (m_loader->isReading() && !m_live->isRunning()) return m_loader->cancel();
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
    if (!m_mayClose && (m_live->hasUnsaved() || m_live->isRunning())) {
        event->ignore();
        // Later: the answer may come within this event.
        m_flow->whenDecided([this] {
            m_mayClose = true;
            QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
        });
        return;
    }
    if (m_options.settings != nullptr) {
        m_options.settings->setValue(QStringLiteral("window/geometry"), saveGeometry());
        savePanes();
    }
    QMainWindow::closeEvent(event);
}

}  // namespace framescope
