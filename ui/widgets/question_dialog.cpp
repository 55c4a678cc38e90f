// The dialog is gone from the screen before the answer is called: it may open another one.
#include "ui/widgets/question_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/widgets/flat_button.h"

namespace framescope {

QuestionDialog::QuestionDialog(const QString& question, const QString& detail, QWidget* parent)
    : QDialog(parent), m_buttons(new QHBoxLayout) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(QStringLiteral("Framescope"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 16);
    layout->setSpacing(6);
    const auto add = [layout](const QString& text, bool dim) {
        auto* const label = new QLabel(text);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(320);
        if (dim) label->setForegroundRole(QPalette::PlaceholderText);
        layout->addWidget(label);
        return label;
    };
    QLabel* const label = add(question, false);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    if (!detail.isEmpty()) add(detail, true);
    setAccessibleName(question);
    m_buttons->setContentsMargins(0, 12, 0, 0);
    m_buttons->setSpacing(8);
    m_buttons->addStretch(1);
    layout->addLayout(m_buttons);
    layout->setSizeConstraint(QLayout::SetFixedSize);
}

FlatButton& QuestionDialog::addAnswer(const QString& text, std::function<void()> then) {
    auto* const button = new FlatButton(text);
    const std::size_t number = m_answers.size();
    m_answers.push_back(std::move(then));
    m_buttons->addWidget(button);
    connect(button, &FlatButton::clicked, this, [this, number] { answer(number); });
    if (number == 0) {
        button->setDefault(true);
        button->setFocus();
    }
    return *button;
}

void QuestionDialog::reject() {
    if (!m_answers.empty()) answer(m_answers.size() - 1);
}

void QuestionDialog::answer(std::size_t number) {
    const std::function<void()> then = std::move(m_answers[number]);
    m_answers.clear();
    done(QDialog::Accepted);
    if (then) then();
}

}  // namespace framescope
