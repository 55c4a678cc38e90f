#include "ui/composer/history_view.h"

#include <QKeyEvent>
#include <QPainter>

#include "ui/composer/history_model.h"
#include "ui/theme/role_colors.h"

namespace framescope {

HistoryView::HistoryView(HistoryModel& model, QWidget* parent) : QListView(parent) {
    setModel(&model);
    setFrameShape(QFrame::NoFrame);
    setUniformItemSizes(true);
    setTextElideMode(Qt::ElideRight);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(QStringLiteral("Messages that were sent"));
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
