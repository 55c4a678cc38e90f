// Long commands wrap; nothing of them is hidden.
#include "ui/widgets/command_line.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>

#include "ui/theme/fonts.h"
#include "ui/widgets/flat_button.h"

namespace framescope {

CommandLine::CommandLine(const QString& command, QWidget* parent)
    : QWidget(parent), m_label(new QLabel(this)) {
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setFont(fixedFont());
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* const copy = new FlatButton(QStringLiteral("Copy"), this);
    copy->setAccessibleName(QStringLiteral("Copy the command"));
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_label, 1);
    layout->addWidget(copy, 0, Qt::AlignTop);
    connect(copy, &FlatButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_label->text()); });
    m_label->setText(command);
}

void CommandLine::setCommand(const QString& command) {
    m_label->setText(command);
}

QString CommandLine::command() const {
    return m_label->text();
}

}  // namespace framescope
