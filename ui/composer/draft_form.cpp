#include "ui/composer/draft_form.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>

#include "ui/theme/fonts.h"

namespace framescope {

QLabel* fieldLabel(const QString& text, QWidget* field) {
    auto* const label = new QLabel(text);
    label->setBuddy(field);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QComboBox* makeChoice(const QString& name, const QStringList& choices) {
    auto* const choice = new QComboBox;
    choice->addItems(choices);
    choice->setAccessibleName(name);
    choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    choice->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    choice->setMinimumContentsLength(4);
    return choice;
}

QLineEdit* makeField(const QString& name, const QString& placeholder) {
    auto* const field = new QLineEdit;
    field->setFont(fixedFont());
    field->setAccessibleName(name);
    field->setPlaceholderText(placeholder);
    field->setMinimumWidth(50);
    return field;
}

QString withPlainLineEnds(const QString& text) {
    QString plain = text;
    plain.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    return plain.replace(QLatin1Char('\r'), QLatin1Char('\n'));
}

}  // namespace framescope
