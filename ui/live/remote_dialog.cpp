// Names that ssh or tcpdump would take for options are refused.
#include "ui/live/remote_dialog.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include "ui/live/capture_filter_edit.h"
#include "ui/theme/fonts.h"

namespace framescope {

RemoteDialog::RemoteDialog(const LiveServices& services, const RemoteChoices& choices,
                           const QStringList& filters, QWidget* parent)
    : StartDialog(QStringLiteral("Capture from Another Machine"), parent),
      m_host(new QLineEdit(choices.host)),
      m_port(new QSpinBox),
      m_interface(new QLineEdit(choices.interface)),
      m_filter(new CaptureFilterEdit(services.checkFilter)),
      m_sudo(new QCheckBox(QStringLiteral("Run tcpdump there with &sudo"))) {
    m_host->setFont(fixedFont());
    m_host->setPlaceholderText(QStringLiteral("user@host"));
    m_interface->setFont(fixedFont());
    m_interface->setPlaceholderText(QStringLiteral("eth0"));
    m_port->setRange(0, 65535);
    m_port->setSpecialValueText(QStringLiteral("as usual"));
    m_port->setValue(choices.port);
    m_sudo->setChecked(choices.sudo);
    auto* const portLabel = new QLabel(QStringLiteral("&Port"));
    portLabel->setBuddy(m_port);
    auto* const where = new QHBoxLayout;
    where->setSpacing(8);
    where->addWidget(m_host, 1);
    where->addWidget(portLabel);
    where->addWidget(m_port);
    addLine(QStringLiteral("&Machine"), where, m_host);
    m_host->setFocus();
    form().addRow(QStringLiteral("&Interface there"), m_interface);
    addFilter(*m_filter);
    form().addRow(QString(), m_sudo);
    addRemark(QStringLiteral(
        "Uses your own ssh with its keys and agent. It cannot ask for a password here; what ssh "
        "itself sends is left out of the capture."));
    m_filter->setHistory(filters);
    m_filter->setText(choices.filter);
    connect(m_host, &QLineEdit::textChanged, this, &RemoteDialog::check);
    connect(m_interface, &QLineEdit::textChanged, this, &RemoteDialog::check);
    check();
    resize(540, sizeHint().height());
}

RemoteChoices RemoteDialog::choices() const {
    RemoteChoices choices;
    choices.host = m_host->text().trimmed();
    choices.port = m_port->value();
    choices.interface = m_interface->text().trimmed();
    choices.filter = m_filter->filter();
    choices.sudo = m_sudo->isChecked();
    return choices;
}

QString RemoteDialog::whyNot() const {
    return whyImpossible(choices());
}

}  // namespace framescope
