// Whole MiB are exact enough for people; what the terminal sets to the byte never comes here.
#include "ui/reading/reading_limits.h"

#include <algorithm>

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/text/display_text.h"
#include "ui/widgets/flat_button.h"

namespace framescope {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr int kMostInflatedMiB = 65'536;
constexpr int kMostHeldMiB = 4'096;
constexpr int kMostSegments = 10'000'000;
constexpr int kMostConflicts = 1'000'000;

constexpr const char* kInflatedKey = "reading/inflatedMiB";
constexpr const char* kHeldKey = "reading/heldMiB";
constexpr const char* kSegmentsKey = "reading/heldSegments";
constexpr const char* kConflictsKey = "reading/conflicts";

int inMiB(std::uint64_t bytes) {
    return static_cast<int>(
        std::clamp<std::uint64_t>((bytes + kMiB - 1) / kMiB, 1, kMostInflatedMiB));
}

int stored(const QSettings& settings, const char* key, int otherwise, int most) {
    bool isNumber = false;
    const int value = settings.value(QLatin1String(key)).toInt(&isNumber);
    return isNumber ? std::clamp(value, 1, most) : otherwise;
}

/// Numbers as they stand everywhere: "32 768", whatever the locale would put between.
class GroupedSpinBox : public QSpinBox {
protected:
    QString textFromValue(int value) const override {
        return groupedNumber(static_cast<quint64>(value));
    }
    int valueFromText(const QString& text) const override {
        QString digits;
        for (const QChar c : text) {
            if (c.isDigit()) digits += c;
        }
        return digits.toInt();
    }
    QValidator::State validate(QString& text, int&) const override {
        QString typed = text;
        if (!suffix().isEmpty() && typed.endsWith(suffix())) typed.chop(suffix().size());
        quint64 value = 0;
        for (const QChar c : typed) {
            if (c.isSpace()) continue;
            if (c < QLatin1Char('0') || c > QLatin1Char('9')) return QValidator::Invalid;
            value = value * 10 + static_cast<quint64>(c.digitValue());
            if (value > static_cast<quint64>(maximum())) return QValidator::Invalid;
        }
        return value < static_cast<quint64>(minimum()) ? QValidator::Intermediate
                                                       : QValidator::Acceptable;
    }
};

QSpinBox* box(int most, const QString& unit, const QString& name, const QString& what) {
    auto* const spin = new GroupedSpinBox;
    spin->setRange(1, most);
    spin->setSuffix(unit);
    spin->setAccessibleName(name);
    spin->setToolTip(what);
    return spin;
}

}  // namespace

DecodeLimits storedLimits(const QSettings* settings) {
    DecodeLimits limits;
    if (settings == nullptr) return limits;
    const auto bytes = [settings](const char* key, std::uint64_t usual, int most) {
        return static_cast<std::uint64_t>(stored(*settings, key, inMiB(usual), most)) * kMiB;
    };
    limits.inflatedMessage = bytes(kInflatedKey, limits.inflatedMessage, kMostInflatedMiB);
    limits.heldBytes = bytes(kHeldKey, limits.heldBytes, kMostHeldMiB);
    limits.heldSegments = static_cast<std::uint64_t>(
        stored(*settings, kSegmentsKey, static_cast<int>(limits.heldSegments), kMostSegments));
    limits.conflicts = static_cast<std::uint64_t>(
        stored(*settings, kConflictsKey, static_cast<int>(limits.conflicts), kMostConflicts));
    return limits;
}

void storeLimits(QSettings& settings, const DecodeLimits& limits) {
    settings.setValue(QLatin1String(kInflatedKey), inMiB(limits.inflatedMessage));
    settings.setValue(QLatin1String(kHeldKey), inMiB(limits.heldBytes));
    settings.setValue(QLatin1String(kSegmentsKey), static_cast<int>(limits.heldSegments));
    settings.setValue(QLatin1String(kConflictsKey), static_cast<int>(limits.conflicts));
}

ReadingLimitsDialog::ReadingLimitsDialog(const DecodeLimits& limits, bool canReadAgain,
                                         QWidget* parent)
    : QDialog(parent),
      m_inflated(box(kMostInflatedMiB, QStringLiteral("\u202fMiB"),
                     QStringLiteral("Inflated message"),
                     QStringLiteral("Of one compressed message; those behind a longer one are "
                                    "read all the same"))),
      m_heldBytes(box(kMostHeldMiB, QStringLiteral("\u202fMiB"), QStringLiteral("Held bytes"),
                      QStringLiteral("Of one direction of a connection"))),
      m_heldSegments(box(kMostSegments, QString(), QStringLiteral("Held segments"),
                         QStringLiteral("Of one direction of a connection"))),
      m_conflicts(box(kMostConflicts, QString(), QStringLiteral("Conflicts listed"),
                      QStringLiteral("Places of one connection where bytes came again with other "
                                     "contents"))),
      m_readAgain(new FlatButton(QStringLiteral("Read &Again Now"))) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(QStringLiteral("Reading Limits"));
    auto* const about =
        new QLabel(QStringLiteral("What comes behind missing bytes is held until they come. When "
                                  "more is held than this, they "
                                  "are given up as missing. Of a message that inflates to more, "
                                  "only the beginning is read."));
    about->setTextFormat(Qt::PlainText);
    about->setWordWrap(true);
    about->setForegroundRole(QPalette::PlaceholderText);
    about->setMinimumWidth(380);
    auto* const form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(QStringLiteral("&Bytes held"), m_heldBytes);
    form->addRow(QStringLiteral("&Segments held"), m_heldSegments);
    form->addRow(QStringLiteral("&Message, inflated"), m_inflated);
    form->addRow(QStringLiteral("&Conflicts listed"), m_conflicts);
    auto* const defaults = new FlatButton(QStringLiteral("&Defaults"));
    auto* const cancel = new FlatButton(QStringLiteral("Cancel"));
    auto* const next = new FlatButton(QStringLiteral("For the &Next Capture"));
    next->setToolTip(QStringLiteral("These limits hold for whatever is read from now on"));
    m_readAgain->setToolTip(QStringLiteral("The open capture is read again with these limits"));
    m_readAgain->setEnabled(canReadAgain);
    auto* const buttons = new QHBoxLayout;
    buttons->setContentsMargins(0, 8, 0, 0);
    buttons->setSpacing(8);
    buttons->addWidget(defaults);
    buttons->addStretch(1);
    for (FlatButton* button : {cancel, next, m_readAgain}) buttons->addWidget(button);
    (canReadAgain ? m_readAgain : next)->setDefault(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 16, 18, 14);
    layout->setSpacing(12);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addStretch(1);
    layout->addLayout(buttons);
    fill(limits);
    m_heldBytes->setFocus();
    connect(defaults, &FlatButton::clicked, this, [this] { fill(DecodeLimits{}); });
    connect(cancel, &FlatButton::clicked, this, &QDialog::reject);
    connect(next, &FlatButton::clicked, this, [this] { choose(false); });
    connect(m_readAgain, &FlatButton::clicked, this, [this] { choose(true); });
}

void ReadingLimitsDialog::fill(const DecodeLimits& limits) {
    m_inflated->setValue(inMiB(limits.inflatedMessage));
    m_heldBytes->setValue(inMiB(limits.heldBytes));
    m_heldSegments->setValue(
        static_cast<int>(std::min<std::uint64_t>(limits.heldSegments, kMostSegments)));
    m_conflicts->setValue(
        static_cast<int>(std::min<std::uint64_t>(limits.conflicts, kMostConflicts)));
}

DecodeLimits ReadingLimitsDialog::limits() const {
    DecodeLimits limits;
    limits.inflatedMessage = static_cast<std::uint64_t>(m_inflated->value()) * kMiB;
    limits.heldBytes = static_cast<std::uint64_t>(m_heldBytes->value()) * kMiB;
    limits.heldSegments = static_cast<std::uint64_t>(m_heldSegments->value());
    limits.conflicts = static_cast<std::uint64_t>(m_conflicts->value());
    return limits;
}

void ReadingLimitsDialog::choose(bool readAgain) {
    const DecodeLimits wanted = limits();
    accept();
    Q_EMIT chosen(wanted, readAgain);
}

}  // namespace framescope
