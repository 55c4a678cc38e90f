// Outlines are dim enough to be context and strong enough to be seen: half between the hairline and
// dim text.
#include "ui/theme/flat_controls.h"

#include <QPainter>
#include <QStyleOption>

#include "ui/theme/role_colors.h"

namespace framescope {
namespace {

QColor outline(const RoleColors& colors) {
    return {(colors.hairline.red() + colors.dim.red()) / 2,
            (colors.hairline.green() + colors.dim.green()) / 2,
            (colors.hairline.blue() + colors.dim.blue()) / 2};
}

void paintOutline(QPainter& painter, const QStyleOption& option, const QBrush& fill) {
    const RoleColors& colors = roleColors(option.palette);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(fill);
    painter.setPen(QPen(focused ? colors.accent : outline(colors), focused ? 1.6 : 1));
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.8, 0.8, -0.8, -0.8), 3, 3);
    painter.restore();
}

void paintArrowhead(QPainter& painter, const QRect& place, bool up, const QColor& color) {
    const QPointF centre = QRectF(place).center();
    const qreal side = up ? -1.5 : 1.5;
    const QPointF tip[] = {centre + QPointF(-3, -side), centre + QPointF(0, side),
                           centre + QPointF(3, -side)};
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(tip, 3);
    painter.restore();
}

QColor arrowColor(const QStyleOption& option, bool usable) {
    const RoleColors& colors = roleColors(option.palette);
    return usable && option.state.testFlag(QStyle::State_Enabled) ? colors.text : colors.dim;
}

}  // namespace

void paintFieldFrame(QPainter& painter, const QStyleOption& option) {
    paintOutline(painter, option, Qt::NoBrush);
}

void paintCheckBox(QPainter& painter, const QStyleOption& option) {
    const RoleColors& colors = roleColors(option.palette);
    paintOutline(painter, option, colors.surface);
    if (option.state.testFlag(QStyle::State_NoChange)) {
        // Neither on nor off: a dash.
        const QRectF dash(option.rect.left() + 3.5, QRectF(option.rect).center().y() - 0.9,
                          option.rect.width() - 7, 1.8);
        painter.fillRect(dash, colors.dim);
        return;
    }
    if (!option.state.testFlag(QStyle::State_On)) return;
    const QRectF box = QRectF(option.rect).adjusted(3.2, 3.2, -3.2, -3.2);
    const QPointF tick[] = {{box.left(), box.center().y()},
                            {box.left() + box.width() * 0.36, box.bottom() - box.height() * 0.1},
                            {box.right(), box.top() + box.height() * 0.1}};
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.accent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(tick, 3);
    painter.restore();
}

void paintSpinBox(QPainter& painter, const QStyleOptionSpinBox& option, const QRect& up,
                  const QRect& down) {
    paintOutline(painter, option, roleColors(option.palette).surface);
    paintArrowhead(painter, up, true,
                   arrowColor(option, option.stepEnabled & QAbstractSpinBox::StepUpEnabled));
    paintArrowhead(painter, down, false,
                   arrowColor(option, option.stepEnabled & QAbstractSpinBox::StepDownEnabled));
}

void paintComboBox(QPainter& painter, const QStyleOptionComboBox& option, const QRect& arrow) {
    paintOutline(painter, option, roleColors(option.palette).surface);
    paintArrowhead(painter, arrow, false, arrowColor(option, true));
}

}  // namespace framescope
