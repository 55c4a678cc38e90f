// An open capture: connections at the side, rows on top, fields and bytes below. Wires the four to
// each other; what is open is somebody else's business.
#pragma once

#include <memory>
#include <optional>

#include <QWidget>

#include "dissector/field/field_tree.h"
#include "dissector/record/record.h"

class QSettings;
class QSplitter;

namespace framescope {

class ConnectionModel;
class ConnectionView;
class FieldTreeView;
class GoToBar;
class RowModel;
class RowView;
class Session;
class SourceTabs;

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
    /// Asks for the number of a row.
    void askForRow();

    RowModel& rowModel() { return *m_rowModel; }
    RowView& rowView() { return *m_rowView; }
    FieldTreeView& tree() { return *m_tree; }
    SourceTabs& sources() { return *m_sources; }
    ConnectionView& connections() { return *m_connectionView; }

    /// Pane sizes.
    void saveSizes(QSettings& settings) const;
    void restoreSizes(const QSettings& settings);

Q_SIGNALS:
    /// The selection or the choice of rows has changed.
    void selectionChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    void wire();
    void showRecord(RecordId record);
    void chooseConnection(std::optional<ConnectionId> connection);
    void updateEmptyText();
    void proportionPanes();

    const Session* m_session = nullptr;
    bool m_reading = false;
    bool m_sized = false;
    RecordId m_shownRecord = kNoRecord;
    std::shared_ptr<const Dissection> m_dissection;

    RowModel* m_rowModel;
    ConnectionModel* m_connectionModel;
    RowView* m_rowView;
    ConnectionView* m_connectionView;
    FieldTreeView* m_tree;
    SourceTabs* m_sources;
    GoToBar* m_goTo;
    QSplitter* m_sideSplitter = nullptr;
    QSplitter* m_rowSplitter = nullptr;
    QSplitter* m_detailSplitter = nullptr;
};

/// Why a session has no rows to show: in words, for the middle of the list.
QString whyNoRows(const Session& session, bool reading, bool narrowed);

}  // namespace framescope
