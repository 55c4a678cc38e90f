// A number that does not exist is answered in the bar itself.
#include "ui/window/go_to_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>

#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"

namespace framescope {

GoToBar::GoToBar(QWidget* parent)
    : QWidget(parent), m_number(new QLineEdit(this)), m_remark(new QLabel(this)) {
    auto* const label = new QLabel(QStringLiteral("Go to &row"), this);
    label->setBuddy(m_number);
    m_number->setMaximumWidth(140);
    m_number->setAccessibleName(QStringLiteral("Number of the row"));
    m_remark->setTextFormat(Qt::PlainText);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 4, 10, 5);
    layout->addWidget(label);
    layout->addWidget(m_number);
    layout->addWidget(m_remark, 1);
    connect(m_number, &QLineEdit::returnPressed, this, &GoToBar::accept);
    hide();
}

void GoToBar::ask(quint64 rowCount) {
    m_rowCount = rowCount;
    say(false);
    m_number->selectAll();
    show();
    m_number->setFocus(Qt::ShortcutFocusReason);
}

void GoToBar::setRowCount(quint64 rowCount) {
    if (rowCount == m_rowCount) return;
    m_rowCount = rowCount;
    say(m_refused);
}

void GoToBar::say(bool refused) {
    m_refused = refused;
    const QString text = refused ? QStringLiteral("There is no such row; they go from 1 to %1.")
                                 : QStringLiteral("1 to %1");
    m_remark->setText(text.arg(groupedNumber(m_rowCount)));
}

void GoToBar::accept() {
    bool isNumber = false;
    QString typed = m_number->text();
    typed.remove(QChar(0x202f)).remove(QLatin1Char(' '));
    const quint64 number = typed.toULongLong(&isNumber);
    if (!isNumber || number == 0 || number > m_rowCount) {
        say(true);
        m_number->selectAll();
        return;
    }
    dismiss();
    Q_EMIT rowChosen(number);
}

void GoToBar::dismiss() {
    hide();
    Q_EMIT closed();
}

void GoToBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return dismiss();
    QWidget::keyPressEvent(event);
}

void GoToBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
}

}  // namespace framescope
