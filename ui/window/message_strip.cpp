// No dialog: what was open stays usable, and nothing waits for an answer.
#include "ui/window/message_strip.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kMarkWidth = 32;
}

MessageStrip::MessageStrip(QWidget* parent)
    : QWidget(parent),
      m_label(new QLabel(this)),
      m_remedy(new QLabel(this)),
      m_copy(new FlatButton(QStringLiteral("Copy"), this)) {
    for (QLabel* label : {m_label, m_remedy}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }
    m_label->setObjectName(QStringLiteral("message"));
    m_remedy->setObjectName(QStringLiteral("remedy"));
    m_remedy->setFont(fixedFont());
    auto* const close = new FlatButton(QStringLiteral("Close"), this);
    auto* const texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_label);
    texts->addWidget(m_remedy);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(kMarkWidth, 4, 8, 5);
    layout->addLayout(texts, 1);
    layout->addWidget(m_copy);
    layout->addWidget(close);
    connect(m_copy, &FlatButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(remedy().isEmpty() ? text() : remedy());
    });
    connect(close, &FlatButton::clicked, this, &MessageStrip::dismiss);
    hide();
}

void MessageStrip::showMessage(Severity severity, const QString& text, const QString& remedy) {
    m_severity = severity;
    m_label->setText(text);
    m_remedy->setText(remedy);
    m_remedy->setVisible(!remedy.isEmpty());
    m_copy->setText(remedy.isEmpty() ? QStringLiteral("Copy") : QStringLiteral("Copy Command"));
    m_copy->updateGeometry();
    setAccessibleName(text);
    show();
    update();
}

QString MessageStrip::remedy() const {
    return m_remedy->text();
}

QString MessageStrip::text() const {
    return m_label->text();
}

void MessageStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, 0, 3, height(), severityColor(colors, m_severity, colors.accent));
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
    paintSeverityMark(painter, QRect(4, 0, kMarkWidth - 4, height()), fontMetrics().height() * 0.7,
                      m_severity, colors);
}

void MessageStrip::dismiss() {
    hide();
    Q_EMIT closed();
}

void MessageStrip::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return dismiss();
    QWidget::keyPressEvent(event);
}

}  // namespace framescope
