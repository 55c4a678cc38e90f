// The line above the rows that says which connections are read as somebody chose, so that nobody
// takes the choice for what the capture says by itself; and takes it back.
#pragma once

#include <QString>
#include <QWidget>

#include "dissector/layer/read_as.h"

class QLabel;

namespace framescope {

class FlatButton;

class ReadingBar : public QWidget {
    Q_OBJECT

public:
    explicit ReadingBar(QWidget* parent = nullptr);

    /// Says what holds; hidden without rules.
    void setRules(const ReadAsRules& rules);
    QString text() const { return m_text; }
    FlatButton& resetButton() { return *m_reset; }

Q_SIGNALS:
    /// These rules are wanted instead.
    void rulesWanted(const framescope::ReadAsRules& rules);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void reset();
    void elide();

    ReadAsRules m_rules;
    QString m_text;
    QLabel* m_label;
    FlatButton* m_reset;
};

}  // namespace framescope
