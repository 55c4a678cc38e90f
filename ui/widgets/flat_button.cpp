// Behaviour is QPushButton's; Return presses it as well as Space.
#include "ui/widgets/flat_button.h"

#include <QKeyEvent>
#include <QPainter>

#include "ui/theme/role_colors.h"

namespace framescope {

FlatButton::FlatButton(const QString& text, QWidget* parent) : QPushButton(text, parent) {
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize FlatButton::sizeHint() const {
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(text()) + 24, metrics.height() + metrics.height() / 2};
}

void FlatButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const RoleColors& colors = roleColors(palette());
    const bool lit = underMouse() || isDown();
    painter.setBrush(lit ? colors.selectionInactive : colors.surface);
    painter.setPen(QPen(hasFocus() ? colors.accent : colors.hairline, hasFocus() ? 2 : 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
    painter.setPen(isEnabled() ? colors.text : colors.dim);
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextShowMnemonic, text());
}

void FlatButton::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        click();
        return;
    }
    QPushButton::keyPressEvent(event);
}

}  // namespace framescope
