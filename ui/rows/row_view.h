// The list of rows, which may be tens of millions.
#pragma once

#include <array>

#include "dissector/record/record.h"
#include "ui/rows/long_table_view.h"

namespace framescope {

class RowDelegate;
class RowModel;

class RowView : public LongTableView {
    Q_OBJECT

public:
    /// Shows `model`, which must outlive this.
    explicit RowView(RowModel& model, QWidget* parent = nullptr);

    /// The record of the selected row, kNoRecord for none.
    RecordId selectedRecord() const;
    /// Selects the row of a record and brings it into view; nothing if it is not shown.
    void selectRecord(RecordId record);
    /// Moves the selection by so many rows, as far as there are any.
    void moveSelection(int rows);
    /// Selects a row of the table, the nearest there is.
    void selectRow(int row);
    void selectLastRow();
    /// What stands in the middle of a list without rows: why it is empty.
    void setEmptyText(const QString& text);
    QString emptyText() const { return m_emptyText; }
    /// Makes columns wide enough for the rows there are; never narrower, never against the user.
    void fitColumns();

    void copySelectedRow() const;
    /// What a column is made as wide as on demand: its title, the rows in sight, and the greatest
    /// numbers there are.
    int sizeHintForColumn(int column) const override;

    /// While rows come in, the list can follow its end. It does so until somebody scrolls up or
    /// selects a row, and again when somebody asks for the end or scrolls there.
    void setGrowing(bool growing);
    bool isGrowing() const { return m_growing; }
    void followEnd();
    /// Follows no more, as if it had stopped when there were so many rows.
    void stopFollowing(int rowsSeen);
    /// The rows there were when the list stopped to follow.
    int rowsSeen() const { return m_rowsSeen; }
    bool isFollowing() const { return m_growing && m_following; }
    /// Rows that were added since the list stopped to follow.
    int rowsMissed() const;

Q_SIGNALS:
    /// Whether the list follows its end is otherwise now.
    void followingChanged(bool following);
    /// The selection is on another record now (kNoRecord: on none).
    void recordSelected(RecordId record);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void applyFonts();
    void setFollowing(bool following);
    void keepAtEnd();
    int columnWidthFor(int column, const QString& text) const;
    /// Hides columns that the tree says as well while the pane is too narrow for what a row says.
    void makeRoomForInfo();

    RowModel& m_model;
    RowDelegate* m_delegate;
    QString m_emptyText;
    bool m_fitting = false;
    bool m_makingRoom = false;
    bool m_growing = false;
    bool m_following = false;
    int m_rowsSeen = 0;                   // when following stopped
    std::array<bool, 8> m_userResized{};  // by column
};

}  // namespace framescope
