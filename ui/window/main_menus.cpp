// The menus: every action with its shortcut, Wireshark's where Wireshark has the action.
#include <QActionGroup>
#include <QApplication>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>

#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/load/load_controller.h"
#include "ui/payload/read_as_menu.h"
#include "ui/reading/read_connection_menu.h"
#include "ui/rows/row_view.h"
#include "ui/start/start_page.h"
#include "ui/theme/theme_controller.h"
#include "ui/tree/field_tree_view.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"
#include "ui/window/main_window.h"

namespace framescope {
namespace {

QKeySequence keys(const char* text) {
    return QKeySequence(QLatin1String(text));
}

}  // namespace

void MainWindow::buildMenus() {
    buildFileMenu();
    buildEditMenu();
    buildViewMenu();
    buildGoMenu();
    buildCaptureMenu();
    buildComposeMenu();
    buildHelpMenu();
    for (QAction* const action : menuBar()->actions()) action->menu()->setToolTipsVisible(true);
}

QAction* MainWindow::addCaptureAction(QMenu& menu, const QString& text,
                                      const QList<QKeySequence>& shortcuts,
                                      std::function<void()> what) {
    QAction* const action = menu.addAction(text);
    action->setShortcuts(shortcuts);
    connect(action, &QAction::triggered, this, std::move(what));
    m_captureActions << action;
    return action;
}

void MainWindow::buildFileMenu() {
    QMenu& menu = *menuBar()->addMenu(QStringLiteral("&File"));
    menu.addAction(QStringLiteral("&Open…"), keys("Ctrl+O"), this, &MainWindow::chooseFile);
    m_recentMenu = menu.addMenu(QStringLiteral("Open &Recent"));
    const QList<Sample> samples = findSamples(m_options.samplesFolder);
    if (!samples.isEmpty()) {
        QMenu& sampleMenu = *menu.addMenu(QStringLiteral("Open Sa&mple"));
        for (const Sample& sample : samples) {
            sampleMenu.addAction(sample.name, this, [this, path = sample.path] { openFile(path); });
        }
    }
    menu.addSeparator();
    m_saveAction = menu.addAction(QStringLiteral("&Save…"), keys("Ctrl+S"), this, [this] {
        if (shownPlace() != nullptr) shownPlace()->flow().save();
    });
    m_saveAsAction =
        menu.addAction(QStringLiteral("Save &As…"), keys("Ctrl+Shift+S"), this, [this] {
            CapturePlace* const place = shownPlace();
            if (place != nullptr) place->flow().saveAs(place->loader().path());
        });
    m_reloadAction = menu.addAction(QStringLiteral("Re&load"), keys("Ctrl+R"), this, [this] {
        if (shownPlace() != nullptr) shownPlace()->reload();
    });
    addCaptureAction(menu, QStringLiteral("Capture &Properties…"), {keys("Ctrl+Alt+Shift+C")},
                     [this] { showProperties(); });
    m_closeAction = menu.addAction(QStringLiteral("&Close"), keys("Ctrl+W"), this, [this] {
        if (shownArea() != nullptr) return closeArea(*shownArea());
        m_flow->whenDecided([this] { m_live->close(); });
    });
    menu.addSeparator();
    menu.addAction(QStringLiteral("&Quit"), keys("Ctrl+Q"), this, &QWidget::close);
}

void MainWindow::fillRecentMenu() {
    m_recentMenu->clear();
    for (const QString& path : m_recent.paths()) {
        // A file's name may hold an ampersand, which a menu would take for a mnemonic.
        QString text = path;
        text.replace(QLatin1Char('&'), QLatin1String("&&"));
        m_recentMenu->addAction(text, this, [this, path] { openFile(path); });
    }
    m_recentMenu->setEnabled(!m_recent.paths().isEmpty());
    if (!m_recent.paths().isEmpty()) {
        m_recentMenu->addSeparator();
        m_recentMenu->addAction(QStringLiteral("&Clear the List"), this, [this] {
            m_recent.clear();
            fillRecentMenu();
        });
    }
    m_start->setRecentFiles(m_recent.paths());
}

void MainWindow::buildEditMenu() {
    m_editMenu = menuBar()->addMenu(QStringLiteral("&Edit"));
    addCaptureAction(*m_editMenu, QStringLiteral("Copy &Row"), {keys("Ctrl+Shift+R")},
                     [this] { shownPage().rowView().copySelectedRow(); });
    m_editMenu->addSeparator();
}

/// Menus show the actions of the panes that are in front, where Ctrl+C means the one or the other.
void MainWindow::swapPaneActions() {
    CapturePage& page = shownPage();
    const QList<QAction*> copies =
        page.tree().copyActions() + page.sources().hexView().copyActions();
    if (m_paneActions.contains(copies.front())) return;
    for (QAction* action : m_paneActions) {
        m_editMenu->removeAction(action);
        m_viewMenu->removeAction(action);
    }
    m_editMenu->addActions(copies);
    QAction* const readAs = page.readAsMenu().menuAction();
    QAction* const readConnection = page.rowConnectionMenu().menuAction();
    m_viewMenu->insertActions(m_behindReadAs, {readConnection, readAs});
    m_paneActions = copies;
    m_paneActions << readConnection << readAs;
}

void MainWindow::buildViewMenu() {
    m_viewMenu = menuBar()->addMenu(QStringLiteral("&View"));
    QMenu& menu = *m_viewMenu;
    addCaptureAction(menu, QStringLiteral("&Connections and Sessions"), {keys("Alt+1")},
                     [this] { shownPage().side().setFocus(Qt::ShortcutFocusReason); });
    addCaptureAction(menu, QStringLiteral("&Rows"), {keys("Alt+2")},
                     [this] { shownPage().rowView().setFocus(Qt::ShortcutFocusReason); });
    addCaptureAction(menu, QStringLiteral("&Fields"), {keys("Alt+3")},
                     [this] { shownPage().tree().setFocus(Qt::ShortcutFocusReason); });
    addCaptureAction(menu, QStringLiteral("&Bytes"), {keys("Alt+4")},
                     [this] { shownPage().sources().hexView().setFocus(Qt::ShortcutFocusReason); });
    menu.addSeparator();
    m_onlyConnectionAction =
        addCaptureAction(menu, QStringLiteral("Only &This Connection"), {keys("Ctrl+L")},
                         [this] { shownPage().narrowToSelected(); });
    m_onlySessionAction =
        addCaptureAction(menu, QStringLiteral("Only This &Session"), {keys("Ctrl+Alt+L")},
                         [this] { shownPage().narrowToSessionOfSelected(); });
    addCaptureAction(menu, QStringLiteral("&All Connections"), {keys("Ctrl+Shift+L")},
                     [this] { shownPage().narrowTo(std::nullopt); });
    menu.addSeparator();
    addCaptureAction(menu, QStringLiteral("&Unfold All Fields"), {keys("Ctrl+Right")},
                     [this] { shownPage().tree().unfoldAll(); });
    addCaptureAction(menu, QStringLiteral("F&old All Fields"), {keys("Ctrl+Left")},
                     [this] { shownPage().tree().foldAll(); });
    m_behindReadAs =
        addCaptureAction(menu, QStringLiteral("&Next Byte Source"), {keys("Ctrl+PgDown")},
                         [this] { shownPage().sources().moveTab(1); });
    addCaptureAction(menu, QStringLiteral("Pre&vious Byte Source"), {keys("Ctrl+PgUp")},
                     [this] { shownPage().sources().moveTab(-1); });
    // The entry is the menu of the page in front, which has no key of its own.
    QAction* const readConnection = addCaptureAction(*m_viewMenu, QString(), {keys("Ctrl+Shift+U")},
                                                     [this] { shownPage().popUpReadConnection(); });
    menu.removeAction(readConnection);
    addAction(readConnection);
    menu.addSeparator();
    buildReadingMenu(menu);
    menu.addSeparator();
    m_pauseAction = menu.addAction(QStringLiteral("Pause the Vie&w"), keys("Ctrl+Shift+P"), this,
                                   [this] { shownPage().setPaused(!shownPage().isPaused()); });
    m_pauseAction->setCheckable(true);
    // The key belongs to the list; a shortcut of the window would take it from lines of text.
    m_followAction = menu.addAction(QStringLiteral("Follow the &End\tEnd"), this,
                                    [this] { shownPage().rowView().followEnd(); });
    menu.addSeparator();
    m_tabActions << menu.addAction(QStringLiteral("Ne&xt Tab"), keys("Ctrl+Tab"), this,
                                   [this] { moveTab(1); })
                 << menu.addAction(QStringLiteral("Prev&ious Tab"), keys("Ctrl+Shift+Tab"), this,
                                   [this] { moveTab(-1); });
    if (m_options.theme == nullptr) return;
    menu.addSeparator();
    QMenu& themes = *menu.addMenu(QStringLiteral("T&heme"));
    auto* const group = new QActionGroup(&themes);
    const auto add = [&](const QString& text, ThemeChoice choice) {
        QAction* const action = themes.addAction(text, this, [this, choice] {
            m_options.theme->setChoice(choice);
            if (m_options.settings != nullptr) storeThemeChoice(*m_options.settings, choice);
        });
        action->setCheckable(true);
        action->setChecked(m_options.theme->choice() == choice);
        group->addAction(action);
    };
    add(QStringLiteral("As the &System"), ThemeChoice::System);
    add(QStringLiteral("&Light"), ThemeChoice::Light);
    add(QStringLiteral("&Dark"), ThemeChoice::Dark);
}

void MainWindow::buildGoMenu() {
    QMenu& menu = *menuBar()->addMenu(QStringLiteral("&Go"));
    addCaptureAction(menu, QStringLiteral("&Go to Row…"), {keys("Ctrl+G")},
                     [this] { shownPage().askForRow(); });
    m_backAction = addCaptureAction(menu, QStringLiteral("&Back to Where the Link Was"),
                                    {keys("Alt+Left")}, [this] { shownPage().goBack(); });
    menu.addSeparator();
    addCaptureAction(menu, QStringLiteral("&Next Row"), {keys("Ctrl+Down"), keys("F8")},
                     [this] { shownPage().rowView().moveSelection(1); });
    addCaptureAction(menu, QStringLiteral("&Previous Row"), {keys("Ctrl+Up"), keys("F7")},
                     [this] { shownPage().rowView().moveSelection(-1); });
    addCaptureAction(menu, QStringLiteral("&First Row"), {keys("Ctrl+Home")},
                     [this] { shownPage().rowView().selectRow(0); });
    addCaptureAction(menu, QStringLiteral("&Last Row"), {keys("Ctrl+End")},
                     [this] { shownPage().goToEnd(); });
}

void MainWindow::buildHelpMenu() {
    QMenu& menu = *menuBar()->addMenu(QStringLiteral("&Help"));
    menu.addAction(QStringLiteral("&About Framescope"), this, &MainWindow::showAbout);
}

}  // namespace framescope
