// A question with its answers as buttons, open beside the window: what is answered is called, and
// nobody waits. Closing it or Escape counts as the last answer.
#pragma once

#include <functional>
#include <vector>

#include <QDialog>

class QHBoxLayout;

namespace framescope {

class FlatButton;

class QuestionDialog : public QDialog {
    Q_OBJECT

public:
    QuestionDialog(const QString& question, const QString& detail, QWidget* parent);

    /// Answers in their order; the first is what Return means, the last what Escape means.
    FlatButton& addAnswer(const QString& text, std::function<void()> then);

    void reject() override;

private:
    void answer(std::size_t number);

    QHBoxLayout* m_buttons;
    std::vector<std::function<void()>> m_answers;
};

}  // namespace framescope
