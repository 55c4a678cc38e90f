// The dialog "Capture Properties": everything there is to say of the capture as a whole, as text
// that wraps, scrolls and can be copied.
#pragma once

#include <vector>

#include <QDialog>

#include "ui/reading/capture_properties_text.h"

class QTextBrowser;

namespace framescope {

class CapturePropertiesDialog : public QDialog {
    Q_OBJECT

public:
    CapturePropertiesDialog(std::vector<PropertySection> sections, QWidget* parent);

    /// What Copy copies.
    QString text() const { return plainText(m_sections); }

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();

    std::vector<PropertySection> m_sections;
    QTextBrowser* m_browser;
    bool m_filling = false;
};

}  // namespace framescope
