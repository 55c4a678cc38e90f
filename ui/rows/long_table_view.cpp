// What is not overridden here speaks of columns, or of the model, and holds for any number of rows.
#include "ui/rows/long_table_view.h"

#include <algorithm>
#include <limits>

#include <QAbstractButton>
#include <QAbstractItemDelegate>
#include <QHeaderView>
#include <QPaintEvent>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>

namespace framescope {

LongTableView::LongTableView(QWidget* parent) : QTableView(parent) {
    verticalHeader()->hide();
    // The button where the two headers meet, which the table would show and place otherwise.
    for (auto* const button : findChildren<QAbstractButton*>(Qt::FindDirectChildrenOnly)) {
        button->hide();
    }
    setVerticalScrollMode(ScrollPerItem);
    setHorizontalScrollMode(ScrollPerPixel);
}

void LongTableView::setModel(QAbstractItemModel* model) {
    if (this->model() != nullptr) this->model()->disconnect(this);
    QTableView::setModel(model);
    verticalHeader()->setModel(&m_noRows);
    if (model == nullptr) return;
    const auto changed = [this] {
        updateGeometries();
        viewport()->update();
    };
    connect(model, &QAbstractItemModel::modelReset, this, changed);
    connect(model, &QAbstractItemModel::layoutChanged, this, changed);
    connect(model, &QAbstractItemModel::rowsRemoved, this, changed);
    connect(model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int) {
                updateGeometries();
                // What is added below is not in sight.
                if (first <= firstRow() + rowsInSight()) viewport()->update();
            });
}

void LongTableView::setHeightOfRows(int height) {
    m_height = std::max(height, 1);
    updateGeometries();
    viewport()->update();
}

int LongTableView::firstRow() const {
    return verticalScrollBar()->value();
}

int LongTableView::rowsInSight() const {
    return std::max(viewport()->height() / m_height, 1);
}

int LongTableView::rowAt(int y) const {
    if (y < 0) return -1;
    const qint64 row = qint64{firstRow()} + y / m_height;
    return row < rows() ? static_cast<int>(row) : -1;
}

QRect LongTableView::visualRect(const QModelIndex& index) const {
    if (!index.isValid() || isColumnHidden(index.column())) return {};
    // Far away is as far as a place can be.
    const qint64 top = (qint64{index.row()} - firstRow()) * m_height;
    constexpr qint64 kFar = std::numeric_limits<int>::max() / 4;
    return {columnViewportPosition(index.column()), static_cast<int>(std::clamp(top, -kFar, kFar)),
            columnWidth(index.column()), m_height};
}

QModelIndex LongTableView::indexAt(const QPoint& point) const {
    const int row = rowAt(point.y());
    const int column = columnAt(point.x());
    return row >= 0 && column >= 0 ? model()->index(row, column) : QModelIndex();
}

void LongTableView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (!index.isValid()) return;
    const int row = index.row();
    const int top = firstRow();
    const int count = rowsInSight();
    const bool inSight = row >= top && row - top < count;
    QScrollBar& bar = *verticalScrollBar();
    if (hint == PositionAtTop || (hint == EnsureVisible && row < top)) {
        bar.setValue(row);
    } else if (hint == PositionAtBottom || (hint == EnsureVisible && !inSight)) {
        bar.setValue(std::max(row - count + 1, 0));
    } else if (hint == PositionAtCenter) {
        bar.setValue(std::max(row - count / 2, 0));
    }
    const int left = columnViewportPosition(index.column());
    const int right = left + columnWidth(index.column());
    QScrollBar& across = *horizontalScrollBar();
    if (left < 0 || right - left > viewport()->width()) {
        across.setValue(across.value() + left);
    } else if (right > viewport()->width()) {
        across.setValue(across.value() + right - viewport()->width());
    }
}

void LongTableView::keyboardSearch(const QString&) {}

void LongTableView::updateGeometries() {
    if (m_arranging) return;
    const QScopedValueRollback guard(m_arranging, true);
    QHeaderView& header = *horizontalHeader();
    const int height = header.isHidden() ? 0 : header.sizeHint().height();
    setViewportMargins(0, height, 0, 0);
    const QRect below = viewport()->geometry();
    header.setGeometry(below.left(), below.top() - height, below.width(), height);
    QScrollBar& bar = *verticalScrollBar();
    bar.setSingleStep(1);
    bar.setPageStep(rowsInSight());
    bar.setRange(0, std::max(rows() - rowsInSight(), 0));
    QScrollBar& across = *horizontalScrollBar();
    across.setSingleStep(std::max(below.width() / 20, 2));
    across.setPageStep(below.width());
    across.setRange(0, std::max(header.length() - below.width(), 0));
    QAbstractItemView::updateGeometries();  // NOLINT(bugprone-parent-virtual-call)
}

void LongTableView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    const QStyle::State state =
        option.state & ~(QStyle::State_Selected | QStyle::State_HasFocus | QStyle::State_MouseOver);
    const QRect area = event->rect();
    const int last = std::min(firstRow() + area.bottom() / m_height, rows() - 1);
    const int columns = model() != nullptr ? model()->columnCount() : 0;
    for (int row = firstRow() + std::max(area.top(), 0) / m_height; row <= last; ++row) {
        const bool selected = selectionModel()->isSelected(model()->index(row, 0));
        for (int column = 0; column < columns; ++column) {
            const QModelIndex index = model()->index(row, column);
            option.rect = visualRect(index);
            if (!option.rect.intersects(area)) continue;
            option.state = state;
            option.state.setFlag(QStyle::State_Selected, selected);
            option.state.setFlag(QStyle::State_HasFocus, hasFocus() && index == currentIndex());
            itemDelegateForIndex(index)->paint(&painter, option, index);
        }
    }
}

void LongTableView::scrollContentsBy(int dx, int dy) {
    if (dx != 0) horizontalHeader()->setOffset(horizontalScrollBar()->value());
    // The bar counts rows. What stays in sight is moved, which leaves little to be painted.
    const qint64 down = qint64{dy} * m_height;
    if (std::abs(down) >= viewport()->height() || std::abs(dx) >= viewport()->width()) {
        viewport()->update();
        return;
    }
    scrollDirtyRegion(dx, static_cast<int>(down));
    viewport()->scroll(dx, static_cast<int>(down));
}

QModelIndex LongTableView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    if (rows() == 0) return {};
    const QModelIndex current = currentIndex();
    if (!current.isValid()) return model()->index(0, 0);
    const int lastColumn = model()->columnCount() - 1;
    const bool everywhere = modifiers.testFlag(Qt::ControlModifier);
    qint64 row = current.row();
    int column = current.column();
    switch (action) {
        case MoveUp:
        case MovePrevious:
            --row;
            break;
        case MoveDown:
        case MoveNext:
            ++row;
            break;
        case MovePageUp:
            row -= rowsInSight();
            break;
        case MovePageDown:
            row += rowsInSight();
            break;
        case MoveLeft:
            --column;
            break;
        case MoveRight:
            ++column;
            break;
        case MoveHome:
            column = 0;
            if (everywhere) row = 0;
            break;
        case MoveEnd:
            column = lastColumn;
            if (everywhere) row = rows() - 1;
            break;
    }
    return model()->index(static_cast<int>(std::clamp<qint64>(row, 0, rows() - 1)),
                          std::clamp(column, 0, lastColumn));
}

void LongTableView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) {
    const QRect place = rect.normalized();
    const QModelIndex first = indexAt(place.topLeft());
    const QModelIndex last = indexAt(place.bottomRight());
    if (first.isValid() && last.isValid()) {
        selectionModel()->select(QItemSelection(first, last), command);
    }
}

QRegion LongTableView::visualRegionForSelection(const QItemSelection& selection) const {
    QRegion region;
    const int top = firstRow();
    const int bottom = top + rowsInSight() + 1;
    for (const QItemSelectionRange& range : selection) {
        const int first = std::max(range.top(), top);
        const int last = std::min(range.bottom(), bottom);
        if (!range.isValid() || first > last) continue;
        region +=
            QRect(0, (first - top) * m_height, viewport()->width(), (last - first + 1) * m_height);
    }
    return region;
}

int LongTableView::verticalOffset() const {
    return static_cast<int>(
        std::min<qint64>(qint64{firstRow()} * m_height, std::numeric_limits<int>::max() / 2));
}

}  // namespace framescope
