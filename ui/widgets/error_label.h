// What is wrong with a field, beside it: a sentence with the mark and the colour of its severity.
// It wraps, and can be selected and copied.
#pragma once

#include <QLabel>

#include "dissector/issue/issue.h"

namespace framescope {

class ErrorLabel : public QLabel {
    Q_OBJECT

public:
    explicit ErrorLabel(Severity severity = Severity::Error, QWidget* parent = nullptr);

    void setSeverity(Severity severity);
    Severity severity() const { return m_severity; }
    /// Where the mark stands, in pixels from the left and the top; the text's place is its margin.
    void setMarkInset(int pixels) { m_inset = pixels; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyColor();

    Severity m_severity;
    int m_inset = 0;
    bool m_applying = false;
};

}  // namespace framescope
