// Figures of the session as they are; nothing is counted here.
#include "ui/window/status_line.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>

#include "capture/session/session.h"
#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

/// A number of issues with the mark of their severity.
class IssueCount : public QWidget {
public:
    IssueCount(Severity severity, const char* one, const char* many, QWidget* parent)
        : QWidget(parent), m_severity(severity), m_one(one), m_many(many) {
        hide();
    }

    void setCount(quint64 count) {
        m_text = counted(count, m_one, m_many);
        setAccessibleName(m_text);
        setFixedWidth(fontMetrics().horizontalAdvance(m_text) + fontMetrics().height() + 8);
        setVisible(count != 0);
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const RoleColors& colors = roleColors(palette());
        const int mark = fontMetrics().height();
        paintSeverityMark(painter, QRect(0, 0, mark, height()), mark * 0.6, m_severity, colors);
        painter.setPen(severityColor(colors, m_severity, colors.dim));
        painter.drawText(rect().adjusted(mark + 3, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         m_text);
    }

private:
    Severity m_severity;
    const char* m_one;
    const char* m_many;
    QString m_text;
};

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent),
      m_summaryLabel(new QLabel(this)),
      m_notices(new FlatButton(QString(), this)),
      m_progress(new QProgressBar(this)),
      m_cancel(new FlatButton(QStringLiteral("Cancel"), this)) {
    m_counts = {new IssueCount(Severity::Error, "error", "errors", this),
                new IssueCount(Severity::Warning, "warning", "warnings", this),
                new IssueCount(Severity::Note, "note", "notes", this)};
    m_summaryLabel->setTextFormat(Qt::PlainText);
    m_summaryLabel->setForegroundRole(QPalette::PlaceholderText);
    m_summaryLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_notices->hide();
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(140, fontMetrics().height() / 2 + 2);
    m_progress->hide();
    m_cancel->hide();
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 2, 10, 2);
    layout->setSpacing(12);
    layout->addWidget(m_summaryLabel, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_cancel);
    layout->addWidget(m_notices);
    for (IssueCount* count : m_counts) layout->addWidget(count);
    setFixedHeight(fontMetrics().height() + 14);
    m_cancel->setMaximumHeight(height() - 4);
    m_notices->setMaximumHeight(height() - 4);
    connect(m_cancel, &FlatButton::clicked, this, &StatusLine::cancelRequested);
    connect(m_notices, &FlatButton::clicked, this, &StatusLine::noticesRequested);
}

QString statusSummary(const Session& session, const StatusFacts& facts) {
    const Statistics& figures = session.statistics();
    QStringList parts{facts.name};
    const quint64 rows = session.rowCount();
    const auto shown = static_cast<quint64>(facts.shownRows);
    if (facts.live) {
        if (facts.narrowed) parts << counted(shown, "row shown", "rows shown");
    } else if (facts.narrowed) {
        parts << QStringLiteral("%1 of %2").arg(groupedNumber(shown), counted(rows, "row", "rows"));
    } else {
        parts << counted(rows, "row", "rows");
    }
    if (facts.limitReached) {
        parts << QStringLiteral("only the first %1 can be shown").arg(groupedNumber(shown));
    }
    parts << counted(session.connectionCount(), "connection", "connections");
    if (!facts.live) parts << counted(figures.packets, "packet", "packets");
    // What a fragment is part of is told by its datagram, so it counts as neither.
    // Nor is it known of what could not be read whether TCP is in it.
    const quint64 unread = figures.unknownLinkPackets + figures.undescribedPackets +
                           figures.malformedPackets + figures.cutShortPackets;
    const quint64 withoutTcp = figures.packets - figures.tcpPackets - figures.ipFragments - unread;
    if (!facts.live && withoutTcp != 0) {
        parts << QStringLiteral("%1 without TCP").arg(groupedNumber(withoutTcp));
    }
    if (!facts.live && figures.ipFragments != 0) {
        parts << counted(figures.ipFragments, "IP fragment", "IP fragments");
    }
    const auto addUnread = [&](quint64 count, const char* what) {
        if (!facts.live && count != 0) {
            parts << groupedNumber(count) + QLatin1Char(' ') + QLatin1String(what);
        }
    };
    addUnread(figures.malformedPackets, "malformed");
    addUnread(figures.cutShortPackets, "captured too short");
    addUnread(figures.unknownLinkPackets, "of a link type not read");
    addUnread(figures.undescribedPackets, "of an unknown interface");
    if (figures.packets > 1 && figures.hasTimes())
        parts << shortDuration(figures.lastTimeNs - figures.firstTimeNs);
    if (facts.reading) {
        parts << QStringLiteral("reading…");
    } else if (facts.cancelled) {
        parts << QStringLiteral("reading was stopped");
    }
    if (facts.saved && !facts.reading) parts << QStringLiteral("saving a copy…");
    return parts.join(QStringLiteral("  ·  "));
}

void StatusLine::showSession(const Session* session, const StatusFacts& facts) {
    m_summary = session != nullptr ? statusSummary(*session, facts) : QString();
    elide();
    const Statistics figures = session != nullptr ? session->statistics() : Statistics{};
    const auto issues = [&](Severity s) {
        const auto place = static_cast<std::size_t>(s);
        return figures.issues[place] + facts.wrongChecksums[place];
    };
    m_counts[0]->setCount(issues(Severity::Error));
    m_counts[1]->setCount(issues(Severity::Warning));
    m_counts[2]->setCount(issues(Severity::Note));
    const quint64 notices = session != nullptr ? session->notices().size() : 0;
    m_notices->setText(counted(notices, "notice", "notices"));
    m_notices->updateGeometry();
    m_notices->setVisible(notices != 0);
    const bool known = !facts.reading || figures.bytesTotal != 0;
    m_progress->setRange(0, known ? 1000 : 0);
    if (known) {
        const double done = facts.reading ? static_cast<double>(figures.bytesRead) /
                                                static_cast<double>(figures.bytesTotal)
                                          : facts.saved.value_or(0);
        m_progress->setValue(static_cast<int>(done * 1000));
    }
    m_cancel->setToolTip(facts.reading
                             ? QStringLiteral("Stop reading; what was read stays (Esc)")
                             : QStringLiteral("Stop saving; nothing is left of the new file"));
    m_progress->setVisible(facts.reading || facts.saved);
    m_cancel->setVisible(facts.reading || facts.saved);
}

QString StatusLine::summary() const {
    return m_summary;
}

void StatusLine::elide() {
    m_summaryLabel->setText(
        fontMetrics().elidedText(m_summary, Qt::ElideRight, m_summaryLabel->width()));
    m_summaryLabel->setToolTip(plainToolTip(m_summary));
}

void StatusLine::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QMetaObject::invokeMethod(this, &StatusLine::elide, Qt::QueuedConnection);
}

void StatusLine::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, 0, width(), 1, colors.hairline);
}

}  // namespace framescope
