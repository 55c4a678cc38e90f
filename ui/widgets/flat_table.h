// A table that looks like the list of rows: no grid, cells aligned with their titles, one line
// selected as a whole. What a cell says beside its text, the model tells in roles.
#pragma once

#include <vector>

#include <QTableView>

namespace framescope {

class FlatTable : public QTableView {
    Q_OBJECT

public:
    enum Role {
        DimRole = Qt::UserRole + 100,  ///< bool: context only
        SeverityRole,                  ///< int of Severity: its mark in front, its colour
        ArrowRole,                     ///< int of Direction: an arrow instead of text
    };

    struct Column {
        QString widest;         ///< the column is so wide; empty: it shares what is left
        bool fixedFont = true;  ///< for numbers and payloads
        int least = 60;         ///< pixels of one that shares what is left
        int hiddenBelow = 0;    ///< not shown in a table narrower than this
    };

    /// Shows `model`, which must outlive this, with these columns.
    FlatTable(QAbstractItemModel& model, std::vector<Column> columns, QWidget* parent = nullptr);

    /// What stands in the middle of a table without lines: why it is empty.
    void setEmptyText(const QString& text);
    QString emptyText() const { return m_emptyText; }
    /// The selected line, -1 for none.
    int currentRow() const;
    /// Selects a line and brings it into view.
    void selectRow(int row);
    /// The cells of the selected line, with tabs between them.
    void copySelectedRow() const;

Q_SIGNALS:
    /// Another line is selected; -1: none.
    void rowSelected(int row);

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void applyFonts();
    void shareWidth();

    std::vector<Column> m_columns;
    QString m_emptyText;
};

}  // namespace framescope
