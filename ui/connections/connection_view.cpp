// A QTableView with one column and fixed heights, for the same reason as the list of rows: there
// may be a million connections.
#include "ui/connections/connection_view.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/connections/connection_model.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

constexpr int kPadding = 10;

class ConnectionDelegate : public QStyledItemDelegate {
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
            static_cast<Severity>(index.data(ConnectionModel::SeverityRole).toInt());
        const int line = option.fontMetrics.height();
        QRect first(option.rect.left() + kPadding,
                    option.rect.top() + (option.rect.height() - 2 * line - 2) / 2,
                    option.rect.width() - 2 * kPadding, line);
        const QRect second = first.translated(0, line + 2);
        if (severity != Severity::None) {
            paintSeverityMark(*painter, QRect(first.right() - line, first.top(), line, line),
                              line * 0.55, severity, colors);
            first.setRight(first.right() - line - 4);
        }
        QFont bold = option.font;
        if (index.data(ConnectionModel::HeadingRole).toBool()) bold.setWeight(QFont::DemiBold);
        painter->setFont(bold);
        painter->setPen(severity >= Severity::Warning ? severityColor(colors, severity, colors.text)
                                                      : colors.text);
        const QString name = index.data(ConnectionModel::NameRole).toString();
        drawElided(*painter, first, name, Qt::ElideRight);
        const int gap = painter->fontMetrics().horizontalAdvance(name + QStringLiteral("  "));
        first.setLeft(first.left() + gap);
        // Paths of one server differ at their ends.
        drawElided(*painter, first, index.data(ConnectionModel::PathRole).toString(),
                   Qt::ElideMiddle);
        painter->setFont(option.font);
        painter->setPen(colors.dim);
        drawElided(*painter, second, index.data(ConnectionModel::DetailRole).toString(),
                   Qt::ElideRight);
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

ConnectionView::ConnectionView(ConnectionModel& model, QWidget* parent)
    : QTableView(parent), m_model(model) {
    setModel(&model);
    setItemDelegate(new ConnectionDelegate(this));
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
    setAccessibleName(QStringLiteral("Connections"));
    fitRows();
}

void ConnectionView::fitRows() {
    const int line = fontMetrics().height();
    verticalHeader()->setDefaultSectionSize(2 * line + line / 2 + 4);
}

void ConnectionView::choose(std::optional<ConnectionId> connection) {
    const QModelIndex index = m_model.index(m_model.rowOf(connection));
    if (!index.isValid()) return;
    setCurrentIndex(index);
    scrollTo(index);
}

void ConnectionView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.isValid()) Q_EMIT connectionChosen(m_model.connectionAt(current.row()));
}

void ConnectionView::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitRows();
}

void ConnectionView::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::NoModifier && m_model.rowCount() > 0) {
        const int last = m_model.rowCount() - 1;
        if (event->key() == Qt::Key_Home) return setCurrentIndex(m_model.index(0));
        if (event->key() == Qt::Key_End) return setCurrentIndex(m_model.index(last));
    }
    QTableView::keyPressEvent(event);
}

void ConnectionView::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    viewport()->update();
}

void ConnectionView::focusOutEvent(QFocusEvent* event) {
    QTableView::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
