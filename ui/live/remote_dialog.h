// A capture on another machine: where ssh goes to, and what tcpdump does there.
#pragma once

#include "ui/live/capture_choices.h"
#include "ui/live/live_services.h"
#include "ui/live/start_dialog.h"

class QCheckBox;
class QLineEdit;
class QSpinBox;

namespace framescope {

class RemoteDialog : public StartDialog {
    Q_OBJECT

public:
    RemoteDialog(const LiveServices& services, const RemoteChoices& choices,
                 const QStringList& filters, QWidget* parent = nullptr);

    RemoteChoices choices() const;

protected:
    QString whyNot() const override;

private:
    QLineEdit* m_host;
    QSpinBox* m_port;
    QLineEdit* m_interface;
    CaptureFilterEdit* m_filter;
    QCheckBox* m_sudo;
};

}  // namespace framescope
