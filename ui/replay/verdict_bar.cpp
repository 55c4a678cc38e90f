#include "ui/replay/verdict_bar.h"

#include <algorithm>

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>

#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kMargin = 14;
constexpr int kMarkWidth = 34;
constexpr int kMost = 10'000;  // of the progress bar, whose numbers are ints
}  // namespace

QString verdictWord(replay::Verdict verdict) {
    switch (verdict) {
        case replay::Verdict::Same:
            return QStringLiteral("Same");
        case replay::Verdict::Different:
            return QStringLiteral("Different");
        case replay::Verdict::Failed:
            break;
    }
    return QStringLiteral("Failed");
}

VerdictBar::VerdictBar(QWidget* parent)
    : QWidget(parent),
      m_label(new QLabel),
      m_progress(new QProgressBar),
      m_copy(new FlatButton(QStringLiteral("Copy"))),
      m_save(new FlatButton(QStringLiteral("Save Report…"))) {
    m_label->setTextFormat(Qt::PlainText);
    m_label->setWordWrap(true);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_label->setObjectName(QStringLiteral("verdict"));
    m_label->setMinimumWidth(60);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(140, 12);
    m_copy->setAccessibleName(QStringLiteral("Copy the sentence"));
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(kMarkWidth, 6, 14, 7);
    layout->setSpacing(8);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_copy);
    layout->addWidget(m_save);
    connect(m_copy, &FlatButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_label->text()); });
    connect(m_save, &FlatButton::clicked, this, &VerdictBar::saveRequested);
    showHint({});
}

void VerdictBar::show(Mark mark, const QString& sentence, bool canSave) {
    m_mark = mark;
    m_label->setText(sentence);
    m_label->setForegroundRole(mark == Mark::None ? QPalette::PlaceholderText
                                                  : QPalette::WindowText);
    const QMargins around = layout()->contentsMargins();
    layout()->setContentsMargins(mark == Mark::None ? kMargin : kMarkWidth, around.top(), kMargin,
                                 around.bottom());
    m_progress->hide();
    m_copy->setVisible(mark != Mark::None);
    m_save->setVisible(canSave);
    setAccessibleName(sentence);
    update();
}

void VerdictBar::showProgress(const QString& sentence, std::size_t done, std::size_t all) {
    show(Mark::None, sentence, false);
    m_progress->setRange(0, all == 0 ? 0 : kMost);
    if (all != 0) m_progress->setValue(static_cast<int>(std::min(done, all) * kMost / all));
    m_progress->show();
}

void VerdictBar::showVerdict(const replay::Report& report) {
    const bool good = report.verdict == replay::Verdict::Same;
    const QString sentence = displayText(report.sentence);
    const QString word = verdictWord(report.verdict);
    show(good ? Mark::Good : Mark::Bad,
         sentence.startsWith(word, Qt::CaseInsensitive) ? sentence
                                                        : word + QStringLiteral(". ") + sentence,
         true);
}

void VerdictBar::showError(const QString& sentence) {
    show(Mark::Bad, sentence, false);
}

void VerdictBar::showHint(const QString& sentence) {
    show(Mark::None, sentence, false);
}

QString VerdictBar::text() const {
    return m_label->text();
}

void VerdictBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
    const QRect place(8, 0, kMarkWidth - 12, height());
    const qreal size = fontMetrics().height() * 0.75;
    if (m_mark == Mark::Good) {
        painter.fillRect(0, 0, 3, height(), colors.client);
        paintGoodMark(painter, place, size, colors);
    } else if (m_mark == Mark::Bad) {
        painter.fillRect(0, 0, 3, height(), colors.error);
        paintSeverityMark(painter, place, size, Severity::Error, colors);
    }
}

}  // namespace framescope
