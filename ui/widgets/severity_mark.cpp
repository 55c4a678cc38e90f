// Painted as shapes, because not every font has the characters.
#include "ui/widgets/severity_mark.h"

#include <QPainter>
#include <QPainterPath>

namespace framescope {

void paintSeverityMark(QPainter& painter, const QRectF& area, qreal size, Severity severity,
                       const RoleColors& colors) {
    if (severity == Severity::None) return;
    QRectF box(0, 0, size, size);
    box.moveCenter(area.center());
    const QColor color = severityColor(colors, severity, colors.dim);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, size / 5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (severity) {
        case Severity::Error: {
            const QRectF inner = box.adjusted(size / 8, size / 8, -size / 8, -size / 8);
            painter.drawLine(inner.topLeft(), inner.bottomRight());
            painter.drawLine(inner.topRight(), inner.bottomLeft());
            break;
        }
        case Severity::Warning: {
            QPainterPath triangle(QPointF(box.center().x(), box.top()));
            triangle.lineTo(box.bottomRight());
            triangle.lineTo(box.bottomLeft());
            triangle.closeSubpath();
            painter.fillPath(triangle, color);
            break;
        }
        case Severity::Note:
            painter.setPen(QPen(color, size / 7));
            painter.drawEllipse(box.adjusted(size / 6, size / 6, -size / 6, -size / 6));
            break;
        case Severity::None:
            break;
    }
    painter.restore();
}

void paintGoodMark(QPainter& painter, const QRectF& area, qreal size, const RoleColors& colors) {
    QRectF box(0, 0, size, size);
    box.moveCenter(area.center());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.client, size / 6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QPointF tick[] = {{box.left(), box.center().y()},
                            {box.left() + size * 0.36, box.bottom() - size * 0.12},
                            {box.right(), box.top() + size * 0.12}};
    painter.drawPolyline(tick, 3);
    painter.restore();
}

}  // namespace framescope
