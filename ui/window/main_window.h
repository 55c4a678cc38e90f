// The one window: the start page or an open capture, a strip for errors above, the status line
// below, and a menu in which everything has its place.
#pragma once

#include <functional>
#include <memory>

#include <QMainWindow>

#include "dissector/record/record.h"
#include "ui/live/live_services.h"
#include "ui/window/recent_files.h"

class QMenu;
class QSettings;
class QStackedWidget;

namespace framescope {

class CapturePage;
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
    void buildHelpMenu();
    /// An action in a menu that needs an open capture.
    QAction* addCaptureAction(QMenu& menu, const QString& text,
                              const QList<QKeySequence>& shortcuts, std::function<void()> what);
    void fillRecentMenu();
    void chooseFile();
    void showReplaced();
    void showProgress();
    void showFigures();
    void showFinished();
    void showFailure(const QString& path, const QString& sentence);
    void showNotices();
    void showAbout();
    // Live captures; in main_live.cpp.
    void wireLive();
    void askCaptureOptions();
    void startOrStop();
    void showLive();
    void showLiveEnd(const live::Ending& ending);
    void showCopied(const QString& path);
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
    LoadController* m_loader;
    std::unique_ptr<LiveController> m_live;
    std::unique_ptr<LiveFlow> m_flow;
    QStackedWidget* m_pages;
    StartPage* m_start;
    CapturePage* m_page;
    MessageStrip* m_strip;
    StatusLine* m_status;
    QMenu* m_recentMenu = nullptr;
    QAction* m_backAction = nullptr;  // also wants a row to go back to
    QAction* m_reloadAction = nullptr;
    QAction* m_saveAction = nullptr;
    QAction* m_saveAsAction = nullptr;
    QAction* m_startStopAction = nullptr;  // this and those below only with live captures
    QAction* m_restartAction = nullptr;
    QAction* m_pauseAction = nullptr;
    QAction* m_followAction = nullptr;
    bool m_openShown = false;   // what showReplaced() has shown
    bool m_liveFailed = false;  // the strip says why the capture has ended
    QString m_goesOn;           // what the strip said of a capture that runs; not true at its end
    bool m_mayClose = false;    // it was asked about what is not saved
    bool m_pageShown = false;
    RecordId m_wantedRecord = kNoRecord;  // to be selected once it is there
    QList<QAction*> m_captureActions;
};

}  // namespace framescope
