// Layout, keyboard and scrolling are QTabBar's; only the painting is our own.
#include "ui/widgets/flat_tab_bar.h"

#include <QPainter>
#include <QToolButton>

#include "ui/theme/role_colors.h"

namespace framescope {

namespace {
constexpr int kPadding = 10;
}

FlatTabBar::FlatTabBar(QWidget* parent) : QTabBar(parent) {
    setDrawBase(false);
    setExpanding(false);
    setUsesScrollButtons(true);
    setElideMode(Qt::ElideNone);
    setFocusPolicy(Qt::StrongFocus);
    // The two that scroll lie over the tabs: without a box, but with a ground.
    for (QToolButton* button : findChildren<QToolButton*>()) {
        button->setAutoRaise(true);
        button->setAutoFillBackground(true);
        button->setBackgroundRole(QPalette::Base);
    }
}

QSize FlatTabBar::tabSizeHint(int index) const {
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(tabText(index)) + 2 * kPadding,
            metrics.height() + metrics.height() / 2 + 4};
}

QSize FlatTabBar::minimumTabSizeHint(int index) const {
    return tabSizeHint(index);
}

void FlatTabBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.surface);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
    for (int i = 0; i < count(); ++i) {
        const QRect tab = tabRect(i);
        const bool current = i == currentIndex();
        painter.setPen(current ? colors.text : colors.dim);
        painter.drawText(tab, Qt::AlignCenter | Qt::TextSingleLine | Qt::TextHideMnemonic,
                         tabText(i));
        if (current) {
            painter.fillRect(tab.left(), tab.bottom() - 1, tab.width(), 2, colors.accent);
            if (hasFocus()) {
                painter.setPen(colors.accent);
                painter.drawRect(tab.adjusted(2, 2, -3, -4));
            }
        }
    }
}

}  // namespace framescope
