#include "ui/composer/plain_forms.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "dissector/engineio/packet.h"
#include "ui/composer/payload_edit.h"

namespace framescope {

namespace {

using Kind = compose::Payload::Kind;

constexpr int kEngineTypes = 7;

QVBoxLayout* stack(QWidget* owner) {
    auto* const layout = new QVBoxLayout(owner);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    return layout;
}

/// Whether every line ends with \r\n, and there is one.
bool hasOnlyCrlf(const QString& text) {
    if (!text.contains(QLatin1String("\r\n"))) return false;
    QString rest = text;
    rest.remove(QLatin1String("\r\n"));
    return !rest.contains(QLatin1Char('\n')) && !rest.contains(QLatin1Char('\r'));
}

}  // namespace

EngineIoForm::EngineIoForm(QWidget* parent)
    : DraftForm(parent),
      m_type(makeChoice(QStringLiteral("Type"), {})),
      m_binary(new QCheckBox(QStringLiteral("Binary"))),
      m_data(new PayloadEdit) {
    for (int type = 0; type < kEngineTypes; ++type) {
        const auto name = engineio::packetTypeName(static_cast<engineio::PacketType>(type));
        m_type->addItem(QStringLiteral("%1  %2").arg(type).arg(
            QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))));
    }
    m_type->setCurrentIndex(static_cast<int>(engineio::PacketType::Message));
    m_binary->setToolTip(QStringLiteral("The data is bytes, not text"));
    auto* const head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(m_type);
    head->addWidget(m_binary);
    head->addStretch(1);
    auto* const layout = stack(this);
    layout->addLayout(head);
    layout->addWidget(m_data, 1);
    connect(m_type, &QComboBox::currentIndexChanged, this, &DraftForm::changed);
    connect(m_binary, &QCheckBox::toggled, this, &DraftForm::changed);
    connect(m_data, &PayloadEdit::changed, this, &DraftForm::changed);
}

compose::Draft EngineIoForm::draft() const {
    compose::EngineIoDraft packet;
    packet.type = static_cast<engineio::PacketType>(m_type->currentIndex());
    packet.binary = m_binary->isChecked();
    packet.data = m_data->payload();
    return packet;
}

bool EngineIoForm::takes(const compose::Draft& draft) const {
    return std::holds_alternative<compose::EngineIoDraft>(draft);
}

void EngineIoForm::setDraft(const compose::Draft& draft) {
    const auto& packet = std::get<compose::EngineIoDraft>(draft);
    {
        const QSignalBlocker quiet(this);
        m_type->setCurrentIndex(static_cast<int>(packet.type));
        m_binary->setChecked(packet.binary);
        m_data->setPayload(packet.data);
    }
    Q_EMIT changed();
}

void EngineIoForm::takeFocus() {
    m_data->editor().setFocus();
}

RawForm::RawForm(QWidget* parent)
    : DraftForm(parent),
      m_bytes(new PayloadEdit),
      m_crlf(new QCheckBox(QStringLiteral("Lines end with CR LF"))) {
    m_crlf->setChecked(true);
    m_crlf->setToolTip(QStringLiteral("As HTTP wants it; a request ends with an empty line"));
    auto* const remark =
        new QLabel(QStringLiteral("Sent byte for byte on the connection, whatever it speaks."));
    remark->setForegroundRole(QPalette::PlaceholderText);
    remark->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* const foot = new QHBoxLayout;
    foot->setSpacing(10);
    foot->addWidget(m_crlf);
    foot->addStretch(1);
    auto* const layout = stack(this);
    layout->addWidget(remark);
    layout->addWidget(m_bytes, 1);
    layout->addLayout(foot);
    m_bytes->setPayload({Kind::Text, "GET / HTTP/1.1\nHost: localhost\n\n"});
    connect(m_bytes, &PayloadEdit::changed, this, [this] {
        m_crlf->setVisible(m_bytes->payload().kind == Kind::Text);
        Q_EMIT changed();
    });
    connect(m_crlf, &QCheckBox::toggled, this, &DraftForm::changed);
}

compose::Draft RawForm::draft() const {
    compose::RawDraft raw{m_bytes->payload()};
    if (raw.bytes.kind == Kind::Text && m_crlf->isChecked()) {
        QString text = QString::fromStdString(raw.bytes.text);
        raw.bytes.text = text.replace(QLatin1Char('\n'), QLatin1String("\r\n")).toStdString();
    }
    return raw;
}

bool RawForm::takes(const compose::Draft& draft) const {
    return std::holds_alternative<compose::RawDraft>(draft);
}

void RawForm::setDraft(const compose::Draft& draft) {
    compose::Payload payload = std::get<compose::RawDraft>(draft).bytes;
    {
        const QSignalBlocker quiet(this);
        const QString text = QString::fromStdString(payload.text);
        const bool crlf = payload.kind == Kind::Text && hasOnlyCrlf(text);
        if (crlf) payload.text = withPlainLineEnds(text).toStdString();
        m_crlf->setChecked(crlf);
        m_bytes->setPayload(payload);
        m_crlf->setVisible(m_bytes->payload().kind == Kind::Text);
    }
    Q_EMIT changed();
}

void RawForm::takeFocus() {
    m_bytes->editor().setFocus();
}

}  // namespace framescope
