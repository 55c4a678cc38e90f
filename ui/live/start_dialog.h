// What the dialogs that start a capture have in common: a form, a sentence that says what is still
// missing, and Start, which waits for it.
#pragma once

#include <QDialog>

class QFormLayout;
class QLabel;
class QLayout;

namespace framescope {

class CaptureFilterEdit;
class FlatButton;

class StartDialog : public QDialog {
    Q_OBJECT

public:
    /// What is in the way of a start, one sentence; empty for nothing.
    QString obstacle() const { return m_obstacle; }
    FlatButton& startButton() { return *m_start; }

protected:
    StartDialog(const QString& title, QWidget* parent);

    /// Derived classes say what is in the way, and call check() whenever that may have changed.
    virtual QString whyNot() const = 0;
    void check();
    /// What a start would destroy, one sentence that ends with a hint to start again; empty for
    /// nothing. It is shown at the first start, which then does not happen.
    virtual QString whatIsLost() const { return {}; }
    /// A line with a filter in it, whose complaints count as an obstacle.
    void addFilter(CaptureFilterEdit& filter);
    /// A line of several fields, the label's key going to `first`.
    void addLine(const QString& label, QLayout* line, QWidget* first);
    /// A dim sentence below the line before.
    void addRemark(const QString& sentence);

    QFormLayout& form() { return *m_form; }
    void keyPressEvent(QKeyEvent* event) override;

private:
    QFormLayout* m_form;
    QLabel* m_sentence;
    FlatButton* m_start;
    CaptureFilterEdit* m_filter = nullptr;
    QString m_obstacle;
    QString m_warned;  // what the person was told would be lost
};

}  // namespace framescope
