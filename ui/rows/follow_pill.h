// A line that floats at the bottom of a list: why the newest rows are not seen, and how they would
// be. Clicking it is the short way there.
#pragma once

#include <QAbstractButton>

namespace framescope {

class FollowPill : public QAbstractButton {
    Q_OBJECT

public:
    /// Floats over `list`, which must outlive this; hidden until there is something to say.
    explicit FollowPill(QWidget& list);

    /// `sentence` is what is the case, `offer` what a click does. Both empty: nothing to say.
    void say(const QString& sentence, const QString& offer);
    QString sentence() const { return m_sentence; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void place();

    QWidget& m_list;
    QString m_sentence;
    QString m_offer;
};

}  // namespace framescope
