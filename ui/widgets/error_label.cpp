// The palette is set anew whenever the theme changes it.
#include "ui/widgets/error_label.h"

#include <algorithm>

#include <QEvent>
#include <QPainter>
#include <QScopedValueRollback>

#include "ui/theme/role_colors.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kMark = 18;
}

ErrorLabel::ErrorLabel(Severity severity, QWidget* parent) : QLabel(parent), m_severity(severity) {
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setContentsMargins(kMark, 0, 0, 0);
    setMinimumWidth(60);
    applyColor();
}

void ErrorLabel::setSeverity(Severity severity) {
    m_severity = severity;
    applyColor();
    update();
}

void ErrorLabel::applyColor() {
    const QScopedValueRollback guard(m_applying, true);
    QPalette colors = palette();
    const RoleColors& roles = roleColors(colors);
    colors.setColor(QPalette::WindowText, severityColor(roles, m_severity, roles.dim));
    setPalette(colors);
}

void ErrorLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_applying) applyColor();
}

void ErrorLabel::paintEvent(QPaintEvent* event) {
    QLabel::paintEvent(event);
    QPainter painter(this);
    const int line = fontMetrics().height();
    // Beside the first line, wherever the label puts that.
    const QRect inner = contentsRect();
    const int text = std::min(heightForWidth(width()) - height() + inner.height(), inner.height());
    const QRect first(m_inset, inner.top() + (inner.height() - text) / 2, kMark - 4, line);
    paintSeverityMark(painter, first, line * 0.55, m_severity, roleColors(palette()));
}

}  // namespace framescope
