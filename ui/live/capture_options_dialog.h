// Everything that can be chosen about a capture from an interface of this machine.
#pragma once

#include "ui/live/capture_choices.h"
#include "ui/live/live_services.h"
#include "ui/live/start_dialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSpinBox;

namespace framescope {

class InterfaceModel;

class CaptureOptionsDialog : public StartDialog {
    Q_OBJECT

public:
    /// Offers the interfaces of `model`, and begins with `choices`.
    CaptureOptionsDialog(const InterfaceModel& model, const LiveServices& services,
                         const CaptureChoices& choices, const QStringList& filters,
                         QWidget* parent = nullptr);

    CaptureChoices choices() const;

protected:
    QString whatIsLost() const override;
    QString whyNot() const override;

private:
    void chooseFile();
    void offerInterfaces();

    const InterfaceModel& m_model;
    QString m_wanted;
    QComboBox* m_interface;
    CaptureFilterEdit* m_filter;
    QCheckBox* m_promiscuous;
    QSpinBox* m_snapLength;
    QSpinBox* m_buffer;
    QSpinBox* m_stopSeconds;
    QSpinBox* m_stopMegabytes;
    QSpinBox* m_stopPackets;
    QLineEdit* m_file;
    QSpinBox* m_ringMegabytes;
    QSpinBox* m_ringSeconds;
    QSpinBox* m_ringFiles;
};

}  // namespace framescope
