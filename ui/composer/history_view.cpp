#include "ui/composer/history_view.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/composer/history_model.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"

namespace framescope {

namespace {

/// Lines as high as those of the other lists, with some room at the side.
class LineDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QSize size = QStyledItemDelegate::sizeHint(option, index);
        return {size.width(), denseRowHeight(option.font)};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const RoleColors& colors = roleColors(option.palette);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected) {
            painter->fillRect(option.rect, option.state.testFlag(QStyle::State_HasFocus)
                                               ? colors.selection
                                               : colors.selectionInactive);
        }
        const QRect place = option.rect.adjusted(10, 0, -8, 0);
        painter->setFont(fixedFont());
        painter->setPen(colors.text);
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(fixedFont())
                              .elidedText(index.data().toString(), Qt::ElideRight, place.width()));
    }
};

}  // namespace

HistoryView::HistoryView(HistoryModel& model, QWidget* parent) : QListView(parent) {
    setModel(&model);
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setTextElideMode(Qt::ElideRight);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(QStringLiteral("Messages that were sent"));
    setItemDelegate(new LineDelegate(this));
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &HistoryView::pointedAt);
    connect(this, &QListView::clicked, this,
            [this](const QModelIndex& index) { Q_EMIT chosen(index.row()); });
}

void HistoryView::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers() == Qt::NoModifier && currentIndex().isValid()) {
        Q_EMIT chosen(currentIndex().row());
        return;
    }
    QListView::keyPressEvent(event);
}

void HistoryView::paintEvent(QPaintEvent* event) {
    QListView::paintEvent(event);
    if (model()->rowCount() != 0) return;
    QPainter painter(viewport());
    painter.setPen(roleColors(palette()).dim);
    painter.drawText(viewport()->rect().adjusted(16, 8, -16, -8),
                     Qt::AlignCenter | Qt::TextWordWrap,
                     QStringLiteral("Nothing was sent yet.\nWhat is sent stands here, to be put "
                                    "back with a click."));
}

}  // namespace framescope
