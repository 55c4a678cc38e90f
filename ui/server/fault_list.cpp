// Some twenty lines: widgets, so that each field is an ordinary field. Numbers are lines of text,
// because they go up to 2^64 - 1.
#include "ui/server/fault_list.h"

#include <algorithm>

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"
#include "ui/widgets/error_label.h"

namespace framescope {

using server::Fault;
using server::Misbehaviour;

namespace {

constexpr int kIndent = 24;  // pixels, below the text of a check box

QString shown(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QLabel* remark(const QString& text) {
    auto* const label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setMinimumWidth(60);
    return label;
}

}  // namespace

QString faultGroup(Fault fault) {
    switch (fault) {
        case Fault::WrongAccept:
        case Fault::Refuse:
        case Fault::UnaskedSubprotocol:
        case Fault::UnaskedExtension:
            return QStringLiteral("Handshake");
        case Fault::Close:
        case Fault::CutInFrame:
        case Fault::Reset:
            return QStringLiteral("How connections end");
        case Fault::Masked:
        case Fault::BadUtf8:
        case Fault::ReservedBits:
        case Fault::ReservedOpcode:
        case Fault::LyingLength:
        case Fault::BrokenDeflate:
        case Fault::DeflateBomb:
            return QStringLiteral("Frames");
        case Fault::NoPong:
        case Fault::NoHeartbeat:
        case Fault::SlowReading:
        case Fault::SlowWriting:
        case Fault::SplitWriting:
            return QStringLiteral("Silence and pace");
        case Fault::LateAck:
        case Fault::DoubleAck:
        case Fault::MissingAck:
        case Fault::UnknownSid:
            return QStringLiteral("Socket.IO and Engine.IO");
        case Fault::Count:
            break;
    }
    return QStringLiteral("Others");
}

bool parseFaultNumber(const QString& text, std::optional<std::uint64_t>& number) {
    number.reset();
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty()) return true;
    bool isNumber = false;
    const quint64 value = trimmed.toULongLong(&isNumber);
    if (isNumber) number = value;
    return isNumber;
}

FaultList::FaultList(QWidget* parent)
    : QWidget(parent), m_search(new QLineEdit), m_nothing(remark({})) {
    m_search->setPlaceholderText(QStringLiteral("Find a misbehaviour"));
    m_search->setAccessibleName(QStringLiteral("Find a misbehaviour"));
    m_search->setClearButtonEnabled(true);
    auto* const content = new QWidget;
    auto* const lines = new QVBoxLayout(content);
    lines->setContentsMargins(14, 4, 14, 14);
    lines->setSpacing(8);
    for (const server::FaultInfo& info : server::allFaults()) {
        const QString heading = faultGroup(info.fault);
        const bool begins = m_groups.empty() || m_groups.back().title->text() != heading;
        if (begins) {
            auto* const title = new QLabel(heading);
            QFont bold = title->font();
            bold.setWeight(QFont::DemiBold);
            title->setFont(bold);
            title->setContentsMargins(0, m_groups.empty() ? 0 : 10, 0, 0);
            lines->addWidget(title);
            m_groups.push_back({title, {}});
        }
        m_groups.back().lines.push_back(m_lines.size());
        m_lines.push_back(makeLine(info));
        lines->addWidget(m_lines.back().widget);
    }
    m_nothing->hide();
    lines->addWidget(m_nothing);
    lines->addStretch(1);

    auto* const scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    content->setAutoFillBackground(false);
    scroll->viewport()->setBackgroundRole(QPalette::Base);
    scroll->viewport()->setAutoFillBackground(true);
    auto* const searchLine = new QHBoxLayout;
    searchLine->setContentsMargins(14, 8, 14, 6);
    searchLine->addWidget(m_search);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(searchLine);
    layout->addWidget(scroll, 1);
    setFocusProxy(m_search);
    connect(m_search, &QLineEdit::textChanged, this, &FaultList::search);
}

FaultList::Line FaultList::makeLine(const server::FaultInfo& info) {
    Line line;
    line.info = info;
    line.widget = new QWidget;
    line.box = new QCheckBox(shown(info.name));
    line.box->setFont(fixedFont());
    auto* const sentence = remark(shown(info.sentence));
    sentence->setContentsMargins(kIndent, 0, 0, 0);
    line.details = new QWidget;
    auto* const details = new QHBoxLayout(line.details);
    details->setContentsMargins(kIndent, 2, 0, 0);
    details->setSpacing(8);
    if (!info.number.empty()) {
        line.number = new QLineEdit;
        line.number->setFont(fixedFont());
        line.number->setPlaceholderText(shown(info.number));
        line.number->setToolTip(shown(info.number));
        line.number->setAccessibleName(shown(info.name) + QStringLiteral(": ") +
                                       shown(info.number));
        line.number->setMinimumWidth(60);
        details->addWidget(line.number, 1);
    }
    line.after = new QSpinBox;
    line.after->setRange(0, 1'000'000);
    line.after->setSpecialValueText(QStringLiteral("at once"));
    line.after->setPrefix(QStringLiteral("after "));
    line.after->setSuffix(QStringLiteral(" messages"));
    line.after->setAccessibleName(shown(info.name) + QStringLiteral(": messages that pass before"));
    line.after->setToolTip(QStringLiteral("Messages that pass before it happens"));
    details->addWidget(line.after);
    if (line.number == nullptr) details->addStretch(1);
    line.error = new ErrorLabel;
    line.error->setContentsMargins(kIndent + 18, 0, 0, 0);
    line.error->setMarkInset(kIndent);
    line.error->hide();
    auto* const layout = new QVBoxLayout(line.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(1);
    layout->addWidget(line.box);
    layout->addWidget(sentence);
    layout->addWidget(line.details);
    layout->addWidget(line.error);
    line.details->hide();
    connect(line.box, &QCheckBox::toggled, this, [this, details = line.details](bool on) {
        details->setVisible(on);
        changed();
    });
    connect(line.after, &QSpinBox::valueChanged, this, [this, after = line.after](int messages) {
        after->setSuffix(messages == 1 ? QStringLiteral(" message") : QStringLiteral(" messages"));
        changed();
    });
    if (line.number != nullptr) {
        connect(line.number, &QLineEdit::textChanged, this, &FaultList::changed);
    }
    return line;
}

const FaultList::Line& FaultList::lineOf(Fault fault) const {
    return *std::find_if(m_lines.begin(), m_lines.end(),
                         [fault](const Line& line) { return line.info.fault == fault; });
}

QCheckBox* FaultList::boxOf(Fault fault) const {
    return lineOf(fault).box;
}

QLineEdit* FaultList::numberOf(Fault fault) const {
    return lineOf(fault).number;
}

QSpinBox* FaultList::afterOf(Fault fault) const {
    return lineOf(fault).after;
}

QString FaultList::errorOf(Fault fault) const {
    return lineOf(fault).error->text();
}

std::vector<Misbehaviour> FaultList::misbehaviours() const {
    std::vector<Misbehaviour> chosen;
    for (const Line& line : m_lines) {
        if (!line.box->isChecked()) continue;
        Misbehaviour one;
        one.fault = line.info.fault;
        one.after = static_cast<std::uint32_t>(line.after->value());
        if (line.number != nullptr && !parseFaultNumber(line.number->text(), one.number)) continue;
        chosen.push_back(one);
    }
    return chosen;
}

void FaultList::setMisbehaviours(const std::vector<Misbehaviour>& misbehaviours) {
    {
        const QScopedValueRollback guard(m_quiet, true);
        for (const Line& line : m_lines) {
            const auto at =
                std::find_if(misbehaviours.begin(), misbehaviours.end(),
                             [&](const Misbehaviour& one) { return one.fault == line.info.fault; });
            const bool on = at != misbehaviours.end();
            line.box->setChecked(on);
            if (!on) continue;
            line.after->setValue(static_cast<int>(std::min<std::uint32_t>(at->after, 1'000'000)));
            if (line.number != nullptr) {
                line.number->setText(at->number ? QString::number(*at->number) : QString());
            }
        }
    }
    changed();
}

void FaultList::search(const QString& words) {
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    bool any = false;
    for (const Group& group : m_groups) {
        bool anyInGroup = false;
        for (const std::size_t number : group.lines) {
            const Line& line = m_lines[number];
            const QString text =
                shown(line.info.name) + QLatin1Char(' ') + shown(line.info.sentence);
            const bool found = std::all_of(wanted.begin(), wanted.end(), [&](const QString& word) {
                return text.contains(word, Qt::CaseInsensitive);
            });
            line.widget->setVisible(found);
            anyInGroup = anyInGroup || found;
        }
        group.title->setVisible(anyInGroup);
        any = any || anyInGroup;
    }
    m_nothing->setText(QStringLiteral("No misbehaviour has these words."));
    m_nothing->setVisible(!any);
}

int FaultList::shownCount() const {
    return static_cast<int>(std::count_if(
        m_lines.begin(), m_lines.end(), [](const Line& line) { return !line.widget->isHidden(); }));
}

void FaultList::changed() {
    if (m_quiet) return;
    for (const Line& line : m_lines) {
        std::optional<std::uint64_t> number;
        const bool wrong = line.box->isChecked() && line.number != nullptr &&
                           !parseFaultNumber(line.number->text(), number);
        line.error->setText(wrong ? QStringLiteral("“%1” is no whole number; without a right one "
                                                   "the server does not do this.")
                                        .arg(line.number->text().left(40))
                                  : QString());
        line.error->setVisible(wrong);
    }
    const auto now = misbehaviours();
    if (now == m_told) return;
    m_told = now;
    Q_EMIT edited();
}

}  // namespace framescope
