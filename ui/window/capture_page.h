// An open capture: connections and sessions at the side, rows on top, fields and bytes below. Wires
// the four to each other; what is open is somebody else's business.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QWidget>

#include "dissector/field/field_tree.h"
#include "dissector/record/record.h"

class QSettings;
class QSplitter;

namespace framescope {

class ConnectionView;
class FieldTreeView;
class GoToBar;
class ReadAsMenu;
class RowModel;
class RowView;
class Session;
class SidePane;
class SourceTabs;
struct PayloadRule;

class CapturePage : public QWidget {
    Q_OBJECT

public:
    explicit CapturePage(QWidget* parent = nullptr);

    /// Shows a session from its beginning; null for none. It must outlive this or be replaced.
    void setSession(const Session* session);
    /// Takes in what the session has got since; `reading` says whether more is to come.
    void refresh(bool reading);

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
    /// Asks for the number of a row.
    void askForRow();

    RowModel& rowModel() { return *m_rowModel; }
    RowView& rowView() { return *m_rowView; }
    FieldTreeView& tree() { return *m_tree; }
    SourceTabs& sources() { return *m_sources; }
    SidePane& side() { return *m_side; }
    ConnectionView& connections();
    ReadAsMenu& readAsMenu() { return *m_readAs; }

    /// Pane sizes.
    void saveSizes(QSettings& settings) const;
    void restoreSizes(const QSettings& settings);

Q_SIGNALS:
    /// The selection or the choice of rows has changed.
    void selectionChanged();
    /// The payloads that the rule is about are to be read as it says.
    void payloadRuleChosen(const framescope::PayloadRule& rule);
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

    const Session* m_session = nullptr;
    bool m_reading = false;
    bool m_sized = false;
    RecordId m_shownRecord = kNoRecord;
    std::shared_ptr<const Dissection> m_dissection;

    RowModel* m_rowModel;
    RowView* m_rowView;
    SidePane* m_side;
    FieldTreeView* m_tree;
    SourceTabs* m_sources;
    GoToBar* m_goTo;
    ReadAsMenu* m_readAs;
    std::vector<RecordId> m_visited;  // rows that links were followed from
    QSplitter* m_sideSplitter = nullptr;
    QSplitter* m_rowSplitter = nullptr;
    QSplitter* m_detailSplitter = nullptr;
};

/// Why a session has no rows to show: in words, for the middle of the list.
QString whyNoRows(const Session& session, bool reading, bool narrowed);

}  // namespace framescope
