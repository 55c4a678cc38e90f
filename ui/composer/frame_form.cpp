// The message has most of the room; what is chosen rarely stands below it in two columns. A number
// that cannot be read is named, and counts as not written.
#include "ui/composer/frame_form.h"

#include <array>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QStringList>

#include "dissector/websocket/opcode.h"
#include "ui/composer/payload_edit.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {
namespace {

using compose::FrameDraft;
using compose::Masking;

constexpr auto kText = static_cast<std::uint8_t>(websocket::Opcode::Text);
constexpr auto kBinary = static_cast<std::uint8_t>(websocket::Opcode::Binary);
constexpr auto kClose = static_cast<std::uint8_t>(websocket::Opcode::Close);
constexpr std::array kControls = {std::pair{"ping", websocket::Opcode::Ping},
                                  std::pair{"pong", websocket::Opcode::Pong},
                                  std::pair{"close", websocket::Opcode::Close}};

QString opcodeText(std::uint8_t opcode) {
    const std::string_view name = websocket::opcodeName(opcode);
    return QStringLiteral("%1  %2").arg(opcode).arg(
        websocket::isReserved(opcode)
            ? QStringLiteral("reserved")
            : QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
}

Qt::CheckState stateOf(const std::optional<bool>& bit) {
    if (!bit) return Qt::PartiallyChecked;
    return *bit ? Qt::Checked : Qt::Unchecked;
}

std::optional<std::array<std::uint8_t, 4>> parseKey(const QString& text) {
    const QByteArray bytes = QByteArray::fromHex(text.toLatin1());
    QString digits = text;
    digits.remove(QLatin1Char(' '));
    if (bytes.size() != 4 || digits.size() != 8) return std::nullopt;
    std::array<std::uint8_t, 4> key{};
    for (qsizetype i = 0; i < 4; ++i) {
        key[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(bytes[i]);
    }
    return key;
}

QString keyText(const std::array<std::uint8_t, 4>& key) {
    return QString::fromLatin1(QByteArray(reinterpret_cast<const char*>(key.data()), 4).toHex(' '));
}

template <typename T>
std::optional<T> parseNumber(const QString& text) {
    bool isNumber = false;
    const quint64 number = text.trimmed().toULongLong(&isNumber);
    if (!isNumber || number > std::numeric_limits<T>::max()) return std::nullopt;
    return static_cast<T>(number);
}

}  // namespace

std::optional<std::vector<std::uint64_t>> parseSizes(const QString& text) {
    std::vector<std::uint64_t> sizes;
    for (const QString& part :
         QString(text).replace(QLatin1Char(','), QLatin1Char(' ')).split(QLatin1Char(' '))) {
        if (part.isEmpty()) continue;
        const auto size = parseNumber<std::uint64_t>(part);
        if (!size) return std::nullopt;
        sizes.push_back(*size);
    }
    return sizes;
}

std::optional<std::vector<std::pair<std::size_t, FrameDraft>>> parseBetween(const QString& text) {
    std::vector<std::pair<std::size_t, FrameDraft>> between;
    for (const QString& part : text.split(QLatin1Char(','))) {
        const QString frame = part.trimmed();
        if (frame.isEmpty()) continue;
        const auto after = parseNumber<std::uint32_t>(frame.section(QLatin1Char(' '), 0, 0));
        const QString word = frame.section(QLatin1Char(' '), 1, 1);
        // People count fragments from 1.
        if (!after || *after == 0) return std::nullopt;
        FrameDraft control;
        bool known = false;
        for (const auto& [name, opcode] : kControls) {
            if (word != QLatin1String(name)) continue;
            control.opcode = static_cast<std::uint8_t>(opcode);
            known = true;
        }
        if (!known) return std::nullopt;
        control.payload.text = frame.section(QLatin1Char(' '), 2).toStdString();
        between.emplace_back(*after - 1, control);
    }
    return between;
}

QString betweenText(const std::vector<std::pair<std::size_t, FrameDraft>>& between) {
    QStringList frames;
    for (const auto& [after, frame] : between) {
        QString word = QString::number(frame.opcode);
        for (const auto& [name, opcode] : kControls) {
            if (frame.opcode == static_cast<std::uint8_t>(opcode)) word = QLatin1String(name);
        }
        frames << QStringLiteral("%1 %2 %3")
                      .arg(after + 1)
                      .arg(word, QString::fromStdString(frame.payload.text))
                      .trimmed();
    }
    return frames.join(QStringLiteral(", "));
}

FrameForm::FrameForm(QWidget* parent)
    : DraftForm(parent),
      m_opcode(makeChoice(QStringLiteral("Opcode"), {})),
      m_fin(new QCheckBox(QStringLiteral("FIN"))),
      m_payload(new PayloadEdit),
      m_masking(makeChoice(QStringLiteral("Masking"),
                           {QStringLiteral("random key"), QStringLiteral("this key"),
                            QStringLiteral("zero key"), QStringLiteral("not masked")})),
      m_key(makeField(QStringLiteral("Masking key"), QStringLiteral("37 fa 21 3d"))),
      m_length(makeChoice(QStringLiteral("Length"),
                          {QStringLiteral("minimal"), QStringLiteral("7 bits"),
                           QStringLiteral("16 bits"), QStringLiteral("64 bits")})),
      m_announced(makeField(QStringLiteral("Announced length"), QStringLiteral("as it is"))),
      m_compressing(makeChoice(QStringLiteral("Compression"),
                               {QStringLiteral("none"), QStringLiteral("as agreed"),
                                QStringLiteral("with context"), QStringLiteral("no context")})),
      m_fragments(makeField(QStringLiteral("Fragments"), QStringLiteral("one frame"))),
      m_between(
          makeField(QStringLiteral("Frames between"), QStringLiteral("nothing, or 1 ping hello"))),
      m_closeCode(makeField(QStringLiteral("Close code"), QStringLiteral("none"))) {
    for (int opcode = 0; opcode < 16; ++opcode) {
        m_opcode->addItem(opcodeText(static_cast<std::uint8_t>(opcode)));
    }
    m_opcode->setCurrentIndex(kText);
    m_fin->setChecked(true);
    m_fin->setToolTip(QStringLiteral("The last frame of the message"));
    for (int i = 0; i < 3; ++i) {
        m_rsv[i] = new QCheckBox(QStringLiteral("RSV%1").arg(i + 1));
        m_rsv[i]->setTristate(true);
        m_rsv[i]->setCheckState(Qt::PartiallyChecked);
        m_rsv[i]->setToolTip(QStringLiteral("On, off, or (a dash) as it has to be"));
    }
    m_announced->setToolTip(QStringLiteral("Another length than the payload has: a lie"));
    m_fragments->setToolTip(QStringLiteral(
        "Sizes of fragments in bytes, before compression; what is left over is the last one"));
    m_between->setToolTip(QStringLiteral(
        "Control frames behind a fragment, which is counted from 1: “1 ping hello, 2 pong”"));
    layOut();

    for (QComboBox* choice : {m_opcode, m_masking, m_length, m_compressing}) {
        connect(choice, &QComboBox::currentIndexChanged, this, [this] {
            updateFields();
            Q_EMIT changed();
        });
    }
    for (QLineEdit* field : {m_key, m_announced, m_fragments, m_between, m_closeCode}) {
        connect(field, &QLineEdit::textChanged, this, [this] {
            updateFields();
            Q_EMIT changed();
        });
    }
    for (QCheckBox* bit : {m_fin, m_rsv[0], m_rsv[1], m_rsv[2]}) {
        connect(bit, &QCheckBox::stateChanged, this, &DraftForm::changed);
    }
    connect(m_payload, &PayloadEdit::changed, this, &DraftForm::changed);
    connect(&m_payload->kinds(), &QTabBar::tabBarClicked, this, &FrameForm::followPayloadKind,
            Qt::QueuedConnection);
    updateFields();
}

void FrameForm::layOut() {
    auto* const bits = new QHBoxLayout;
    bits->setSpacing(10);
    bits->addWidget(m_opcode);
    bits->addWidget(m_fin);
    for (QCheckBox* bit : m_rsv) bits->addWidget(bit);
    bits->addStretch(1);
    m_closeLabel = fieldLabel(QStringLiteral("Close code"), m_closeCode);
    auto* const rest = new QGridLayout;
    rest->setHorizontalSpacing(8);
    rest->setVerticalSpacing(6);
    const auto put = [&](int row, int column, QLabel* label, QWidget* first, QWidget* second) {
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        rest->addWidget(label, row, column);
        if (second == nullptr) {
            rest->addWidget(first, row, column + 1, 1, 2);
            return;
        }
        rest->addWidget(first, row, column + 1);
        rest->addWidget(second, row, column + 2);
    };
    put(0, 0, fieldLabel(QStringLiteral("Masking"), m_masking), m_masking, m_key);
    put(1, 0, fieldLabel(QStringLiteral("Length"), m_length), m_length, m_announced);
    put(0, 3, fieldLabel(QStringLiteral("Compression"), m_compressing), m_compressing, nullptr);
    put(1, 3, fieldLabel(QStringLiteral("Fragments"), m_fragments), m_fragments, nullptr);
    put(2, 0, fieldLabel(QStringLiteral("Between"), m_between), m_between, nullptr);
    put(2, 3, m_closeLabel, m_closeCode, nullptr);
    rest->setColumnStretch(2, 1);
    rest->setColumnStretch(5, 1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(bits);
    layout->addWidget(m_payload, 1);
    layout->addLayout(rest);
    QWidget* const order[] = {m_opcode,      m_fin,       m_rsv[0],  m_rsv[1],   m_rsv[2],
                              m_payload,     m_masking,   m_key,     m_length,   m_announced,
                              m_compressing, m_fragments, m_between, m_closeCode};
    for (std::size_t i = 1; i < std::size(order); ++i) setTabOrder(order[i - 1], order[i]);
}

void FrameForm::updateFields() {
    const bool ownKey = static_cast<Masking>(m_masking->currentIndex()) == Masking::Fixed;
    m_key->setEnabled(ownKey);
    m_key->setPlaceholderText(ownKey ? QStringLiteral("37 fa 21 3d") : QString());
    const bool close = m_opcode->currentIndex() == kClose;
    m_closeLabel->setVisible(close || !m_closeCode->text().isEmpty());
    m_closeCode->setVisible(close || !m_closeCode->text().isEmpty());
}

/// Bytes go as binary and text as text, as long as nobody chose something else.
void FrameForm::followPayloadKind() {
    using Kind = compose::Payload::Kind;
    const Kind kind = m_payload->payload().kind;
    const bool bytes = kind == Kind::Hex || kind == Kind::File;
    if (bytes && m_opcode->currentIndex() == kText) m_opcode->setCurrentIndex(kBinary);
    if (!bytes && m_opcode->currentIndex() == kBinary) m_opcode->setCurrentIndex(kText);
}

compose::Draft FrameForm::draft() const {
    FrameDraft frame;
    frame.opcode = static_cast<std::uint8_t>(m_opcode->currentIndex());
    frame.fin = m_fin->isChecked();
    for (std::size_t i = 0; i < 3; ++i) {
        const Qt::CheckState state = m_rsv[i]->checkState();
        if (state != Qt::PartiallyChecked) frame.rsv[i] = state == Qt::Checked;
    }
    frame.payload = m_payload->payload();
    frame.masking = static_cast<Masking>(m_masking->currentIndex());
    if (frame.masking == Masking::Fixed) {
        frame.maskingKey = parseKey(m_key->text()).value_or(frame.maskingKey);
    }
    frame.length = static_cast<compose::LengthChoice>(m_length->currentIndex());
    frame.announcedLength = parseNumber<std::uint64_t>(m_announced->text());
    frame.compressing = static_cast<compose::Compressing>(m_compressing->currentIndex());
    frame.fragments = parseSizes(m_fragments->text()).value_or(frame.fragments);
    if (!m_loadedBetween.empty() && m_between->text() == m_loadedBetweenText) {
        frame.between = m_loadedBetween;  // with what the field cannot say
    } else {
        frame.between = parseBetween(m_between->text()).value_or(frame.between);
    }
    frame.closeCode = parseNumber<std::uint16_t>(m_closeCode->text());
    return frame;
}

bool FrameForm::takes(const compose::Draft& draft) const {
    return std::holds_alternative<FrameDraft>(draft);
}

void FrameForm::setDraft(const compose::Draft& draft) {
    const auto& frame = std::get<FrameDraft>(draft);
    {
        const QSignalBlocker quiet(this);
        m_opcode->setCurrentIndex(frame.opcode & 0xf);
        m_fin->setChecked(frame.fin);
        for (std::size_t i = 0; i < 3; ++i) m_rsv[i]->setCheckState(stateOf(frame.rsv[i]));
        m_payload->setPayload(frame.payload);
        m_masking->setCurrentIndex(static_cast<int>(frame.masking));
        m_key->setText(frame.masking == Masking::Fixed ? keyText(frame.maskingKey) : QString());
        m_length->setCurrentIndex(static_cast<int>(frame.length));
        m_announced->setText(frame.announcedLength ? QString::number(*frame.announcedLength)
                                                   : QString());
        m_compressing->setCurrentIndex(static_cast<int>(frame.compressing));
        QStringList sizes;
        for (const std::uint64_t size : frame.fragments) sizes << QString::number(size);
        m_fragments->setText(sizes.join(QStringLiteral(", ")));
        m_loadedBetween = frame.between;
        m_loadedBetweenText = betweenText(frame.between);
        m_between->setText(m_loadedBetweenText);
        m_loadedBetweenText = m_between->text();
        m_closeCode->setText(frame.closeCode ? QString::number(*frame.closeCode) : QString());
        updateFields();
    }
    Q_EMIT changed();
}

QString FrameForm::fault() const {
    if (static_cast<Masking>(m_masking->currentIndex()) == Masking::Fixed &&
        !parseKey(m_key->text())) {
        return QStringLiteral("A masking key is four bytes in hex: “37 fa 21 3d”.");
    }
    const auto isBad = [](const QLineEdit* field, bool readable) {
        return !field->text().trimmed().isEmpty() && !readable;
    };
    if (isBad(m_announced, parseNumber<std::uint64_t>(m_announced->text()).has_value())) {
        return QStringLiteral("The announced length must be a number.");
    }
    if (isBad(m_fragments, parseSizes(m_fragments->text()).has_value())) {
        return QStringLiteral("Sizes of fragments are numbers of bytes: “3, 2”.");
    }
    const bool asLoaded = !m_loadedBetween.empty() && m_between->text() == m_loadedBetweenText;
    if (!asLoaded && isBad(m_between, parseBetween(m_between->text()).has_value())) {
        return QStringLiteral(
            "Frames between are written as “1 ping hello, 2 pong”: behind which "
            "fragment, what, and its text.");
    }
    if (isBad(m_closeCode, parseNumber<std::uint16_t>(m_closeCode->text()).has_value())) {
        return QStringLiteral("A close code is a number from 0 to 65535.");
    }
    return {};
}

void FrameForm::takeFocus() {
    m_payload->editor().setFocus();
}

}  // namespace framescope
