// A line below a list: why the newest rows are not seen, and how they would be. Clicking it is the
// short way there.
#pragma once

#include <QAbstractButton>

namespace framescope {

class FollowPill : public QAbstractButton {
    Q_OBJECT

public:
    /// Stands in the middle of `place`, which must outlive this; hidden until there is something to
    /// say.
    explicit FollowPill(QWidget& place);

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
    void arrange();

    QWidget& m_place;
    QString m_sentence;
    QString m_offer;
};

}  // namespace framescope
