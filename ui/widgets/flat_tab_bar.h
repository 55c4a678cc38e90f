// Tabs as words with a line under the current one; no boxes.
#pragma once

#include <QTabBar>

namespace framescope {

class FlatTabBar : public QTabBar {
    Q_OBJECT

public:
    explicit FlatTabBar(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
    QSize tabSizeHint(int index) const override;
    QSize minimumTabSizeHint(int index) const override;
};

}  // namespace framescope
