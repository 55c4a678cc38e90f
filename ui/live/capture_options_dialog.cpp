// Limits are numbers whose 0 reads as a word, so that none needs a box to be ticked first.
#include "ui/live/capture_options_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include "ui/live/capture_filter_edit.h"
#include "ui/start/interface_model.h"
#include "ui/widgets/flat_button.h"

namespace framescope {

namespace {

constexpr int kMost = 2'000'000'000;
constexpr int kWholePacket = 262144;

QSpinBox* limitBox(const QString& none, const QString& unit, int value, const QString& name) {
    auto* const box = new QSpinBox;
    box->setRange(0, kMost);
    box->setSpecialValueText(none);
    box->setSuffix(unit);
    box->setValue(value);
    box->setAccessibleName(name);
    box->setToolTip(name);
    box->setMinimumWidth(box->fontMetrics().horizontalAdvance(QStringLiteral("0000000 packets")) +
                         24);
    return box;
}

QHBoxLayout* inLine(std::initializer_list<QWidget*> widgets) {
    auto* const line = new QHBoxLayout;
    line->setSpacing(8);
    for (QWidget* widget : widgets) line->addWidget(widget, 1);
    return line;
}

}  // namespace

CaptureOptionsDialog::CaptureOptionsDialog(const InterfaceModel& model,
                                           const LiveServices& services,
                                           const CaptureChoices& choices,
                                           const QStringList& filters, QWidget* parent)
    : StartDialog(QStringLiteral("Capture Options"), parent),
      m_model(model),
      m_wanted(choices.interface),
      m_interface(new QComboBox),
      m_filter(new CaptureFilterEdit(services.checkFilter)),
      m_promiscuous(new QCheckBox(QStringLiteral("&Promiscuous mode"))),
      m_snapLength(new QSpinBox),
      m_buffer(new QSpinBox),
      m_stopSeconds(limitBox(QStringLiteral("any time"), QStringLiteral(" s"), choices.stopSeconds,
                             QStringLiteral("Stop after this time"))),
      m_stopMegabytes(limitBox(QStringLiteral("any size"), QStringLiteral(" MB"),
                               choices.stopMegabytes, QStringLiteral("Stop at this size"))),
      m_stopPackets(limitBox(QStringLiteral("any number"), QStringLiteral(" packets"),
                             choices.stopPackets, QStringLiteral("Stop after so many packets"))),
      m_file(new QLineEdit(choices.file)),
      m_ringMegabytes(limitBox(QStringLiteral("any size"), QStringLiteral(" MB"),
                               choices.ringMegabytes,
                               QStringLiteral("Begin another file at this size"))),
      m_ringSeconds(limitBox(QStringLiteral("any time"), QStringLiteral(" s"), choices.ringSeconds,
                             QStringLiteral("Begin another file after this time"))),
      m_ringFiles(limitBox(QStringLiteral("keep all"), QStringLiteral(" files kept"),
                           choices.ringFiles,
                           QStringLiteral("Files that are kept; the oldest goes first"))) {
    m_promiscuous->setChecked(choices.promiscuous);
    m_promiscuous->setToolTip(QStringLiteral("Also what the interface hears for other machines"));
    m_snapLength->setRange(1, kWholePacket);
    m_snapLength->setValue(choices.snapLength);
    m_snapLength->setSuffix(QStringLiteral(" bytes"));
    m_snapLength->setToolTip(
        QStringLiteral("What is longer is cut off, and cannot be read to its end"));
    m_buffer->setRange(1, 1024);
    m_buffer->setValue(choices.bufferMiB);
    m_buffer->setSuffix(QStringLiteral(" MiB"));
    m_buffer->setToolTip(QStringLiteral("Room in the kernel for packets that wait to be written"));
    m_file->setPlaceholderText(QStringLiteral("a spool; you are asked when it is over"));
    auto* const browse = new FlatButton(QStringLiteral("&Browse…"));
    auto* const fileLine = new QHBoxLayout;
    fileLine->addWidget(m_file, 1);
    fileLine->addWidget(browse);
    auto* const snapLine = new QHBoxLayout;
    snapLine->setSpacing(8);
    snapLine->addWidget(m_snapLength);
    snapLine->addSpacing(12);
    auto* const bufferLabel = new QLabel(QStringLiteral("&Kernel buffer"));
    bufferLabel->setBuddy(m_buffer);
    snapLine->addWidget(bufferLabel);
    snapLine->addWidget(m_buffer);
    snapLine->addStretch(1);

    form().addRow(QStringLiteral("&Interface"), m_interface);
    addFilter(*m_filter);
    form().addRow(QString(), m_promiscuous);
    addLine(QStringLiteral("Most &bytes of a packet"), snapLine, m_snapLength);
    addLine(QStringLiteral("Stop &after"), inLine({m_stopSeconds, m_stopMegabytes, m_stopPackets}),
            m_stopSeconds);
    addLine(QStringLiteral("Write &to"), fileLine, m_file);
    addLine(QStringLiteral("&New file after"),
            inLine({m_ringMegabytes, m_ringSeconds, m_ringFiles}), m_ringMegabytes);
    m_interface->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    fileLine->setSpacing(8);
    m_interface->setFocus();

    m_filter->setHistory(filters);
    m_filter->setText(choices.filter);
    offerInterfaces();
    connect(&model, &QAbstractItemModel::modelReset, this, &CaptureOptionsDialog::offerInterfaces);
    connect(m_interface, &QComboBox::currentIndexChanged, this, [this](int row) {
        m_filter->setLinkType(m_model.linkTypeAt(row));
        if (row >= 0) m_wanted = m_interface->currentText();
        check();
    });
    connect(browse, &FlatButton::clicked, this, &CaptureOptionsDialog::chooseFile);
    connect(m_file, &QLineEdit::textChanged, this, &CaptureOptionsDialog::check);
    for (QSpinBox* box : {m_ringMegabytes, m_ringSeconds, m_ringFiles}) {
        connect(box, &QSpinBox::valueChanged, this, [this] { check(); });
    }
    const auto enableFiles = [this] {
        m_ringFiles->setEnabled(m_ringMegabytes->value() != 0 || m_ringSeconds->value() != 0);
    };
    for (QSpinBox* box : {m_ringMegabytes, m_ringSeconds}) {
        connect(box, &QSpinBox::valueChanged, this, enableFiles);
    }
    enableFiles();
    check();
    resize(600, sizeHint().height());
}

void CaptureOptionsDialog::offerInterfaces() {
    const QString wanted = m_wanted;
    m_interface->clear();
    for (int row = 0; row < m_model.rowCount(); ++row) m_interface->addItem(m_model.nameAt(row));
    const int row = m_model.rowOf(wanted);
    if (row >= 0) m_interface->setCurrentIndex(row);
    m_filter->setLinkType(m_model.linkTypeAt(m_interface->currentIndex()));
    check();
}

void CaptureOptionsDialog::chooseFile() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Write the Capture to"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("pcapng"));
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

CaptureChoices CaptureOptionsDialog::choices() const {
    CaptureChoices choices;
    choices.interface = m_interface->currentText();
    choices.filter = m_filter->filter();
    choices.promiscuous = m_promiscuous->isChecked();
    choices.snapLength = m_snapLength->value();
    choices.bufferMiB = m_buffer->value();
    choices.stopSeconds = m_stopSeconds->value();
    choices.stopMegabytes = m_stopMegabytes->value();
    choices.stopPackets = m_stopPackets->value();
    choices.file = m_file->text().trimmed();
    choices.ringMegabytes = m_ringMegabytes->value();
    choices.ringSeconds = m_ringSeconds->value();
    choices.ringFiles = m_ringFiles->value();
    return choices;
}

QString CaptureOptionsDialog::whatIsLost() const {
    const CaptureChoices now = choices();
    // The files of a ring have the time in their names.
    if (now.file.isEmpty() || now.isRing() || !QFileInfo::exists(now.file)) return {};
    return QStringLiteral("“%1” exists. Start once more to replace it.")
        .arg(QFileInfo(now.file).fileName());
}

QString CaptureOptionsDialog::whyNot() const {
    return whyImpossible(choices());
}

}  // namespace framescope
