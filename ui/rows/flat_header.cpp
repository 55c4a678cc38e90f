// Uses the padding of the cells, so that titles and cells stand on one line.
#include "ui/rows/flat_header.h"

#include <QPainter>

#include "ui/rows/row_delegate.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"

namespace framescope {

FlatHeader::FlatHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setHighlightSections(false);
    setSectionsClickable(false);
    setMinimumSectionSize(24);
}

QSize FlatHeader::sizeHint() const {
    return {QHeaderView::sizeHint().width(), denseRowHeight(font())};
}

/// As paintSection() draws it; two pixels more, since widths are fractions.
QSize FlatHeader::sectionSizeFromContents(int section) const {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QString title = model()->headerData(section, Qt::Horizontal).toString();
    return {QFontMetrics(bold).horizontalAdvance(title) + 2 * RowDelegate::kPadding + 2,
            denseRowHeight(font())};
}

void FlatHeader::paintEvent(QPaintEvent* event) {
    QHeaderView::paintEvent(event);
    QPainter painter(viewport());
    painter.fillRect(0, height() - 1, width(), 1, roleColors(palette()).hairline);
}

void FlatHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
    const RoleColors& colors = roleColors(palette());
    painter->fillRect(rect, colors.chrome);
    const QString title = model()->headerData(section, Qt::Horizontal).toString();
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole).toInt());
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(colors.dim);
    painter->drawText(rect.adjusted(RowDelegate::kPadding, 0, -RowDelegate::kPadding, 0),
                      static_cast<int>(alignment) | Qt::TextSingleLine, title);
}

}  // namespace framescope
