// A QTableView with one column and fixed heights, for the same reason as the list of rows: there
// may be a million entries.
#include "ui/connections/side_list.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScopedValueRollback>
#include <QStyledItemDelegate>

#include "dissector/issue/issue.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

constexpr int kPadding = 10;
constexpr int kLineGap = 2;

class SideListDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const RoleColors& colors = roleColors(option.palette);
        if (option.state.testFlag(QStyle::State_Selected)) {
            const bool active = option.widget == nullptr || option.widget->hasFocus();
            painter->fillRect(option.rect, active ? colors.selection : colors.selectionInactive);
        }
        const auto severity =
            static_cast<Severity>(index.data(SideListModel::SeverityRole).toInt());
        const int line = option.fontMetrics.height();
        const QStringList details =
            index.data(SideListModel::DetailRole).toString().split(QLatin1Char('\n'));
        const int below = static_cast<int>(details.size()) * (line + kLineGap);
        QRect first(option.rect.left() + kPadding,
                    option.rect.top() + (option.rect.height() - line - below) / 2,
                    option.rect.width() - 2 * kPadding, line);
        QRect next = first;
        if (severity != Severity::None) {
            paintSeverityMark(*painter, QRect(first.right() - line, first.top(), line, line),
                              line * 0.55, severity, colors);
            first.setRight(first.right() - line - 4);
        }
        QFont bold = option.font;
        if (index.data(SideListModel::HeadingRole).toBool()) bold.setWeight(QFont::DemiBold);
        painter->setFont(bold);
        painter->setPen(severity >= Severity::Warning ? severityColor(colors, severity, colors.text)
                                                      : colors.text);
        const QString name = index.data(SideListModel::NameRole).toString();
        drawElided(*painter, first, name, Qt::ElideRight);
        const int gap = painter->fontMetrics().horizontalAdvance(name + QStringLiteral("  "));
        first.setLeft(first.left() + gap);
        // Paths of one server differ at their ends.
        drawElided(*painter, first, index.data(SideListModel::PathRole).toString(),
                   Qt::ElideMiddle);
        painter->setFont(option.font);
        painter->setPen(colors.dim);
        for (const QString& detail : details) {
            next.translate(0, line + kLineGap);
            drawElided(*painter, next, detail, Qt::ElideRight);
        }
    }

private:
    static void drawElided(QPainter& painter, const QRect& rect, const QString& text,
                           Qt::TextElideMode mode) {
        if (rect.width() < 20) return;
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         painter.fontMetrics().elidedText(text, mode, rect.width()));
    }
};

}  // namespace

SideList::SideList(SideListModel& model, int detailLines, QWidget* parent)
    : QTableView(parent), m_detailLines(detailLines) {
    setModel(&model);
    setItemDelegate(new SideListDelegate(this));
    horizontalHeader()->hide();
    horizontalHeader()->setMinimumSectionSize(1);
    horizontalHeader()->setStretchLastSection(true);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setShowGrid(false);
    setFrameShape(NoFrame);
    setWordWrap(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    fitRows();
}

void SideList::fitRows() {
    const int line = fontMetrics().height();
    verticalHeader()->setDefaultSectionSize(line + m_detailLines * (line + kLineGap) + line / 2 +
                                            2);
}

void SideList::chooseRow(int row) {
    const QModelIndex index = model()->index(row, 0);
    if (!index.isValid()) return;
    setCurrentIndex(index);
    scrollTo(index);
}

void SideList::showAsChosen(int row) {
    const QScopedValueRollback guard(m_quiet, true);
    if (row < 0) {
        setCurrentIndex({});
        clearSelection();
    } else {
        chooseRow(row);
    }
}

void SideList::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.isValid() && !m_quiet) Q_EMIT rowChosen(current.row());
}

void SideList::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitRows();
}

void SideList::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::NoModifier && model()->rowCount() > 0) {
        if (event->key() == Qt::Key_Home) return chooseRow(0);
        if (event->key() == Qt::Key_End) return chooseRow(model()->rowCount() - 1);
    }
    QTableView::keyPressEvent(event);
}

void SideList::focusInEvent(QFocusEvent* event) {
    // Without a current entry the view would make its first one current, and so change the rows
    // although nobody chose.
    if (currentIndex().isValid()) {
        QTableView::focusInEvent(event);
    } else {
        QAbstractScrollArea::focusInEvent(event);  // NOLINT(bugprone-parent-virtual-call)
    }
    viewport()->update();
}

void SideList::focusOutEvent(QFocusEvent* event) {
    QTableView::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
