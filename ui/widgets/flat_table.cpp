// Fixed row heights, as in the list of rows: nothing is measured, whatever the number of lines.
#include "ui/widgets/flat_table.h"

#include <algorithm>

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "dissector/issue/issue.h"
#include "dissector/record/record.h"
#include "ui/rows/flat_header.h"
#include "ui/rows/row_delegate.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/direction_arrow.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

constexpr int kMark = 18;  // pixels in front of a text with a severity

class FlatTableDelegate : public QStyledItemDelegate {
public:
    FlatTableDelegate(const std::vector<FlatTable::Column>& columns, QObject* parent)
        : QStyledItemDelegate(parent), m_columns(columns) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const RoleColors& colors = roleColors(option.palette);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected) {
            const bool active = option.widget == nullptr || option.widget->hasFocus();
            painter->fillRect(option.rect, active ? colors.selection : colors.selectionInactive);
        }
        const QVariant arrow = index.data(FlatTable::ArrowRole);
        if (arrow.isValid()) {
            const auto direction = static_cast<Direction>(arrow.toInt());
            paintDirectionArrow(*painter, option.rect, option.fontMetrics.height(), direction,
                                directionColor(colors, direction));
            return;
        }
        const auto severity = static_cast<Severity>(index.data(FlatTable::SeverityRole).toInt());
        const bool dim = index.data(FlatTable::DimRole).toBool() && !selected;
        QRect inner = option.rect.adjusted(RowDelegate::kPadding, 0, -RowDelegate::kPadding, 0);
        if (severity != Severity::None) {
            paintSeverityMark(*painter, QRect(inner.left(), inner.top(), kMark - 4, inner.height()),
                              option.fontMetrics.height() * 0.55, severity, colors);
            inner.setLeft(inner.left() + kMark);
        }
        const bool fixed = m_columns[static_cast<std::size_t>(index.column())].fixedFont;
        const QFont font = fixed ? fixedFont() : option.font;
        painter->setFont(font);
        painter->setPen(severityColor(colors, severity, dim ? colors.dim : colors.text));
        const auto alignment =
            static_cast<Qt::Alignment>(index.data(Qt::TextAlignmentRole).toInt());
        painter->drawText(
            inner, static_cast<int>(alignment) | Qt::TextSingleLine,
            QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, inner.width()));
    }

private:
    const std::vector<FlatTable::Column>& m_columns;
};

}  // namespace

FlatTable::FlatTable(QAbstractItemModel& model, std::vector<Column> columns, QWidget* parent)
    : QTableView(parent), m_columns(std::move(columns)) {
    setModel(&model);
    setItemDelegate(new FlatTableDelegate(m_columns, this));
    setHorizontalHeader(new FlatHeader(this));
    horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(1);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setWordWrap(false);
    setCornerButtonEnabled(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setVerticalScrollMode(ScrollPerItem);
    setHorizontalScrollMode(ScrollPerPixel);
    applyFonts();
    connect(&model, &QAbstractItemModel::rowsInserted, viewport(), qOverload<>(&QWidget::update));
    connect(&model, &QAbstractItemModel::modelReset, this, [this] { Q_EMIT rowSelected(-1); });
}

void FlatTable::applyFonts() {
    verticalHeader()->setDefaultSectionSize(denseRowHeight(font()));
    shareWidth();
}

void FlatTable::shareWidth() {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics titles(bold);
    int left = viewport()->width();
    int sharing = 0;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const Column& column = m_columns[i];
        if (column.widest.isEmpty()) {
            ++sharing;
            continue;
        }
        const int section = static_cast<int>(i);
        const bool hidden = width() < column.hiddenBelow;
        if (hidden != isColumnHidden(section)) setColumnHidden(section, hidden);
        if (hidden) continue;
        const QFontMetrics cells(column.fixedFont ? fixedFont() : font());
        const int wanted =
            std::max(
                cells.horizontalAdvance(column.widest),
                titles.horizontalAdvance(model()->headerData(section, Qt::Horizontal).toString())) +
            2 * RowDelegate::kPadding + 2;
        setColumnWidth(section, wanted);
        left -= wanted;
    }
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        if (!m_columns[i].widest.isEmpty()) continue;
        const int share = std::max(left / sharing, m_columns[i].least);
        setColumnWidth(static_cast<int>(i), share);
        left -= share;
        --sharing;
    }
}

void FlatTable::setEmptyText(const QString& text) {
    m_emptyText = text;
    viewport()->update();
}

int FlatTable::currentRow() const {
    return currentIndex().isValid() ? currentIndex().row() : -1;
}

void FlatTable::selectRow(int row) {
    const QModelIndex index = model()->index(row, 0);
    if (!index.isValid()) return;
    setCurrentIndex(index);
    scrollTo(index);
}

void FlatTable::copySelectedRow() const {
    const int row = currentRow();
    if (row < 0) return;
    QStringList cells;
    for (int column = 0; column < model()->columnCount(); ++column) {
        cells << model()->index(row, column).data().toString();
    }
    QGuiApplication::clipboard()->setText(cells.join(QLatin1Char('\t')));
}

void FlatTable::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (model()->rowCount() != 0 || m_emptyText.isEmpty()) return;
    QPainter painter(viewport());
    painter.setPen(roleColors(palette()).dim);
    painter.drawText(viewport()->rect().adjusted(24, 12, -24, -12),
                     Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void FlatTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return copySelectedRow();
    if (event->modifiers() == Qt::NoModifier && model()->rowCount() > 0) {
        if (event->key() == Qt::Key_Home) return selectRow(0);
        if (event->key() == Qt::Key_End) return selectRow(model()->rowCount() - 1);
    }
    QTableView::keyPressEvent(event);
}

void FlatTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) applyFonts();
}

void FlatTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    shareWidth();
}

void FlatTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    const int row = current.isValid() ? current.row() : -1;
    const int before = previous.isValid() ? previous.row() : -1;
    if (row != before) Q_EMIT rowSelected(row);
}

void FlatTable::focusInEvent(QFocusEvent* event) {
    // Without a current line the view would make its first one current although nobody chose.
    if (currentIndex().isValid()) {
        QTableView::focusInEvent(event);
    } else {
        QAbstractScrollArea::focusInEvent(event);  // NOLINT(bugprone-parent-virtual-call)
    }
    viewport()->update();
}

void FlatTable::focusOutEvent(QFocusEvent* event) {
    QTableView::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
