// Takes no focus: what it does has a key. It only gets wider while it is shown, so that a number
// that grows does not make it tremble.
#include "ui/rows/follow_pill.h"

#include <algorithm>

#include <QEvent>
#include <QPainter>

#include "ui/theme/role_colors.h"

namespace framescope {

namespace {
constexpr int kMargin = 12;
constexpr int kPadding = 14;
constexpr int kGap = 10;
}  // namespace

FollowPill::FollowPill(QWidget& place) : QAbstractButton(&place), m_place(place) {
    setFocusPolicy(Qt::NoFocus);
    setCursor(Qt::PointingHandCursor);
    place.installEventFilter(this);
    hide();
}

void FollowPill::say(const QString& sentence, const QString& offer) {
    if (sentence == m_sentence && offer == m_offer) return;
    const bool was = isVisibleTo(&m_place);
    m_sentence = sentence;
    m_offer = offer;
    setAccessibleName(sentence + QLatin1Char(' ') + offer);
    setVisible(!sentence.isEmpty());
    if (sentence.isEmpty()) return;
    if (!was) resize(0, 0);
    arrange();
    update();
}

QSize FollowPill::sizeHint() const {
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(m_sentence) + kGap + metrics.horizontalAdvance(m_offer) +
                2 * kPadding + 4,
            metrics.height() + 8};
}

void FollowPill::arrange() {
    const QSize size = sizeHint();
    const int most = std::max(m_place.width() - 2 * kMargin, 40);
    const int wide = std::min(std::max(size.width(), width()), most);
    setGeometry((m_place.width() - wide) / 2, (m_place.height() - size.height()) / 2, wide,
                size.height());
    raise();
}

void FollowPill::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const RoleColors& colors = roleColors(palette());
    painter.setBrush(underMouse() ? colors.selectionInactive : colors.chrome);
    painter.setPen(colors.hairline);
    const qreal radius = height() / 2.0;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    const QFontMetrics metrics(font());
    const int offer = metrics.horizontalAdvance(m_offer);
    const QRect inner = rect().adjusted(kPadding, 0, -kPadding, 0);
    const QString sentence =
        metrics.elidedText(m_sentence, Qt::ElideRight, std::max(inner.width() - offer - kGap, 0));
    const int all = metrics.horizontalAdvance(sentence) + kGap + offer;
    const QRect text = inner.adjusted(std::max((inner.width() - all) / 2, 0), 0, 0, 0);
    painter.setPen(colors.text);
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, sentence);
    painter.setPen(colors.accent);
    painter.drawText(text.adjusted(metrics.horizontalAdvance(sentence) + kGap, 0, 0, 0),
                     Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, m_offer);
}

bool FollowPill::eventFilter(QObject* watched, QEvent* event) {
    if (watched == &m_place && event->type() == QEvent::Resize && isVisibleTo(&m_place)) arrange();
    return QAbstractButton::eventFilter(watched, event);
}

void FollowPill::enterEvent(QEnterEvent* event) {
    update();
    QAbstractButton::enterEvent(event);
}

void FollowPill::leaveEvent(QEvent* event) {
    update();
    QAbstractButton::leaveEvent(event);
}

}  // namespace framescope
