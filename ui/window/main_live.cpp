// The window's side of live capture: what its menu does, and what is shown of its state.
#include <QAction>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>

#include "capture/session/session.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
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
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"

namespace framescope {
namespace {

QKeySequence keys(const char* text) {
    return QKeySequence(QLatin1String(text));
}

}  // namespace

/// What a place tells is shown while it is in front; what it says of its end and its files always.
void MainWindow::wirePlace(CapturePlace& place) {
    const auto ifShown = [this, &place](auto what) {
        return [this, &place, what] {
            if (shownPlace() == &place) (this->*what)();
        };
    };
    connect(&place, &CapturePlace::replaced, this, ifShown(&MainWindow::showShown));
    connect(&place, &CapturePlace::changed, this, ifShown(&MainWindow::showLive));
    connect(&place, &CapturePlace::failed, this, &MainWindow::showError);
    connect(&place, &CapturePlace::remarksRequested, this, [this, &place] { showRemarks(place); });
    connect(&place.live(), &LiveController::failed, this, &MainWindow::showError);
    connect(&place.live(), &LiveController::saved, this, [this](const QString& path) {
        m_recent.add(path);
        fillRecentMenu();
        showTitle();
        showFigures();
    });
    connect(&place.live(), &LiveController::copied, this,
            [this, &place](const QString& path) { showCopied(place, path); });
    connect(&place.live(), &LiveController::duplicated, this, [this](const QString& path) {
        m_recent.add(path);
        fillRecentMenu();
        m_strip->showMessage(
            Severity::Note,
            QStringLiteral("A copy is saved as %1.").arg(displayText(path.toStdString(), 400)));
    });
    connect(&place.live(), &LiveController::saveFailed, this, [this](const QString& sentence) {
        if (!sentence.isEmpty()) showError(sentence);
    });
    readAsSet(place);
    RowView& rows = place.page().rowView();
    rows.addActions(m_rowActions);
    if (m_replaySideAction == nullptr) return;
    SidePane& side = place.page().side();
    for (SideList* list : {static_cast<SideList*>(&side.connections()), &side.sessions()}) {
        list->addAction(m_replaySideAction);
        list->setContextMenuPolicy(Qt::ActionsContextMenu);
    }
}

void MainWindow::wireLive() {
    wirePlace(*m_place);
    connect(m_place.get(), &CapturePlace::replaced, this, &MainWindow::showReplaced);
    connect(m_live, &LiveController::changed, this, [this] {
        if (m_place->isOpen() != m_openShown) showReplaced();
    });
    connect(m_live, &LiveController::ended, this, &MainWindow::showLiveEnd);

    SniffSection* const sniff = m_start->sniff();
    if (sniff == nullptr) return;
    connect(sniff, &SniffSection::startRequested, this,
            [this, sniff] { m_flow->start(sniff->choices()); });
    connect(sniff, &SniffSection::optionsRequested, this, &MainWindow::askCaptureOptions);
    connect(sniff, &SniffSection::remoteRequested, m_flow, qOverload<>(&LiveFlow::askRemote));
    connect(sniff, &SniffSection::pipeRequested, m_flow, &LiveFlow::askPipe);
    connect(m_flow, &LiveFlow::choicesStored, this, [sniff](const CaptureChoices& choices) {
        sniff->setChoices(choices);
        sniff->refreshHistory();
    });
    LeftSection* const left = m_start->left();
    connect(m_live, &LiveController::leftChanged, left, &LeftSection::refresh);
    connect(left, &LeftSection::openRequested, m_flow, &LiveFlow::openLeft);
    connect(left, &LeftSection::discardRequested, m_live, &LiveController::discardLeft);
}

void MainWindow::buildCaptureMenu() {
    if (!m_live->services().canCapture()) return;
    QMenu& menu = *menuBar()->addMenu(QStringLiteral("&Capture"));
    menu.addAction(QStringLiteral("&Options…"), keys("Ctrl+K"), this,
                   &MainWindow::askCaptureOptions);
    m_startStopAction =
        menu.addAction(QStringLiteral("&Start"), keys("Ctrl+E"), this, &MainWindow::startOrStop);
    m_restartAction =
        menu.addAction(QStringLiteral("&Restart"), keys("Ctrl+R"), m_flow, &LiveFlow::restart);
    menu.addSeparator();
    menu.addAction(QStringLiteral("From Another &Machine…"), m_flow,
                   qOverload<>(&LiveFlow::askRemote));
    menu.addAction(QStringLiteral("From a &Pipe…"), m_flow, &LiveFlow::askPipe);
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

void MainWindow::showLive() {
    updateLiveActions();
    nameTabs();
    showTitle();
    showFigures();
}

void MainWindow::showRemarks(CapturePlace& place) {
    QStringList lines;
    for (const QString& line :
         QString::fromStdString(place.live().status().remarks).split(QLatin1Char('\n'))) {
        if (!line.trimmed().isEmpty()) lines << displayText(line.toStdString(), 400);
    }
    m_strip->showMessage(Severity::Note, lines.join(QLatin1Char('\n')));
}

void MainWindow::showCopied(CapturePlace& place, const QString& path) {
    m_recent.add(path);
    fillRecentMenu();
    const QString name = displayText(QFileInfo(path).fileName().toStdString(), 200);
    if (place.live().isOfOurs()) {
        m_strip->showMessage(
            Severity::Note,
            QStringLiteral("What was said until now is saved as %1; the transcript goes on.")
                .arg(name));
    } else if (place.live().isRunning()) {
        m_goesOn =
            QStringLiteral("What was captured until now is saved as %1; the capture goes on.")
                .arg(name);
        m_strip->showMessage(Severity::Note, m_goesOn);
    } else if (place.live().wholeCopy().isEmpty()) {
        m_strip->showMessage(
            Severity::Note,
            QStringLiteral("The first part of what was captured is saved as %1; what came after "
                           "it is not.")
                .arg(name));
    }
}

void MainWindow::updateLiveActions() {
    CapturePlace* const place = shownPlace();
    const LiveController* const shown = place != nullptr ? &place->live() : nullptr;
    const bool shownRuns = shown != nullptr && shown->isRunning();
    const bool hasSession = place != nullptr && place->loader().session() != nullptr;
    m_reloadAction->setEnabled(hasSession && !shownRuns);
    m_saveAction->setEnabled(shown != nullptr && shown->hasUnsaved() && !shown->isSaving());
    m_saveAsAction->setEnabled(m_saveAction->isEnabled() ||
                               (shown != nullptr && shown->canDuplicate()));
    m_pauseAction->setEnabled(hasSession && (shownRuns || place->page().isPaused()));
    m_pauseAction->setChecked(hasSession && place->page().isPaused());
    m_followAction->setEnabled(hasSession && place->page().rowView().isGrowing());
    if (m_startStopAction == nullptr) return;
    const bool running = m_live->isRunning();
    m_startStopAction->setText(running ? QStringLiteral("&Stop") : QStringLiteral("&Start"));
    m_startStopAction->setEnabled(m_live->state() != LiveState::Stopping);
    // Two actions share the key; never both at once.
    m_restartAction->setEnabled(running && m_live->canRestart() && !m_reloadAction->isEnabled());
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
    const CapturePlace* const place = shownPlace();
    const WorkArea* const area = shownArea();
    const QString name = area != nullptr     ? area->title()
                         : m_place->isOpen() ? m_place->name()
                                             : QString();
    setWindowFilePath(area == nullptr ? m_loader->path() : QString());
    setWindowTitle(!name.isEmpty() ? name + QStringLiteral("[*] – Framescope")
                                   : QStringLiteral("Framescope[*]"));
    setWindowModified(place != nullptr && place->live().hasUnsaved());
}

}  // namespace framescope
