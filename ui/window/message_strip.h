// A line of text across the window for what went wrong, where the person looks. The text can be
// selected and copied; the strip stays until it is closed.
#pragma once

#include <QWidget>

#include "dissector/issue/issue.h"

class QLabel;

namespace framescope {

class FlatButton;

class MessageStrip : public QWidget {
    Q_OBJECT

public:
    explicit MessageStrip(QWidget* parent = nullptr);

    /// Shows `text`, with the mark and colour of a severity; below it a command that may put things
    /// right, which is what is copied then.
    void showMessage(Severity severity, const QString& text, const QString& remedy = {});
    QString text() const;
    QString remedy() const;

Q_SIGNALS:
    /// Somebody has closed it from within, where the focus may have been.
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void dismiss();

    QLabel* m_label;
    QLabel* m_remedy;
    FlatButton* m_copy;
    Severity m_severity = Severity::None;
};

}  // namespace framescope
