// No dialog: what was open stays usable, and nothing waits for an answer.
#include "ui/window/message_strip.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>

#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kMarkWidth = 32;
}

MessageStrip::MessageStrip(QWidget* parent) : QWidget(parent), m_label(new QLabel(this)) {
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_label->setObjectName(QStringLiteral("message"));
    auto* const copy = new FlatButton(QStringLiteral("Copy"), this);
    auto* const close = new FlatButton(QStringLiteral("Close"), this);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(kMarkWidth, 4, 8, 5);
    layout->addWidget(m_label, 1);
    layout->addWidget(copy);
    layout->addWidget(close);
    connect(copy, &FlatButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_label->text()); });
    connect(close, &FlatButton::clicked, this, &MessageStrip::dismiss);
    hide();
}

void MessageStrip::showMessage(Severity severity, const QString& text) {
    m_severity = severity;
    m_label->setText(text);
    setAccessibleName(text);
    show();
    update();
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
