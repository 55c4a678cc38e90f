// The areas beside the capture: made when somebody first asks for them, a tab for each as long as
// there is any, and gone when they are closed.
#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QSignalBlocker>
#include <QStackedWidget>

#include "capture/session/session.h"
#include "ui/connections/side_pane.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"
#include "ui/rows/row_view.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"
#include "ui/window/message_strip.h"

namespace framescope {
namespace {

constexpr int kLongestTab = 40;  // characters

QKeySequence keys(const char* text) {
    return QKeySequence(QLatin1String(text));
}

}  // namespace

void MainWindow::buildComposeMenu() {
    const AreaMakers& areas = m_options.areas;
    if (!areas.composer && !areas.replay && !areas.server) return;
    m_composeMenu = menuBar()->addMenu(QStringLiteral("C&ompose"));
    QMenu& menu = *m_composeMenu;
    const auto addRowAction = [&](const QString& text, const char* key, Offer offer) {
        m_rowActions << menu.addAction(text, keys(key), this,
                                       [this, offer] { takeSelectedRow(offer); });
    };
    if (areas.composer) {
        menu.addAction(QStringLiteral("&Composer"), keys("Ctrl+N"), this, [this] { compose({}); });
        addRowAction(QStringLiteral("&Edit and Send the Row"), "Ctrl+Shift+E", Offer::Composer);
    }
    if (areas.replay) {
        menu.addAction(QStringLiteral("Re&play"), keys("Ctrl+Shift+N"), this,
                       &MainWindow::replayWhatIsOpen);
        addRowAction(QStringLiteral("Replay the Row's Con&versation"), "Ctrl+Shift+Y",
                     Offer::Replay);
        m_replaySideAction = menu.addAction(QStringLiteral("Replay the C&hosen at the Side"), this,
                                            &MainWindow::replayChosenAtSide);
    }
    if (areas.server) {
        menu.addAction(QStringLiteral("&Test Server"), keys("Ctrl+T"), this,
                       [this] { showServer(); });
    }
    m_behindAreas = menu.addSeparator();
    m_behindAreas->setVisible(false);
}

WorkArea* MainWindow::shownArea() const {
    return m_areas.value(m_tabs->currentIndex() - 1, nullptr);
}

CapturePlace* MainWindow::shownPlace() const {
    WorkArea* const area = shownArea();
    return area != nullptr ? area->place() : m_place.get();
}

CapturePage& MainWindow::shownPage() const {
    const CapturePlace* const place = shownPlace();
    return place != nullptr ? place->page() : *m_page;
}

WorkArea*& MainWindow::areaOf(Offer offer) {
    switch (offer) {
        case Offer::Composer:
            return m_composer;
        case Offer::Replay:
            return m_replay;
        case Offer::Server:
            break;
    }
    return m_server;
}

WorkArea* MainWindow::showArea(Offer offer) {
    const AreaMakers& makers = m_options.areas;
    const auto& make = offer == Offer::Composer ? makers.composer
                       : offer == Offer::Replay ? makers.replay
                                                : makers.server;
    WorkArea*& area = areaOf(offer);
    if (area == nullptr) {
        if (!make) return nullptr;
        area = make();
        addArea(*area);
    }
    m_tabs->setCurrentIndex(static_cast<int>(m_areas.indexOf(area)) + 1);
    return area;
}

void MainWindow::addArea(WorkArea& area) {
    m_pages->addWidget(&area);
    m_areas << &area;
    if (area.place() != nullptr) wirePlace(*area.place());
    connect(&area, &WorkArea::titleChanged, this, [this] {
        nameTabs();
        showTitle();
    });
    connect(&area, &WorkArea::frontRequested, this, [this, &area] {
        m_tabs->setCurrentIndex(static_cast<int>(m_areas.indexOf(&area)) + 1);
    });
    connect(&area, &WorkArea::composeRequested, this, &MainWindow::compose);
    connect(&area, &WorkArea::captureSaved, this, [this](const QString& path) {
        m_recent.add(path);
        fillRecentMenu();
    });
    connect(&area, &WorkArea::failed, this, &MainWindow::showError);
    const QList<QAction*> actions = area.menuActions();
    if (!actions.isEmpty()) {
        m_behindAreas->setVisible(true);
        m_composeMenu->addActions(actions);
    }
    const QSignalBlocker quiet(m_tabs);
    m_tabs->addTab(area.title());
    nameTabs();
}

void MainWindow::closeArea(WorkArea& area) {
    area.whenDecided([this, guarded = QPointer<WorkArea>(&area)] {
        if (guarded.isNull()) return;
        WorkArea* const gone = guarded;
        const qsizetype at = m_areas.indexOf(gone);
        if (at < 0) return;
        if (m_options.settings != nullptr) gone->saveSizes(*m_options.settings);
        for (WorkArea** known : {&m_composer, &m_replay, &m_server}) {
            if (*known == gone) *known = nullptr;
        }
        if (m_tabs->currentIndex() == at + 1) showCapture();
        m_areas.removeAt(at);
        m_tabs->removeTab(static_cast<int>(at) + 1);
        m_pages->removeWidget(gone);
        gone->disconnect(this);
        if (gone->place() != nullptr) gone->place()->disconnect(this);
        gone->hide();
        gone->deleteLater();
        nameTabs();
    });
}

void MainWindow::showCapture() {
    m_tabs->setCurrentIndex(0);
}

void MainWindow::nameTabs() {
    const auto shown = [](const QString& name) {
        QString text = displayText(name.toStdString(), kLongestTab);
        return text.replace(QLatin1Char('&'), QLatin1String("&&"));
    };
    const QString name = m_place->isOpen() ? m_place->name() : QString();
    m_tabs->setTabText(0, name.isEmpty() ? QStringLiteral("Start") : shown(name));
    for (int i = 0; i < m_areas.size(); ++i) m_tabs->setTabText(i + 1, shown(m_areas[i]->title()));
    m_tabs->setVisible(!m_areas.isEmpty());
    for (QAction* action : m_tabActions) action->setEnabled(!m_areas.isEmpty());
    // Keys of an area mean nothing while another is in front.
    for (const WorkArea* area : m_areas) {
        for (QAction* action : area->menuActions()) action->setVisible(area == shownArea());
    }
}

void MainWindow::moveTab(int tabs) {
    const int count = m_tabs->count();
    m_tabs->setCurrentIndex((m_tabs->currentIndex() + tabs + count) % count);
}

void MainWindow::compose(const QString& url) {
    WorkArea* const area = showComposer();
    if (area != nullptr && !url.isEmpty()) area->takeAddress(url);
}

/// The row first: bringing an area to the front may change what is shown.
void MainWindow::takeSelectedRow(Offer offer) {
    const CapturePlace* const place = shownPlace();
    const Session* const session = place != nullptr ? place->loader().session() : nullptr;
    const RecordId row = session != nullptr ? place->page().rowView().selectedRecord() : kNoRecord;
    if (row == kNoRecord) return;
    WorkArea* const area = showArea(offer);
    if (area == nullptr) return;
    area->takeFrom(place->loader());
    area->takeRow(*session, row);
}

/// The first time, what is in front is meant: what is chosen at the side, else the conversation of
/// the selected row, else the first one. Later the replay is found as it was left.
void MainWindow::replayWhatIsOpen() {
    const CapturePlace* const place = m_replay == nullptr ? shownPlace() : nullptr;
    const Session* const session = place != nullptr ? place->loader().session() : nullptr;
    if (session == nullptr || session->connectionCount() == 0) {
        showReplay();
        return;
    }
    if (place->page().side().chosenConnection() || place->page().side().chosenSession()) {
        return replayChosenAtSide();
    }
    if (place->page().rowView().selectedRecord() != kNoRecord) {
        return takeSelectedRow(Offer::Replay);
    }
    WorkArea* const area = showReplay();
    if (area == nullptr) return;
    area->takeFrom(place->loader());
    if (session->engineSessions().empty()) {
        area->takeConversation(ConnectionId{0}, std::nullopt);
    } else {
        area->takeConversation(std::nullopt, engineio::SessionId{0});
    }
}

void MainWindow::replayChosenAtSide() {
    const CapturePlace* const place = shownPlace();
    if (place == nullptr || place->loader().session() == nullptr) return;
    const auto connection = place->page().side().chosenConnection();
    const auto session = place->page().side().chosenSession();
    if (!connection && !session) {
        return showError(QStringLiteral("Choose a connection or a session at the side first."));
    }
    WorkArea* const area = showArea(Offer::Replay);
    if (area == nullptr) return;
    area->takeFrom(place->loader());
    area->takeConversation(connection, session);
}

bool MainWindow::wouldLose() const {
    if (m_live->hasUnsaved() || m_live->isRunning()) return true;
    for (const WorkArea* area : m_areas) {
        if (area->wouldLose()) return true;
    }
    return false;
}

void MainWindow::decideAreas(int from, const std::function<void()>& next) {
    if (from >= m_areas.size()) return next();
    m_areas[from]->whenDecided([this, from, next] { decideAreas(from + 1, next); });
}

}  // namespace framescope
