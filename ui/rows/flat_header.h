// The titles of the columns: words over a hairline, aligned as the cells below them.
#pragma once

#include <QHeaderView>

namespace framescope {

class FlatHeader : public QHeaderView {
    Q_OBJECT

public:
    explicit FlatHeader(QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;
    void paintEvent(QPaintEvent* event) override;
    QSize sectionSizeFromContents(int section) const override;
};

}  // namespace framescope
