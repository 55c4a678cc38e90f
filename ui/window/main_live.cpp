// The window's side of live capture: what its menu does, and what is shown of its state.
#include <QAction>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>

#include "capture/session/session.h"
#include "ui/live/live_bar.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/live/pipe_dialog.h"
#include "ui/load/load_controller.h"
#include "ui/rows/row_view.h"
#include "ui/start/left_section.h"
#include "ui/start/sniff_section.h"
#include "ui/start/start_page.h"
#include "ui/text/display_text.h"
#include "ui/window/capture_page.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"

namespace framescope {
namespace {

QKeySequence keys(const char* text) {
    return QKeySequence(QLatin1String(text));
}

}  // namespace

void MainWindow::wireLive() {
    connect(m_live.get(), &LiveController::changed, this, &MainWindow::showLive);
    connect(m_live.get(), &LiveController::ended, this, &MainWindow::showLiveEnd);
    connect(m_live.get(), &LiveController::failed, this, &MainWindow::showError);
    connect(m_live.get(), &LiveController::saved, this, [this](const QString& path) {
        m_recent.add(path);
        fillRecentMenu();
        showTitle();
        showFigures();
    });
    connect(m_live.get(), &LiveController::copied, this, &MainWindow::showCopied);
    connect(m_live.get(), &LiveController::duplicated, this, [this](const QString& path) {
        m_recent.add(path);
        fillRecentMenu();
        m_strip->showMessage(
            Severity::Note,
            QStringLiteral("A copy is saved as %1.").arg(displayText(path.toStdString(), 400)));
    });
    connect(m_live.get(), &LiveController::saveFailed, this, [this](const QString& sentence) {
        if (!sentence.isEmpty()) showError(sentence);
    });
    LiveBar& bar = m_page->liveBar();
    connect(&bar, &LiveBar::pauseToggled, this, [this] { m_page->setPaused(!m_page->isPaused()); });
    connect(&bar, &LiveBar::stopRequested, m_live.get(), &LiveController::stop);
    connect(&bar, &LiveBar::saveRequested, m_flow.get(), &LiveFlow::save);
    connect(&bar, &LiveBar::saveCancelled, m_live.get(), &LiveController::cancelSave);
    connect(&bar, &LiveBar::remarksRequested, this, [this] {
        QStringList lines;
        for (const QString& line :
             QString::fromStdString(m_live->status().remarks).split(QLatin1Char('\n'))) {
            if (!line.trimmed().isEmpty()) lines << displayText(line.toStdString(), 400);
        }
        m_strip->showMessage(Severity::Note, lines.join(QLatin1Char('\n')));
    });
    connect(m_page, &CapturePage::pausedChanged, this, &MainWindow::showLive);

    SniffSection* const sniff = m_start->sniff();
    if (sniff == nullptr) return;
    connect(sniff, &SniffSection::startRequested, this,
            [this, sniff] { m_flow->start(sniff->choices()); });
    connect(sniff, &SniffSection::optionsRequested, this, &MainWindow::askCaptureOptions);
    connect(sniff, &SniffSection::remoteRequested, m_flow.get(), qOverload<>(&LiveFlow::askRemote));
    connect(sniff, &SniffSection::pipeRequested, m_flow.get(), &LiveFlow::askPipe);
    connect(m_flow.get(), &LiveFlow::choicesStored, this, [sniff](const CaptureChoices& choices) {
        sniff->setChoices(choices);
        sniff->refreshHistory();
    });
    LeftSection* const left = m_start->left();
    connect(m_live.get(), &LiveController::leftChanged, left, &LeftSection::refresh);
    connect(left, &LeftSection::openRequested, m_flow.get(), &LiveFlow::openLeft);
    connect(left, &LeftSection::discardRequested, m_live.get(), &LiveController::discardLeft);
}

void MainWindow::buildCaptureMenu() {
    if (!m_live->services().canCapture()) return;
    QMenu& menu = *menuBar()->addMenu(QStringLiteral("&Capture"));
    menu.addAction(QStringLiteral("&Options…"), keys("Ctrl+K"), this,
                   &MainWindow::askCaptureOptions);
    m_startStopAction =
        menu.addAction(QStringLiteral("&Start"), keys("Ctrl+E"), this, &MainWindow::startOrStop);
    m_restartAction = menu.addAction(QStringLiteral("&Restart"), keys("Ctrl+R"), m_flow.get(),
                                     &LiveFlow::restart);
    menu.addSeparator();
    m_pauseAction = menu.addAction(QStringLiteral("&Pause the View"), keys("Ctrl+Shift+P"), this,
                                   [this] { m_page->setPaused(!m_page->isPaused()); });
    m_pauseAction->setCheckable(true);
    // The key belongs to the list; a shortcut of the window would take it from lines of text.
    m_followAction = menu.addAction(QStringLiteral("&Follow the End\tEnd"), this,
                                    [this] { m_page->rowView().followEnd(); });
    menu.addSeparator();
    menu.addAction(QStringLiteral("From Another &Machine…"), m_flow.get(),
                   qOverload<>(&LiveFlow::askRemote));
    menu.addAction(QStringLiteral("From a P&ipe…"), m_flow.get(), &LiveFlow::askPipe);
    menu.addSeparator();
    menu.addAction(QStringLiteral("Refresh &Interfaces"), keys("F5"), this, [this] {
        m_start->sniff()->refresh();
        m_start->left()->refresh();
    });
}

void MainWindow::askCaptureOptions() {
    SniffSection* const sniff = m_start->sniff();
    if (sniff == nullptr) return;
    sniff->refresh();
    m_flow->askOptions(sniff->model(), sniff->choices());
}

void MainWindow::startOrStop() {
    if (m_live->isRunning()) return m_live->stop();
    SniffSection* const sniff = m_start->sniff();
    const CaptureChoices choices = sniff->choices();
    // Without an interface there is nothing to start yet: it is asked for.
    if (choices.interface.isEmpty()) return askCaptureOptions();
    m_flow->start(choices);
}

void MainWindow::prepareCapture(const QString& interface, const QString& filter) {
    SniffSection* const sniff = m_start->sniff();
    if (sniff == nullptr) return;
    CaptureChoices choices = sniff->choices();
    if (!interface.isEmpty()) choices.interface = interface;
    choices.filter = filter;
    sniff->setChoices(choices);
}

void MainWindow::startCapture() {
    if (m_start->sniff() != nullptr && !m_live->isRunning()) startOrStop();
}

void MainWindow::captureRemote(const RemoteChoices& choices, bool atOnce) {
    if (!m_live->services().canCapture()) return;
    if (atOnce) {
        m_flow->start(choices);
    } else {
        m_flow->askRemote(choices);
    }
}

bool MainWindow::isOpen() const {
    return m_loader->session() != nullptr || m_live->isShown();
}

void MainWindow::showLive() {
    if (isOpen() != m_openShown) showReplaced();
    m_page->liveBar().refresh(*m_live, m_loader->session(), m_page->isPaused());
    if (m_loader->session() == nullptr && m_live->isShown()) {
        m_page->setWaitingText(
            QStringLiteral("Waiting for the first bytes from %1…").arg(m_live->sourceName()));
    }
    updateLiveActions();
    showTitle();
    showFigures();
}

void MainWindow::showCopied(const QString& path) {
    m_recent.add(path);
    fillRecentMenu();
    const QString name = displayText(QFileInfo(path).fileName().toStdString(), 200);
    if (m_live->isRunning()) {
        m_goesOn =
            QStringLiteral("What was captured until now is saved as %1; the capture goes on.")
                .arg(name);
        m_strip->showMessage(Severity::Note, m_goesOn);
    } else if (m_live->wholeCopy().isEmpty()) {
        m_strip->showMessage(
            Severity::Note,
            QStringLiteral("The first part of what was captured is saved as %1; what came after "
                           "it is not.")
                .arg(name));
    }
}

void MainWindow::updateLiveActions() {
    const bool running = m_live->isRunning();
    const bool hasSession = m_loader->session() != nullptr;
    m_reloadAction->setEnabled(hasSession && !running);
    m_saveAction->setEnabled(m_live->hasUnsaved() && !m_live->isSaving());
    m_saveAsAction->setEnabled(m_saveAction->isEnabled() || m_live->canDuplicate());
    if (m_startStopAction == nullptr) return;
    m_startStopAction->setText(running ? QStringLiteral("&Stop") : QStringLiteral("&Start"));
    m_startStopAction->setEnabled(m_live->state() != LiveState::Stopping);
    // Two actions share the key; never both at once.
    m_restartAction->setEnabled(running && m_live->canRestart());
    m_pauseAction->setEnabled(hasSession && (running || m_page->isPaused()));
    m_pauseAction->setChecked(m_page->isPaused());
    m_followAction->setEnabled(m_page->rowView().isGrowing());
}

void MainWindow::showLiveEnd(const live::Ending& ending) {
    if (!m_goesOn.isEmpty() && m_strip->text() == m_goesOn) m_strip->hide();
    m_goesOn.clear();
    if (ending.cause == live::Ending::Cause::Failed) {
        m_liveFailed = true;
        m_strip->showMessage(Severity::Error, displayText(ending.sentence),
                             QString::fromStdString(ending.remedy));
    } else if (!m_live->isShown() && !ending.sentence.empty()) {
        m_strip->showMessage(Severity::Note, displayText(ending.sentence));
    }
    // Written straight to a file of the person's.
    if (m_live->isShown() && !m_loader->path().isEmpty()) {
        m_recent.add(m_loader->path());
        fillRecentMenu();
    }
}

void MainWindow::showTitle() {
    const QString name =
        m_live->isShown() && m_loader->path().isEmpty() ? m_live->sourceName() : m_loader->name();
    setWindowFilePath(m_loader->path());
    setWindowTitle(isOpen() && !name.isEmpty() ? name + QStringLiteral("[*] – Framescope")
                                               : QStringLiteral("Framescope[*]"));
    setWindowModified(m_live->hasUnsaved());
}

}  // namespace framescope
