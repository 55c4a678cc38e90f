// A button that looks like a link: a line in the accent's colour, with a dim remark behind it. For
// lists of things to open.
#pragma once

#include <QAbstractButton>

namespace framescope {

class LinkButton : public QAbstractButton {
    Q_OBJECT

public:
    /// Space at both sides of the text, in pixels.
    static constexpr int kPadding = 6;

    LinkButton(const QString& text, const QString& remark, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_remark;
};

}  // namespace framescope
