// One rule is taken back by the button; of several it asks in a menu which.
#include "ui/reading/reading_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>

#include "ui/reading/reading_rules.h"
#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"

namespace framescope {
namespace {

constexpr int kMargin = 10;
constexpr int kMark = 20;         // width of the place in front of the text, as in the live bar
constexpr std::size_t kMost = 8;  // rules that are named

}  // namespace

ReadingBar::ReadingBar(QWidget* parent)
    : QWidget(parent),
      m_label(new QLabel(this)),
      m_reset(new FlatButton(QStringLiteral("Reset"), this)) {
    m_label->setTextFormat(Qt::PlainText);
    m_label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_reset->setToolTip(QStringLiteral("Read again as it is recognised"));
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(kMargin + kMark, 4, kMargin, 5);
    layout->setSpacing(8);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_reset);
    connect(m_reset, &FlatButton::clicked, this, &ReadingBar::reset);
    hide();
}

void ReadingBar::setRules(const ReadAsRules& rules) {
    m_rules = rules;
    QStringList words;
    for (const ReadAsRule& rule : rules.rules()) {
        if (static_cast<std::size_t>(words.size()) == kMost) break;
        words << ruleWords(rule);
    }
    if (rules.rules().size() > kMost) {
        words << QStringLiteral("and %1 more").arg(rules.rules().size() - kMost);
    }
    m_text = rules.empty()
                 ? QString()
                 : QStringLiteral("Read as you chose:  ") + words.join(QStringLiteral("  ·  "));
    setAccessibleName(m_text);
    m_reset->setText(rules.rules().size() > 1 ? QStringLiteral("Reset…") : QStringLiteral("Reset"));
    m_reset->updateGeometry();
    setVisible(!rules.empty());
    elide();
}

void ReadingBar::reset() {
    if (m_rules.rules().size() < 2) {
        Q_EMIT rulesWanted({});
        return;
    }
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (std::size_t i = 0; i < m_rules.rules().size(); ++i) {
        QString text = ruleWords(m_rules.rules()[i]);
        text.replace(QLatin1Char('&'), QLatin1String("&&"));
        menu->addAction(text, this, [this, i] { Q_EMIT rulesWanted(withoutRule(m_rules, i)); });
    }
    menu->addSeparator();
    menu->addAction(QStringLiteral("&All of Them"), this, [this] { Q_EMIT rulesWanted({}); });
    menu->popup(m_reset->mapToGlobal(QPoint(0, m_reset->height())));
}

void ReadingBar::elide() {
    m_label->setText(fontMetrics().elidedText(m_text, Qt::ElideRight, m_label->width()));
    m_label->setToolTip(plainToolTip(m_text));
}

void ReadingBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QMetaObject::invokeMethod(this, &ReadingBar::elide, Qt::QueuedConnection);
}

/// A dot in the accent's colour: somebody's choice, nothing that went wrong.
void ReadingBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal size = fontMetrics().height() * 0.5;
    QRectF dot(0, 0, size, size);
    dot.moveCenter(QPointF(kMargin + kMark / 2.0 - 3, height() / 2.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.accent);
    painter.drawEllipse(dot);
}

}  // namespace framescope
