// Fields that a type has no use for are hidden, not emptied: who goes back finds what was written.
#include "ui/composer/socketio_form.h"

#include <algorithm>
#include <iterator>

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSignalBlocker>

#include "ui/composer/payload_edit.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/flat_button.h"

namespace framescope {
namespace {

using compose::SocketIoDraft;
using socketio::PacketType;

constexpr PacketType kTypes[] = {
    PacketType::Event,        PacketType::Ack,         PacketType::Connect,  PacketType::Disconnect,
    PacketType::ConnectError, PacketType::BinaryEvent, PacketType::BinaryAck};
constexpr int kFewestLines = 3;

QString wordOf(PacketType type) {
    switch (type) {
        case PacketType::Event:
            return QStringLiteral("Event");
        case PacketType::Ack:
            return QStringLiteral("Acknowledgement");
        case PacketType::Connect:
            return QStringLiteral("Connect a namespace");
        case PacketType::Disconnect:
            return QStringLiteral("Leave a namespace");
        case PacketType::ConnectError:
            return QStringLiteral("Connect error");
        case PacketType::BinaryEvent:
            return QStringLiteral("Binary event");
        case PacketType::BinaryAck:
            return QStringLiteral("Binary acknowledgement");
    }
    return {};
}

bool isEvent(PacketType type) {
    return type == PacketType::Event || type == PacketType::BinaryEvent;
}
bool isAck(PacketType type) {
    return type == PacketType::Ack || type == PacketType::BinaryAck;
}

QString nameOf(const compose::Payload& payload) {
    const QString text = displayText(payload.text, 80);
    if (payload.kind != compose::Payload::Kind::File) return text;
    const QFileInfo file(QString::fromStdString(payload.text));
    return file.isFile()
               ? text + QStringLiteral("  ") + byteCount(static_cast<quint64>(file.size()))
               : text;
}

}  // namespace

SocketIoForm::SocketIoForm(QWidget* parent)
    : DraftForm(parent),
      m_type(makeChoice(QStringLiteral("Type"), {})),
      m_nsp(new QComboBox),
      m_event(makeField(QStringLiteral("Event"), QStringLiteral("message"))),
      m_data(makeTextEditor(QStringLiteral("Arguments"))),
      m_attachments(new QListWidget),
      m_attach(new FlatButton(QStringLiteral("Attach a File…"))),
      m_detach(new FlatButton(QStringLiteral("Remove"))),
      m_wantsAck(new QCheckBox(QStringLiteral("Acknowledgement wanted"))),
      m_id(makeField(QStringLiteral("Id"), QStringLiteral("chosen"))) {
    for (const PacketType type : kTypes) m_type->addItem(wordOf(type));
    m_nsp->setEditable(true);
    m_nsp->setFont(fixedFont());
    m_nsp->setAccessibleName(QStringLiteral("Namespace"));
    m_nsp->setInsertPolicy(QComboBox::NoInsert);
    m_nsp->setMinimumContentsLength(3);
    // Both become narrow where there is little room.
    for (QComboBox* box : {m_type, m_nsp}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    }
    m_type->setMinimumContentsLength(6);
    m_nsp->addItem(QStringLiteral("/"));
    m_attachments->setFrameShape(QFrame::NoFrame);
    m_attachments->setFont(fixedFont());
    m_attachments->setAccessibleName(QStringLiteral("Attachments"));
    m_attachments->setToolTip(QStringLiteral(
        "{\"_placeholder\":true,\"num\":0} stands in the arguments where the first one belongs; "
        "without it they come behind the arguments"));
    m_id->setMaximumWidth(90);
    layOut();
    connect(m_type, &QComboBox::currentIndexChanged, this, [this] {
        updateFields();
        Q_EMIT changed();
    });
    connect(m_nsp, &QComboBox::editTextChanged, this, &DraftForm::changed);
    connect(m_event, &QLineEdit::textChanged, this, &DraftForm::changed);
    connect(m_id, &QLineEdit::textChanged, this, &DraftForm::changed);
    connect(m_data, &QPlainTextEdit::textChanged, this, &DraftForm::changed);
    connect(m_wantsAck, &QCheckBox::toggled, this, [this] {
        updateFields();
        Q_EMIT changed();
    });
    connect(m_attach, &FlatButton::clicked, this, &SocketIoForm::chooseAttachment);
    connect(m_detach, &FlatButton::clicked, this, [this] {
        const int row = m_attachments->currentRow();
        if (row < 0) return;
        m_files.erase(m_files.begin() + row);
        delete m_attachments->takeItem(row);
        updateFields();
        Q_EMIT changed();
    });
    connect(m_attachments, &QListWidget::currentRowChanged, this, &SocketIoForm::updateFields);
    updateFields();
}

void SocketIoForm::layOut() {
    m_eventLabel = fieldLabel(QStringLiteral("Event"), m_event);
    m_idLabel = fieldLabel(QStringLiteral("Id"), m_id);
    auto* const head = new QGridLayout;
    head->setHorizontalSpacing(8);
    head->setVerticalSpacing(6);
    head->addWidget(m_type, 0, 0, 1, 2);
    head->addWidget(fieldLabel(QStringLiteral("Namespace"), m_nsp), 0, 2);
    head->addWidget(m_nsp, 0, 3);
    head->addWidget(m_eventLabel, 1, 0);
    head->addWidget(m_event, 1, 1, 1, 3);
    head->setColumnStretch(1, 1);
    head->setColumnStretch(3, 1);
    auto* const answers = new QHBoxLayout;
    answers->setSpacing(8);
    answers->addWidget(m_wantsAck);
    answers->addWidget(m_idLabel);
    answers->addWidget(m_id);
    answers->addStretch(1);
    answers->addWidget(m_detach);
    answers->addWidget(m_attach);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_data, 1);
    layout->addWidget(m_attachments);
    layout->addLayout(answers);
    QWidget* const order[] = {m_type,     m_nsp, m_event,  m_data,  m_attachments,
                              m_wantsAck, m_id,  m_detach, m_attach};
    for (std::size_t i = 1; i < std::size(order); ++i) setTabOrder(order[i - 1], order[i]);
}

PacketType SocketIoForm::type() const {
    return kTypes[std::max(m_type->currentIndex(), 0)];
}

void SocketIoForm::updateFields() {
    const PacketType now = type();
    const bool hasArguments = isEvent(now) || isAck(now);
    m_eventLabel->setVisible(isEvent(now));
    m_event->setVisible(isEvent(now));
    m_wantsAck->setVisible(isEvent(now));
    m_idLabel->setVisible(hasArguments);
    m_id->setVisible(hasArguments);
    m_id->setPlaceholderText(isAck(now) ? QStringLiteral("that it answers")
                                        : QStringLiteral("chosen"));
    m_attach->setVisible(hasArguments);
    m_detach->setVisible(hasArguments && !m_files.empty());
    m_detach->setEnabled(m_attachments->currentRow() >= 0);
    m_attachments->setVisible(hasArguments && !m_files.empty());
    const int line = QFontMetrics(m_attachments->font()).height() + 4;
    m_attachments->setFixedHeight(
        line * std::clamp(static_cast<int>(m_files.size()), 1, kFewestLines) + 2);
    m_data->setVisible(now != PacketType::Disconnect);
    m_data->setPlaceholderText(hasArguments ? QStringLiteral("[\"arguments\", {\"as\": \"JSON\"}]")
                               : now == PacketType::Connect
                                   ? QStringLiteral("{\"token\": \"what proves who you are\"}")
                                   : QStringLiteral("{\"message\": \"why not\"}"));
}

compose::Draft SocketIoForm::draft() const {
    SocketIoDraft packet;
    packet.type = type();
    packet.nsp = m_nsp->currentText().trimmed().toStdString();
    if (packet.nsp.empty()) packet.nsp.push_back('/');
    if (packet.type != PacketType::Disconnect) {
        packet.data = m_data->toPlainText().toStdString();
    }
    if (isEvent(packet.type)) {
        packet.event = m_event->text().toStdString();
        packet.wantsAck = m_wantsAck->isChecked();
    }
    if (isEvent(packet.type) || isAck(packet.type)) {
        packet.attachments = m_files;
        bool isNumber = false;
        const quint64 id = m_id->text().trimmed().toULongLong(&isNumber);
        if (isNumber) packet.id = id;
    }
    return packet;
}

bool SocketIoForm::takes(const compose::Draft& draft) const {
    return std::holds_alternative<SocketIoDraft>(draft);
}

void SocketIoForm::setDraft(const compose::Draft& draft) {
    const auto& packet = std::get<SocketIoDraft>(draft);
    {
        const QSignalBlocker quiet(this);
        const auto* const found = std::find(std::begin(kTypes), std::end(kTypes), packet.type);
        m_type->setCurrentIndex(static_cast<int>(found - std::begin(kTypes)));
        m_nsp->setCurrentText(QString::fromStdString(packet.nsp));
        m_event->setText(QString::fromStdString(packet.event));
        m_data->setPlainText(QString::fromStdString(packet.data));
        m_wantsAck->setChecked(packet.wantsAck);
        m_id->setText(packet.id ? QString::number(*packet.id) : QString());
        m_files.clear();
        m_attachments->clear();
        for (const compose::Payload& file : packet.attachments) addAttachment(file);
        updateFields();
    }
    Q_EMIT changed();
}

void SocketIoForm::addAttachment(const compose::Payload& payload) {
    m_files.push_back(payload);
    m_attachments->addItem(nameOf(payload));
    updateFields();
    Q_EMIT changed();
}

void SocketIoForm::setNamespaces(const QStringList& names) {
    const QSignalBlocker quiet(m_nsp);
    const QString now = m_nsp->currentText();
    m_nsp->clear();
    m_nsp->addItems(names.isEmpty() ? QStringList{QStringLiteral("/")} : names);
    m_nsp->setCurrentText(now);
}

QString SocketIoForm::fault() const {
    if (!m_id->isVisibleTo(this) || m_id->text().trimmed().isEmpty()) {
        if (isAck(type())) {
            return QStringLiteral("An acknowledgement needs the id of the event that it answers.");
        }
        return {};
    }
    bool isNumber = false;
    static_cast<void>(m_id->text().trimmed().toULongLong(&isNumber));
    return isNumber ? QString() : QStringLiteral("An acknowledgement's id must be a number.");
}

void SocketIoForm::takeFocus() {
    (m_event->isVisibleTo(this) && m_event->text().isEmpty() ? static_cast<QWidget*>(m_event)
                                                             : m_data)
        ->setFocus();
}

void SocketIoForm::chooseAttachment() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Attach a File"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) {
        for (const QString& path : paths) {
            addAttachment({compose::Payload::Kind::File, path.toStdString()});
        }
    });
    dialog->open();
}

}  // namespace framescope
