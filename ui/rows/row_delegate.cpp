// Paints by hand instead of through the style: a cell is a run of text on a plain ground, and the
// list is repainted a lot while it is scrolled.
#include "ui/rows/row_delegate.h"

#include <QPainter>

#include "ui/rows/row_model.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/direction_arrow.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

QColor textColor(const RoleColors& colors, const QModelIndex& index, bool selected) {
    const auto severity = static_cast<Severity>(index.data(RowModel::SeverityRole).toInt());
    switch (index.column()) {
        case RowModel::Arrow:
            return directionColor(
                colors, static_cast<Direction>(index.data(RowModel::DirectionRole).toInt()));
        case RowModel::ProtocolName:
        case RowModel::Info:
            return severity >= Severity::Warning ? severityColor(colors, severity, colors.text)
                                                 : colors.text;
        default:
            return selected ? colors.text : colors.dim;
    }
}

}  // namespace

RowDelegate::RowDelegate(QObject* parent) : QStyledItemDelegate(parent), m_fixed(fixedFont()) {}

QFont RowDelegate::fontOf(int column, const QFont& interfaceFont) const {
    return column == RowModel::ProtocolName ? interfaceFont : m_fixed;
}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    const RoleColors& colors = roleColors(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    if (selected) {
        const bool active = option.widget == nullptr || option.widget->hasFocus();
        painter->fillRect(option.rect, active ? colors.selection : colors.selectionInactive);
    }
    if (index.column() == RowModel::Number) {
        const auto severity = static_cast<Severity>(index.data(RowModel::SeverityRole).toInt());
        const QRect place(option.rect.left(), option.rect.top(), kMarkWidth, option.rect.height());
        paintSeverityMark(*painter, place, option.fontMetrics.height() * 0.55, severity, colors);
    }
    if (index.column() == RowModel::Arrow) {
        if (!index.data(RowModel::DirectionRole).isValid()) return;
        paintDirectionArrow(*painter, option.rect, option.fontMetrics.height(),
                            static_cast<Direction>(index.data(RowModel::DirectionRole).toInt()),
                            textColor(colors, index, selected));
        return;
    }
    const QFont font = fontOf(index.column(), option.font);
    const QRect inner = option.rect.adjusted(kPadding, 0, -kPadding, 0);
    painter->setFont(font);
    painter->setPen(textColor(colors, index, selected));
    const auto alignment = static_cast<Qt::Alignment>(index.data(Qt::TextAlignmentRole).toInt());
    painter->drawText(
        inner, static_cast<int>(alignment) | Qt::TextSingleLine,
        QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, inner.width()));
}

}  // namespace framescope
