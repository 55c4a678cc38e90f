// The rows of a session as a table: all of them, or those of some connections.
//
// All rows cost nothing: row n of the table is record n. A narrowed table keeps its own vector of
// record numbers, filled by going over the records once; both grow at the end as the session does.
// A long way to go over is cut into slices, so that the window never waits for it.
#pragma once

#include <optional>
#include <vector>

#include <QAbstractTableModel>
#include <QCache>
#include <QTimer>

#include "capture/session/session.h"
#include "ui/rows/checksum_marks.h"

namespace framescope {

class RowModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Time, Connection, Arrow, ProtocolName, Length, Info, ColumnCount };
    enum Role {
        SeverityRole = Qt::UserRole,  ///< int of Severity
        DirectionRole,                ///< int of Direction; none without a connection
    };

    explicit RowModel(QObject* parent = nullptr);

    /// Shows another session, all its rows; null for none. The session must outlive this.
    void setSession(const Session* session);
    /// Shows only the rows of these connections and those of none, or all again; false if it does
    /// so already.
    bool setConnections(const std::optional<std::vector<ConnectionId>>& connections);
    /// Whether only the rows of some connections are shown.
    bool isNarrowed() const { return m_isNarrowed; }
    /// Takes in what the session has got since.
    void fetchAppended();
    /// Takes in nothing from now on, or all that has come meanwhile.
    void setHeld(bool held);
    bool isHeld() const { return m_held.has_value(); }
    /// With isHeld(): the first record that is not taken in.
    RecordId heldAt() const { return m_held.value_or(m_scanned); }
    /// Asks for the texts of the rows again: they are read by other rules now.
    void forgetTexts();
    /// The same for some rows of the table that are on show: what came since may say more of them.
    void refreshTexts(int first, int last);
    /// At most so many rows are shown; what a view can count is limited.
    void setRowLimit(int limit) { m_rowLimit = limit; }
    /// True when there are more rows than the limit lets through.
    bool limitReached() const { return m_limitReached; }

    /// The record shown in a row of the table, kNoRecord outside.
    RecordId recordAt(int row) const;
    /// The row of the table that shows a record, -1 for none.
    int rowOf(RecordId record) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

    /// What the verified checksums of the rows' packets are worth.
    const ChecksumMarks& checksums() const { return m_checksums; }
    /// Checksums are verified from now on, or no more.
    void checksumsChanged();

    /// The widest text that a column of numbers has among all rows read so far, shown or not; empty
    /// for the other columns.
    QString widestText(int column) const;

    /// The cells of a row as one line, for the clipboard.
    QString rowAsText(int row) const;

Q_SIGNALS:
    /// All records of the session have been looked at.
    void caughtUp();

private:
    void restart();
    /// The records that may be shown.
    RecordId available() const;
    void measure();
    void scanSlice();
    void scanConnections(RecordId end);
    bool isWanted(ConnectionId connection) const {
        return connection < m_wanted.size() && m_wanted[connection];
    }
    QString cellText(RecordId record, int column) const;
    QString tooltip(RecordId record, int column) const;
    const RowText& textOf(RecordId record) const;
    Severity severityOf(RecordId record) const;

    const Session* m_session = nullptr;
    bool m_isNarrowed = false;
    std::vector<bool> m_wanted;        // by connection; only with m_isNarrowed
    std::vector<RecordId> m_narrowed;  // only with m_isNarrowed
    // What the widths of columns are made for; of a held view as it was then.
    quint64 m_greatestLength = 0;
    std::optional<qint64> m_latestNs;
    std::optional<RecordId> m_held;  // no record from this one on is taken in
    RecordId m_scanned = 0;          // records looked at so far
    int m_shown = 0;
    int m_rowLimit = 0x7fffffff;
    bool m_limitReached = false;
    QTimer m_nextSlice;
    ChecksumMarks m_checksums;
    mutable QCache<RecordId, RowText> m_texts;
};

}  // namespace framescope
