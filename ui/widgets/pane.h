// The frame of one part of the window: none, but for a line at its top that shows where the
// keyboard is.
#pragma once

#include <QWidget>

namespace framescope {

class Pane : public QWidget {
    Q_OBJECT

public:
    /// Takes over `content`.
    explicit Pane(QWidget* content, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_hasFocus = false;
};

}  // namespace framescope
