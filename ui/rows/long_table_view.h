// A table whose rows all have one height. A QTableView keeps a section for each row in its header
// at the side, so that a million more rows cost it memory, and a change of all of them time that
// people notice. Here that header is given a model without rows, and everything that would ask it
// for places is answered from the height and the first row in sight, which is what the scroll bar
// counts.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>

namespace framescope {

class LongTableView : public QTableView {
    Q_OBJECT

public:
    explicit LongTableView(QWidget* parent = nullptr);

    void setModel(QAbstractItemModel* model) override;
    /// In pixels, at least 1.
    void setHeightOfRows(int height);
    int heightOfRows() const { return m_height; }
    /// The row at a height of the viewport, -1 where there is none.
    int rowAt(int y) const;

    QRect visualRect(const QModelIndex& index) const override;
    QModelIndex indexAt(const QPoint& point) const override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    /// Nothing: it would look at every row there is.
    void keyboardSearch(const QString& search) override;

protected:
    void updateGeometries() override;
    void paintEvent(QPaintEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) override;
    QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    int verticalOffset() const override;

private:
    /// For the header at the side.
    class NoRows : public QAbstractTableModel {
    public:
        using QAbstractTableModel::QAbstractTableModel;
        int rowCount(const QModelIndex&) const override { return 0; }
        int columnCount(const QModelIndex&) const override { return 0; }
        QVariant data(const QModelIndex&, int) const override { return {}; }
    };

    int rows() const { return model() != nullptr ? model()->rowCount() : 0; }
    int firstRow() const;
    /// Rows that are wholly in sight, at least 1.
    int rowsInSight() const;

    NoRows m_noRows;
    int m_height = 20;
    bool m_arranging = false;
};

}  // namespace framescope
