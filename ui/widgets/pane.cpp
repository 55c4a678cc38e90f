// Two pixels at the top are kept free for the line, so that nothing moves when the focus does.
#include "ui/widgets/pane.h"

#include <QApplication>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/theme/role_colors.h"

namespace framescope {

namespace {
constexpr int kLine = 2;
}

Pane::Pane(QWidget* content, QWidget* parent) : QWidget(parent) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kLine, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(content);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        const bool has = now != nullptr && isAncestorOf(now);
        if (has != m_hasFocus) {
            m_hasFocus = has;
            update(0, 0, width(), kLine);
        }
    });
}

void Pane::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.surface);
    if (m_hasFocus) painter.fillRect(0, 0, width(), kLine, colors.accent);
}

}  // namespace framescope
