// What is wrong stands on top: it is what somebody has to know before sending.
#include "ui/composer/preview_pane.h"

#include <algorithm>

#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>
#include <QVBoxLayout>

#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/pane.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kMostLines = 4;
constexpr int kMargin = 8;
constexpr qsizetype kLongestName = 18;

/// "ping", "text fragment": what the row's text begins with, where it begins with a name.
QString shortName(const PreviewRow& row) {
    const qsizetype end = row.info.indexOf(QLatin1String("  "));
    QString name = end < 0 ? row.info : row.info.left(end);
    if (name.isEmpty() || name.size() > kLongestName) name = row.name;
    return name.replace(QLatin1Char('&'), QLatin1String("&&"));
}
}  // namespace

IssueList::IssueList(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setObjectName(QStringLiteral("issues"));
    hide();
}

void IssueList::setIssues(std::vector<PreviewIssue> issues) {
    if (issues == m_issues) return;
    m_issues = std::move(issues);
    QStringList lines;
    for (const PreviewIssue& issue : m_issues) lines << issue.sentence;
    setAccessibleName(lines.join(QLatin1Char('\n')));
    setVisible(!m_issues.empty());
    updateGeometry();
    update();
}

int IssueList::shownLines() const {
    return std::min(static_cast<int>(m_issues.size()), kMostLines);
}

QSize IssueList::sizeHint() const {
    return {200, shownLines() * (fontMetrics().height() + 4) + 6};
}

void IssueList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    const int line = fontMetrics().height() + 4;
    const int mark = fontMetrics().height();
    for (int i = 0; i < shownLines(); ++i) {
        const PreviewIssue& issue = m_issues[static_cast<std::size_t>(i)];
        const QRect place(kMargin, 2 + i * line, width() - 2 * kMargin, line);
        const auto left = static_cast<int>(m_issues.size()) - kMostLines + 1;
        const bool counts = i == kMostLines - 1 && left > 1;
        paintSeverityMark(painter, QRect(place.left(), place.top(), mark, line), mark * 0.6,
                          issue.severity, colors);
        painter.setPen(severityColor(colors, issue.severity, colors.text));
        const QRect text = place.adjusted(mark + 4, 0, 0, 0);
        painter.drawText(
            text, Qt::AlignVCenter | Qt::AlignLeft,
            fontMetrics().elidedText(counts ? QStringLiteral("%1 more").arg(left) : issue.sentence,
                                     Qt::ElideRight, text.width()));
    }
}

bool IssueList::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    QStringList lines;
    for (const PreviewIssue& issue : m_issues) lines << issue.sentence;
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                       plainToolTip(lines.join(QLatin1Char('\n'))), this);
    return true;
}

PreviewPane::PreviewPane(QWidget* parent)
    : QWidget(parent),
      m_summary(new QLabel),
      m_issues(new IssueList),
      m_frames(new FlatTabBar),
      m_tree(new FieldTreeView),
      m_sources(new SourceTabs) {
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setWordWrap(true);
    m_summary->setContentsMargins(kMargin, 5, kMargin, 4);
    m_summary->setObjectName(QStringLiteral("previewSummary"));
    m_frames->setAccessibleName(QStringLiteral("Frames of the message"));
    m_frames->hide();
    m_tree->setMinimumSize(100, 50);
    m_sources->setMinimumSize(100, 50);
    auto* const splitter = new HairlineSplitter(Qt::Vertical);
    splitter->addWidget(new Pane(m_tree));
    splitter->addWidget(new Pane(m_sources));
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_summary);
    layout->addWidget(m_issues);
    layout->addWidget(m_frames);
    layout->addWidget(splitter, 1);
    connect(m_frames, &QTabBar::currentChanged, this, &PreviewPane::showRow);
    connect(m_tree, &FieldTreeView::fieldSelected, m_sources, &SourceTabs::showField);
    connect(m_sources, &SourceTabs::byteActivated, this, [this](SourceId source, quint64 position) {
        if (m_dissection) m_tree->selectField(m_dissection->fields.innermost(source, position));
    });
    setView({});
}

QTabBar& PreviewPane::frames() {
    return *m_frames;
}

QString PreviewPane::summary() const {
    return m_summary->text();
}

void PreviewPane::setView(const DraftView& view) {
    m_view = view;
    QString summary;
    if (!view.fault.isEmpty()) {
        summary = view.fault;
    } else if (view.tooLong) {
        summary = QStringLiteral("%1 are about to be sent; that is too much to be shown.")
                      .arg(byteCount(view.bytes));
    } else if (!view.rows.empty()) {
        summary = QStringLiteral("About to be sent: %1").arg(byteCount(view.bytes));
        if (view.allRows > 1) summary += QStringLiteral(" in %1 frames").arg(view.allRows);
    } else if (view.bytes != 0) {
        summary = QStringLiteral("About to be sent: %1, which are not a whole frame or message yet")
                      .arg(byteCount(view.bytes));
    } else {
        summary = QStringLiteral("Nothing to send yet");
    }
    m_summary->setText(summary);
    m_issues->setIssues(view.issues);
    const int before = std::max(m_frames->currentIndex(), 0);
    {
        const QSignalBlocker quiet(m_frames);
        while (m_frames->count() > 0) m_frames->removeTab(m_frames->count() - 1);
        for (std::size_t i = 0; i < view.rows.size(); ++i) {
            m_frames->addTab(QStringLiteral("%1  %2").arg(i + 1).arg(shortName(view.rows[i])));
        }
        m_frames->setVisible(view.rows.size() > 1);
    }
    const int last = static_cast<int>(view.rows.size()) - 1;
    m_frames->setCurrentIndex(std::min(before, last));
    showRow(m_frames->currentIndex());
}

void PreviewPane::showRow(int row) {
    const bool is = row >= 0 && row < static_cast<int>(m_view.rows.size());
    m_dissection = is ? m_view.rows[static_cast<std::size_t>(row)].dissection : nullptr;
    m_sources->setDissection(m_dissection);
    m_tree->setDissection(m_dissection);
}

void PreviewPane::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), roleColors(palette()).surface);
}

}  // namespace framescope
