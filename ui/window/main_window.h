// The one window: the start page or an open capture, beside it the areas that somebody opened (the
// composer, a replay, the test server), a tab for each; a strip for errors above, the status line
// below, and a menu in which everything has its place.
#pragma once

#include <functional>
#include <memory>

#include <QMainWindow>

#include "dissector/layer/layer.h"
#include "dissector/record/record.h"
#include "ui/live/live_services.h"
#include "ui/window/recent_files.h"
#include "ui/window/work_area.h"

class QMenu;
class QSettings;
class QStackedWidget;

namespace framescope {

class CapturePage;
class CapturePlace;
class FlatTabBar;
class LiveController;
class LiveFlow;
class LoadController;
class MessageStrip;
class StartPage;
class StatusLine;
class ThemeController;
struct RemoteChoices;

/// What the window is given from outside; each may be null or empty.
struct MainWindowOptions {
    QSettings* settings = nullptr;     ///< pane sizes, recent files; null: nothing is kept
    ThemeController* theme = nullptr;  ///< null: no menu for it
    QString samplesFolder;
    LiveServices live = {};  ///< empty: no live captures
    AreaMakers areas = {};   ///< empty: nothing beside the capture
};

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(const MainWindowOptions& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a capture; what is open stays if it cannot be opened.
    /// A FIFO, or "-" for standard input, is read as it comes. If a live capture is not saved, that
    /// is asked about first.
    void openFile(const QString& path);
    /// Chooses an interface (empty: the one of before) and a filter on the start page.
    void prepareCapture(const QString& interface, const QString& filter);
    /// Captures what is chosen there.
    void startCapture();
    /// Captures on another machine: at once, or when somebody has agreed in the dialog that shows
    /// these choices.
    void captureRemote(const RemoteChoices& choices, bool atOnce);
    /// Says in the strip what went wrong; one sentence.
    void showError(const QString& sentence);
    /// Selects a row of the capture that is being read, as soon as it is there.
    void selectWhenRead(RecordId record);

    /// Brings an area to the front, made if need be; null where it is not offered.
    WorkArea* showComposer() { return showArea(Offer::Composer); }
    WorkArea* showReplay() { return showArea(Offer::Replay); }
    WorkArea* showServer() { return showArea(Offer::Server); }
    /// Brings the composer to the front with this address; empty: as it is.
    void compose(const QString& url);
    /// The area in front; null while the start page or the open capture is.
    WorkArea* shownArea() const;
    /// Brings the start page or the open capture to the front.
    void showCapture();
    FlatTabBar& areaTabs() { return *m_tabs; }

    // Of what was opened or sniffed, whatever is in front.
    CapturePlace& capturePlace() { return *m_place; }
    LoadController& loader() { return *m_loader; }
    LiveController& live() { return *m_live; }
    LiveFlow& liveFlow() { return *m_flow; }
    CapturePage& capturePage() { return *m_page; }
    StartPage& startPage() { return *m_start; }
    StatusLine& statusLine() { return *m_status; }
    MessageStrip& messageStrip() { return *m_strip; }

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildGoMenu();
    void buildCaptureMenu();
    void buildComposeMenu();
    void buildHelpMenu();
    /// An action in a menu that needs an open capture in what is in front.
    QAction* addCaptureAction(QMenu& menu, const QString& text,
                              const QList<QKeySequence>& shortcuts, std::function<void()> what);
    void fillRecentMenu();
    void chooseFile();
    void showReplaced();
    void showShown();
    void showProgress();
    void showFigures();
    void showFinished();
    void showFailure(const QString& path, const QString& sentence);
    void showNotices();
    void showAbout();
    // How captures are read; in main_reading.cpp.
    void buildReadingMenu(QMenu& menu);
    void buildOrderMenu(QMenu& menu);
    void readAsSet(CapturePlace& place);
    void verifyChecksums(bool on);
    void askReadingLimits();
    void showProperties();
    /// Every place a capture can be shown in.
    QList<CapturePlace*> places() const;
    // The areas beside the capture; in main_areas.cpp.
    enum class Offer { Composer, Replay, Server };
    WorkArea* showArea(Offer offer);
    WorkArea*& areaOf(Offer offer);
    void addArea(WorkArea& area);
    void closeArea(WorkArea& area);
    void nameTabs();
    void moveTab(int tabs);
    /// What menus, status line and title speak of; null where the area in front has no capture.
    CapturePlace* shownPlace() const;
    /// Its page; that of the capture where it has none.
    CapturePage& shownPage() const;
    void wirePlace(CapturePlace& place);
    void swapPaneActions();
    void takeSelectedRow(Offer offer);
    void replayWhatIsOpen();
    void replayChosenAtSide();
    bool wouldLose() const;
    void decideAreas(int from, const std::function<void()>& next);

    // Live captures; in main_live.cpp.
    void wireLive();
    void askCaptureOptions();
    void startOrStop();
    void showLive();
    void showLiveEnd(const live::Ending& ending);
    void showCopied(CapturePlace& place, const QString& path);
    void showRemarks(CapturePlace& place);
    void updateLiveActions();
    void showTitle();
    /// Whether a capture is shown, or one that has not begun yet.
    bool isOpen() const;

    void restore();
    void savePanes();
    /// Puts the focus where one goes on after something else has gone away.
    void focusContent();

    MainWindowOptions m_options;
    RecentFiles m_recent;
    std::unique_ptr<CapturePlace> m_place;  // of what was opened or sniffed; its parts:
    LoadController* m_loader;
    LiveController* m_live;
    LiveFlow* m_flow;
    CapturePage* m_page;
    FlatTabBar* m_tabs;  // the capture, then m_areas
    QStackedWidget* m_pages;
    StartPage* m_start;
    QList<WorkArea*> m_areas;
    WorkArea* m_composer = nullptr;
    WorkArea* m_replay = nullptr;
    WorkArea* m_server = nullptr;
    MessageStrip* m_strip;
    StatusLine* m_status;
    QMenu* m_recentMenu = nullptr;
    QMenu* m_editMenu = nullptr;  // with the actions of the panes in front, as this one:
    QMenu* m_viewMenu = nullptr;
    QMenu* m_composeMenu = nullptr;  // null where nothing of it is offered
    QList<QAction*> m_paneActions;   // those that belong to what is in front
    QAction* m_behindReadAs = nullptr;
    QAction* m_behindAreas = nullptr;
    QAction* m_closeAction = nullptr;
    QList<QAction*> m_tabActions;           // want more than one tab
    QList<QAction*> m_rowActions;           // of a selected row, also in its context menu
    QAction* m_replaySideAction = nullptr;  // in the context menu of the lists at the side
    QAction* m_backAction = nullptr;        // also wants a row to go back to
    QAction* m_reloadAction = nullptr;
    QAction* m_saveAction = nullptr;
    QAction* m_saveAsAction = nullptr;
    QAction* m_startStopAction = nullptr;  // this and those below only with live captures
    QAction* m_restartAction = nullptr;
    QAction* m_pauseAction = nullptr;
    QAction* m_followAction = nullptr;
    QAction* m_checksumAction = nullptr;
    QAction* m_onlyConnectionAction = nullptr;
    QAction* m_onlySessionAction = nullptr;
    DecodeLimits m_limits;      // for what is read from now on
    bool m_openShown = false;   // what showReplaced() has shown
    bool m_liveFailed = false;  // the strip says why the capture has ended
    QString m_goesOn;           // what the strip said of a capture that runs; not true at its end
    bool m_mayClose = false;    // it was asked about what is not saved
    bool m_pageShown = false;
    RecordId m_wantedRecord = kNoRecord;  // to be selected once it is there
    QList<QAction*> m_captureActions;
};

}  // namespace framescope
