// Paints a cell of the row list: context dim, what the row says in full contrast, direction and
// severity in their colours.
#pragma once

#include <QStyledItemDelegate>

namespace framescope {

class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    /// Space at both sides of a cell's text and of its header's, in pixels.
    static constexpr int kPadding = 8;
    /// Space in front of the number, for the mark of a severity.
    static constexpr int kMarkWidth = 20;

    explicit RowDelegate(QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    /// The font of a column's cells.
    QFont fontOf(int column, const QFont& interfaceFont) const;
    void setFixedFont(const QFont& font) { m_fixed = font; }

private:
    QFont m_fixed;
};

}  // namespace framescope
