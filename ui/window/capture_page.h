// An open capture: connections and sessions at the side, rows on top, fields and bytes below. Wires
// the four to each other; what is open is somebody else's business.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "dissector/field/field_tree.h"
#include "dissector/record/record.h"

class QSettings;
class QSplitter;

namespace framescope {

class ConnectionView;
class FieldTreeView;
class FollowPill;
class GoToBar;
class LiveBar;
class ReadAsMenu;
class ReadAsRules;
class ReadConnectionMenu;
class ReadingBar;
class RowModel;
class RowView;
class Session;
class SidePane;
class SourceTabs;
struct PayloadRule;
struct ReadAs;

class CapturePage : public QWidget {
    Q_OBJECT

public:
    explicit CapturePage(QWidget* parent = nullptr);
    ~CapturePage() override;

    /// Shows a session from its beginning; null for none. It must outlive this or be replaced.
    void setSession(const Session* session);
    /// Takes in what the session has got since; `reading` says whether more is to come.
    void refresh(bool reading);

    /// Whether packets are captured at the moment: the list follows its end then, and no row is
    /// selected by itself.
    void setGrowing(bool growing);
    /// The list stands still; what comes meanwhile is taken in when it goes on.
    void setPaused(bool paused);
    bool isPaused() const;
    /// Goes to the last row: to follow the end while rows come, else to select it.
    void goToEnd();
    /// What stands in the list as long as there is no session.
    void setWaitingText(const QString& text);
    /// What stands in it before the first packet, in place of words about capturing.
    void setNothingYetText(const QString& text);

    /// Selects a record, and shows all connections if it is not among those that are shown.
    bool selectRecord(RecordId record);
    /// Narrows the rows to a connection, or shows all.
    void narrowTo(std::optional<ConnectionId> connection);
    /// Narrows to the connection of the selected row.
    void narrowToSelected();
    /// Narrows to the Engine.IO session that the connection of the selected row belongs to; nothing
    /// if there is none.
    void narrowToSessionOfSelected();
    /// Selects the row from which the last link was followed.
    void goBack();
    bool canGoBack() const { return !m_visited.empty(); }
    /// Reads the rows again, after the rules have changed.
    void readAgain();
    /// The next setSession() is about the same capture, read in another way: what is chosen,
    /// selected and in sight is found again as its rows come.
    void keepPlace();
    /// No other session came after all.
    void forgetPlace();
    /// Whether that is being looked for: the capture is not another one for those who look at it.
    bool isKeepingPlace() const { return m_place != nullptr; }
    /// By which rules connections are read; for the bar above the rows and the menus.
    void setReadAsRules(const ReadAsRules& rules);
    /// Takes the selected row apart again.
    void showSelectedAgain();
    /// Checksums are verified from now on, or no more.
    void checksumsChanged();
    /// Asks for the number of a row.
    void askForRow();
    /// Opens the menu that says how a connection is read: of the one chosen at the side while the
    /// keyboard is there, else of the selected row's. Nothing where there is none.
    void popUpReadConnection();

    RowModel& rowModel() { return *m_rowModel; }
    RowView& rowView() { return *m_rowView; }
    LiveBar& liveBar() { return *m_liveBar; }
    FollowPill& followPill() { return *m_pill; }
    FieldTreeView& tree() { return *m_tree; }
    SourceTabs& sources() { return *m_sources; }
    SidePane& side() { return *m_side; }
    ConnectionView& connections();
    ReadAsMenu& readAsMenu() { return *m_readAs; }
    ReadingBar& readingBar() { return *m_readingBar; }
    /// For the connection of the selected row, and for the one that is chosen at the side.
    ReadConnectionMenu& rowConnectionMenu() { return *m_rowConnectionMenu; }
    ReadConnectionMenu& sideConnectionMenu() { return *m_sideConnectionMenu; }

    /// Pane sizes, below `key`.
    void saveSizes(QSettings& settings, const QString& key = QStringLiteral("panes")) const;
    void restoreSizes(const QSettings& settings, const QString& key = QStringLiteral("panes"));

Q_SIGNALS:
    /// The selection or the choice of rows has changed.
    void selectionChanged();
    /// The view was paused, or goes on.
    void pausedChanged(bool paused);
    /// The payloads that the rule is about are to be read as it says.
    void payloadRuleChosen(const framescope::PayloadRule& rule);
    /// A connection is to be read so.
    void readConnectionAsWanted(framescope::ConnectionId connection,
                                const framescope::ReadAs& readAs);
    /// Something cannot be done; one sentence for a person.
    void failed(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    void wire();
    void showRecord(RecordId record);
    void showOnly(const std::optional<std::vector<ConnectionId>>& connections);
    void followLink(RecordId record);
    void updateEmptyText();
    void proportionPanes();
    void sayWhatIsMissed();
    void refreshStaleTexts();
    void refreshShownRecord();
    void findPlaceAgain();
    void aimMenus();

    /// What keepPlace() has noted.
    struct Place;

    const Session* m_session = nullptr;
    bool m_reading = false;
    bool m_sized = false;
    RecordId m_shownRecord = kNoRecord;
    std::size_t m_shownLearnt = 0;  // what later rows had told about it when it was taken apart
    std::shared_ptr<const Dissection> m_dissection;

    bool m_keepPlace = false;  // the next session is the same capture
    bool m_finding = false;    // a row is selected by this, and not by a person
    std::unique_ptr<Place> m_place;

    bool m_growing = false;
    QString m_waiting;
    QString m_nothingYet;
    QTimer m_missedTimer;
    QElapsedTimer m_sinceTexts;

    LiveBar* m_liveBar;
    ReadingBar* m_readingBar;
    RowModel* m_rowModel;
    RowView* m_rowView;
    QWidget* m_pillPlace;
    FollowPill* m_pill;
    SidePane* m_side;
    FieldTreeView* m_tree;
    SourceTabs* m_sources;
    GoToBar* m_goTo;
    ReadAsMenu* m_readAs;
    ReadConnectionMenu* m_rowConnectionMenu;
    ReadConnectionMenu* m_sideConnectionMenu;
    std::unique_ptr<ReadAsRules> m_rules;
    std::vector<RecordId> m_visited;  // rows that links were followed from
    QSplitter* m_sideSplitter = nullptr;
    QSplitter* m_rowSplitter = nullptr;
    QSplitter* m_detailSplitter = nullptr;
};

/// Why a session has no rows to show: in words, for the middle of the list.
QString whyNoRows(const Session& session, bool reading, bool narrowed);
/// The same while packets are captured.
QString whyNoRowsYet(const Session& session, bool narrowed);

}  // namespace framescope
