// A push button without gradient: a hairline around a word, the accent's colour where the keyboard
// is.
#pragma once

#include <QPushButton>

namespace framescope {

class FlatButton : public QPushButton {
    Q_OBJECT

public:
    explicit FlatButton(const QString& text, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace framescope
