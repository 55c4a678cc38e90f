#include "ui/widgets/direction_arrow.h"

#include <QPainter>

namespace framescope {

void paintDirectionArrow(QPainter& painter, const QRect& area, qreal size, Direction direction,
                         const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(QRectF(area).center());
    if (direction == Direction::ServerToClient) painter.scale(-1, 1);
    painter.setPen(QPen(color, size / 11, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const qreal half = size * 0.36;
    const qreal head = size * 0.2;
    painter.drawLine(QPointF(-half, 0), QPointF(half, 0));
    const QPointF tip[] = {{half - head, -head}, {half, 0}, {half - head, head}};
    painter.drawPolyline(tip, 3);
    painter.restore();
}

}  // namespace framescope
