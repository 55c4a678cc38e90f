// Cut in the middle of the remark when narrow; the whole text is the tooltip then.
#include "ui/widgets/link_button.h"

#include <QKeyEvent>
#include <QPainter>

#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"

namespace framescope {

namespace {
constexpr int kGap = 12;
}  // namespace

LinkButton::LinkButton(const QString& text, const QString& remark, QWidget* parent)
    : QAbstractButton(parent), m_remark(remark) {
    setText(text);
    setAccessibleName(remark.isEmpty() ? text : text + QStringLiteral(", ") + remark);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setToolTip(plainToolTip(remark.isEmpty() ? text : text + QLatin1Char('\n') + remark));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QSize LinkButton::sizeHint() const {
    const QFontMetrics metrics(font());
    // Two pixels more: widths are fractions, and what lacks half a pixel is elided.
    int width = metrics.horizontalAdvance(text()) + 2 * kPadding + 2;
    if (!m_remark.isEmpty()) width += kGap + metrics.horizontalAdvance(m_remark);
    return {width, metrics.height() + 10};
}

QSize LinkButton::minimumSizeHint() const {
    return {80, sizeHint().height()};
}

void LinkButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    if (underMouse()) painter.fillRect(rect(), colors.selectionInactive);
    const QFontMetrics metrics(font());
    const QRect inner = rect().adjusted(kPadding, 0, -kPadding, 0);
    const QString name = metrics.elidedText(text(), Qt::ElideMiddle, inner.width());
    painter.setPen(colors.accent);
    painter.drawText(inner, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, name);
    const QRect rest = inner.adjusted(metrics.horizontalAdvance(name) + kGap, 0, 0, 0);
    if (!m_remark.isEmpty() && rest.width() > 30) {
        painter.setPen(colors.dim);
        painter.drawText(rest, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                         metrics.elidedText(m_remark, Qt::ElideMiddle, rest.width()));
    }
    if (hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void LinkButton::enterEvent(QEnterEvent* event) {
    update();
    QAbstractButton::enterEvent(event);
}

void LinkButton::leaveEvent(QEvent* event) {
    update();
    QAbstractButton::leaveEvent(event);
}

void LinkButton::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        click();
        return;
    }
    QAbstractButton::keyPressEvent(event);
}

}  // namespace framescope
