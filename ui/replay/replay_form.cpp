// One column, so that it has room beside the tables as well as alone.
#include "ui/replay/replay_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/theme/fonts.h"
#include "ui/widgets/error_label.h"
#include "ui/widgets/line_list.h"

namespace framescope {
namespace {

QLabel* remarkLabel(const QString& text) {
    auto* const label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setMinimumWidth(60);
    return label;
}

QString timingRemark(replay::Timing timing) {
    switch (timing) {
        case replay::Timing::Conversation:
            return QStringLiteral(
                "The next goes out when what came before it in the recording was answered.");
        case replay::Timing::Recorded:
            return QStringLiteral("Each goes out when it did in the recording.");
        case replay::Timing::AsFast:
            return QStringLiteral("Everything goes out at once; answers are sorted out after.");
    }
    return {};
}

QList<QStringList> asLines(const QStringList& texts) {
    QList<QStringList> lines;
    for (const QString& text : texts) lines << QStringList{text};
    return lines;
}

QStringList asTexts(const QList<QStringList>& lines) {
    QStringList texts;
    for (const QStringList& line : lines) texts << line.value(0);
    return texts;
}

/// A label with its field, the field to the right.
QWidget* fieldLine(const QString& text, QWidget* field, int stretch = 0) {
    auto* const line = new QWidget;
    auto* const layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto* const label = new QLabel(text);
    label->setBuddy(field);
    layout->addWidget(label);
    if (stretch == 0) layout->addStretch(1);
    layout->addWidget(field, stretch);
    return line;
}

}  // namespace

ReplayForm::ReplayForm(QWidget* parent)
    : QWidget(parent),
      m_layout(new QVBoxLayout(this)),
      m_timing(new QComboBox),
      m_timingRemark(remarkLabel({})),
      m_speed(new QDoubleSpinBox),
      m_speedLine(nullptr),
      m_patience(new QSpinBox),
      m_masks(new QCheckBox(QStringLiteral("&Masking keys as recorded"))),
      m_ignored(new LineList(QStringLiteral("Not compared"), {QStringLiteral("$.time")},
                             [](const QStringList& line) { return whyBadIgnored(line.value(0)); })),
      m_later(new QSpinBox),
      m_rules(new LineList(QStringLiteral("Replacement"),
                           {QStringLiteral("pattern"), QStringLiteral("replacement")}, whyBadRule)),
      m_captures(new LineList(
          QStringLiteral("Taken from answers"), {QStringLiteral("\"token\":\"(?<token>[^\"]+)\"")},
          [](const QStringList& line) { return whyBadCapture(line.value(0)); })),
      m_verify(new QCheckBox(QStringLiteral("Check &certificates"))),
      m_unverified(new ErrorLabel(Severity::Warning)),
      m_caFile(new QLineEdit),
      m_proxy(new QLineEdit),
      m_proxyError(new ErrorLabel) {
    m_layout->setContentsMargins(14, 10, 14, 16);
    m_layout->setSpacing(6);
    layOutTiming();
    layOutAnswers();
    layOutTexts();
    layOutConnection();
    m_layout->addStretch(1);
    setChoices({});
    connect(m_timing, &QComboBox::currentIndexChanged, this, &ReplayForm::changed);
    connect(m_speed, &QDoubleSpinBox::valueChanged, this, &ReplayForm::changed);
    for (QSpinBox* box : {m_patience, m_later}) {
        connect(box, &QSpinBox::valueChanged, this, &ReplayForm::changed);
    }
    for (QCheckBox* box : {m_masks, m_verify}) {
        connect(box, &QCheckBox::toggled, this, &ReplayForm::changed);
    }
    for (LineList* list : {m_ignored, m_rules, m_captures}) {
        connect(list, &LineList::edited, this, &ReplayForm::changed);
    }
    for (QLineEdit* edit : {m_caFile, m_proxy}) {
        connect(edit, &QLineEdit::textChanged, this, &ReplayForm::changed);
    }
}

QVBoxLayout* ReplayForm::addSection(const QString& title, const QString& remark) {
    if (m_layout->count() != 0) m_layout->addSpacing(12);
    auto* const label = new QLabel(title);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    m_layout->addWidget(label);
    if (!remark.isEmpty()) m_layout->addWidget(remarkLabel(remark));
    return m_layout;
}

void ReplayForm::layOutTiming() {
    QVBoxLayout& section = *addSection(QStringLiteral("Timing"), {});
    m_timing->addItem(QStringLiteral("In conversation"),
                      static_cast<int>(replay::Timing::Conversation));
    m_timing->addItem(QStringLiteral("As recorded"), static_cast<int>(replay::Timing::Recorded));
    m_timing->addItem(QStringLiteral("As fast as possible"),
                      static_cast<int>(replay::Timing::AsFast));
    m_timing->setAccessibleName(QStringLiteral("Timing"));
    section.addWidget(m_timing);
    section.addWidget(m_timingRemark);
    m_speed->setRange(0.01, 1000);
    m_speed->setDecimals(2);
    m_speed->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    m_speed->setSuffix(QStringLiteral(" × as fast"));
    m_speedLine = fieldLine(QStringLiteral("Spee&d"), m_speed);
    section.addWidget(m_speedLine);
    m_patience->setRange(100, 600'000);
    m_patience->setSingleStep(500);
    m_patience->setSuffix(QStringLiteral(" ms"));
    m_patience->setGroupSeparatorShown(false);
    m_patience->setToolTip(QStringLiteral(
        "How long an answer is waited for, and at the end how long for what is missing"));
    section.addWidget(fieldLine(QStringLiteral("&Wait for an answer"), m_patience));
    m_masks->setToolTip(QStringLiteral("Else each frame gets a fresh random key"));
    section.addWidget(m_masks);
}

void ReplayForm::layOutAnswers() {
    QVBoxLayout& section =
        *addSection(QStringLiteral("Not compared"),
                    QStringLiteral("Fields that may differ: “$.time”, “$[1].id”, “$..ts” anywhere, "
                                   "“header:Date”."));
    section.addWidget(m_ignored);
    m_later->setRange(0, 600'000);
    m_later->setSingleStep(100);
    m_later->setSpecialValueText(QStringLiteral("any time"));
    m_later->setSuffix(QStringLiteral(" ms"));
    m_later->setToolTip(
        QStringLiteral("An answer that comes later than recorded by more than "
                       "this counts as different"));
    section.addWidget(fieldLine(QStringLiteral("Answers may be &later by"), m_later));
}

void ReplayForm::layOutTexts() {
    QVBoxLayout& section = *addSection(
        QStringLiteral("Replaced in what is sent"),
        QStringLiteral("Regular expressions. “$1” is a group, “$\u2060{env:HOME}” a variable of "
                       "the environment, “$\u2060{received:token}” what was taken from an "
                       "answer."));
    section.addWidget(m_rules);
    section.addSpacing(4);
    section.addWidget(remarkLabel(QStringLiteral("Taken from answers, by groups with names:")));
    section.addWidget(m_captures);
}

void ReplayForm::layOutConnection() {
    QVBoxLayout& section = *addSection(QStringLiteral("Connection"), {});
    section.addWidget(m_verify);
    m_unverified->setText(
        QStringLiteral("Certificates are not checked: whoever answers is believed."));
    section.addWidget(m_unverified);
    m_caFile->setPlaceholderText(QStringLiteral("the system's"));
    m_caFile->setFont(fixedFont());
    section.addWidget(fieldLine(QStringLiteral("C&A file"), m_caFile, 1));
    m_proxy->setPlaceholderText(QStringLiteral("none, or HOST:PORT"));
    m_proxy->setFont(fixedFont());
    section.addWidget(fieldLine(QStringLiteral("HTTP pro&xy"), m_proxy, 1));
    section.addWidget(m_proxyError);
}

void ReplayForm::setChoices(const ReplayChoices& choices) {
    {
        const QSignalBlocker quiet(this);
        m_timing->setCurrentIndex(m_timing->findData(static_cast<int>(choices.timing)));
        m_speed->setValue(choices.speed);
        m_patience->setValue(choices.patienceMs);
        m_masks->setChecked(choices.recordedMasks);
        m_later->setValue(choices.laterThanMs);
        m_ignored->setLines(asLines(choices.ignored));
        m_rules->setLines(choices.rules);
        m_captures->setLines(asLines(choices.captures));
        m_verify->setChecked(choices.verify);
        m_caFile->setText(choices.caFile);
        m_proxy->setText(choices.proxy);
    }
    changed();
}

ReplayChoices ReplayForm::choices() const {
    ReplayChoices choices;
    choices.timing = static_cast<replay::Timing>(m_timing->currentData().toInt());
    choices.speed = m_speed->value();
    choices.recordedMasks = m_masks->isChecked();
    choices.patienceMs = m_patience->value();
    choices.laterThanMs = m_later->value();
    choices.verify = m_verify->isChecked();
    choices.caFile = m_caFile->text();
    choices.proxy = m_proxy->text();
    choices.rules = m_rules->lines();
    choices.captures = asTexts(m_captures->lines());
    choices.ignored = asTexts(m_ignored->lines());
    return choices;
}

QString ReplayForm::obstacle() const {
    for (const LineList* list : {m_ignored, m_rules, m_captures}) {
        if (!list->error().isEmpty()) return list->error();
    }
    return m_proxyError->text();
}

void ReplayForm::showObstacle() {
    for (LineList* list : {m_ignored, m_rules, m_captures}) {
        if (list->error().isEmpty()) continue;
        list->focusError();
        return;
    }
    if (!m_proxyError->text().isEmpty()) m_proxy->setFocus();
}

void ReplayForm::ignore(const QString& path) {
    m_ignored->addLine({path});
}

void ReplayForm::changed() {
    const auto timing = static_cast<replay::Timing>(m_timing->currentData().toInt());
    m_timingRemark->setText(timingRemark(timing));
    m_speedLine->setVisible(timing == replay::Timing::Recorded);
    m_unverified->setVisible(!m_verify->isChecked());
    m_proxyError->setText(whyBadProxy(m_proxy->text()));
    m_proxyError->setVisible(!m_proxyError->text().isEmpty());
    Q_EMIT edited();
}

}  // namespace framescope
