// How much is held and decoded while captures are read: what the window keeps of it between two
// runs, and the dialog in which it is chosen.
#pragma once

#include <QDialog>

#include "dissector/layer/layer.h"

class QSettings;
class QSpinBox;

namespace framescope {

class FlatButton;

/// What was stored, each value within its range; the defaults where nothing was.
DecodeLimits storedLimits(const QSettings* settings);
void storeLimits(QSettings& settings, const DecodeLimits& limits);

class ReadingLimitsDialog : public QDialog {
    Q_OBJECT

public:
    /// `canReadAgain`: a capture is open.
    ReadingLimitsDialog(const DecodeLimits& limits, bool canReadAgain, QWidget* parent);

    DecodeLimits limits() const;

Q_SIGNALS:
    /// These limits hold from now on; `readAgain`: for what is open too.
    void chosen(const framescope::DecodeLimits& limits, bool readAgain);

private:
    void fill(const DecodeLimits& limits);
    void choose(bool readAgain);

    QSpinBox* m_inflated;
    QSpinBox* m_heldBytes;
    QSpinBox* m_heldSegments;
    QSpinBox* m_conflicts;
    FlatButton* m_readAgain;
};

}  // namespace framescope
