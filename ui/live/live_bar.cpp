// The figures are painted by one widget, which breaks them into lines like words.
#include "ui/live/live_bar.h"

#include <algorithm>

#include <QFileInfo>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QToolTip>
#include <QVBoxLayout>

#include "capture/session/session.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"

namespace framescope {
namespace {

constexpr int kMargin = 10;
constexpr int kDot = 20;    // width of the place in front of the state
constexpr int kSpace = 20;  // between two figures
constexpr int kInner = 6;   // between a figure's name and its value

LiveFigure count(const char* name, quint64 value, const QString& remark = {}) {
    return {QLatin1String(name), groupedNumber(value), LiveFigure::Look::Plain, remark};
}

LiveFigure drops(const char* name, std::optional<std::uint64_t> value, const QString& remark) {
    LiveFigure figure = count(name, value.value_or(0), remark);
    if (!value) {
        figure.value = QStringLiteral("not known");
        figure.look = LiveFigure::Look::Unknown;
    } else if (*value != 0) {
        figure.look = LiveFigure::Look::Warning;
    }
    return figure;
}

QString lastLine(const std::string& text) {
    const QString whole = QString::fromStdString(text).trimmed();
    return displayText(whole.mid(whole.lastIndexOf(QLatin1Char('\n')) + 1).toStdString(), 300);
}

}  // namespace

std::vector<LiveFigure> liveFigures(const LiveController& live, const Session* session) {
    const live::Figures& figures = live.status().figures;
    const quint64 read = session != nullptr ? session->statistics().packets : 0;
    const bool counted = figures.countsPackets;
    std::vector<LiveFigure> shown;
    shown.push_back(count("Packets", counted ? figures.packets : read,
                          QStringLiteral("Packets that were captured")));
    if (counted || figures.bytes != 0) {
        shown.push_back({QStringLiteral("Bytes"), byteCount(figures.bytes), LiveFigure::Look::Plain,
                         QStringLiteral("Bytes of these packets, as captured")});
    }
    shown.push_back(count("Rows", session != nullptr ? session->rowCount() : 0,
                          QStringLiteral("Rows that were read out of them")));
    if (!live.wasLeftBehind() && live.state() != LiveState::Starting) {
        shown.push_back(drops("Dropped by kernel", figures.kernelDrops,
                              QStringLiteral("The kernel's buffer was full: a larger one can be "
                                             "chosen in the options")));
        shown.push_back(drops("by interface", figures.interfaceDrops,
                              QStringLiteral("The interface or its driver had no room")));
        shown.push_back(
            drops("by us", figures.ourDrops, QStringLiteral("Received, but could not be written")));
        shown.push_back({live.hasSpool() ? QStringLiteral("Spool") : QStringLiteral("Written"),
                         byteCount(figures.spoolBytes), LiveFigure::Look::Plain,
                         QStringLiteral("Written to disk")});
    }
    shown.push_back({QStringLiteral("Index"),
                     byteCount(session != nullptr ? session->memoryBytes() : 0),
                     LiveFigure::Look::Plain,
                     QStringLiteral("What the rows take in memory; the capture itself is on "
                                    "disk")});
    return shown;
}

QString liveStateText(const LiveController& live) {
    const QString& source = live.sourceName();
    switch (live.state()) {
        case LiveState::None:
            return {};
        case LiveState::Starting:
            return QStringLiteral("Starting on %1").arg(source);
        case LiveState::Running:
            return QStringLiteral("Capturing on %1").arg(source);
        case LiveState::Stopping:
            return QStringLiteral("Stopping on %1").arg(source);
        case LiveState::Ended:
            break;
    }
    if (live.wasLeftBehind()) return QStringLiteral("Left behind: %1, not saved").arg(source);
    const bool failed =
        live.status().ending && live.status().ending->cause == live::Ending::Cause::Failed;
    if (!live.wholeCopy().isEmpty()) {
        return (failed ? QStringLiteral("Ended, saved in %1")
                       : QStringLiteral("Stopped, saved in %1"))
            .arg(displayText(QFileInfo(live.wholeCopy()).fileName().toStdString(), 80));
    }
    const QString word = failed ? QStringLiteral("Ended: %1") : QStringLiteral("Stopped: %1");
    return word.arg(source) + (live.hasUnsaved() ? QStringLiteral(", not saved") : QString());
}

QString elapsedText(qint64 milliseconds) {
    const qint64 seconds = milliseconds / 1000;
    const QString tail = QStringLiteral("%1").arg(seconds % 60, 2, 10, QLatin1Char('0'));
    if (seconds < 3600) return QStringLiteral("%1:%2").arg(seconds / 60).arg(tail);
    return QStringLiteral("%1:%2:%3")
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'))
        .arg(tail);
}

LiveFigures::LiveFigures(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void LiveFigures::setFigures(const std::vector<LiveFigure>& figures) {
    if (figures == m_figures) return;
    // Another figure in a place begins with the width it needs.
    m_widths.resize(figures.size());
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const bool same = i < m_figures.size() && m_figures[i].name == figures[i].name;
        if (!same) m_widths[i] = 0;
    }
    m_figures = figures;
    const QFontMetrics names(font());
    const QFontMetrics values(fixedFont());
    QStringList words;
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const int width = names.horizontalAdvance(figures[i].name) + kInner +
                          values.horizontalAdvance(figures[i].value);
        m_widths[i] = std::max(m_widths[i], width);
        words << figures[i].name + QLatin1Char(' ') + figures[i].value;
    }
    setAccessibleName(words.join(QStringLiteral(", ")));
    setFixedHeight(heightForWidth(width()));
    update();
}

std::vector<QRect> LiveFigures::places(int width) const {
    const int line = std::max(fontMetrics().height(), QFontMetrics(fixedFont()).height());
    std::vector<QRect> places;
    int x = 0;
    int y = 0;
    for (const int wanted : m_widths) {
        if (x != 0 && x + wanted > width) {
            x = 0;
            y += line + 2;
        }
        places.emplace_back(x, y, wanted, line);
        x += wanted + kSpace;
    }
    return places;
}

int LiveFigures::heightForWidth(int width) const {
    const auto all = places(width);
    return all.empty() ? fontMetrics().height() : all.back().bottom() + 1;
}

QSize LiveFigures::sizeHint() const {
    return {200, heightForWidth(std::max(width(), 200))};
}

QSize LiveFigures::minimumSizeHint() const {
    return {100, fontMetrics().height()};
}

void LiveFigures::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int wanted = heightForWidth(width());
    if (wanted != height()) setFixedHeight(wanted);
}

void LiveFigures::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    const QFont value = fixedFont();
    const auto all = places(width());
    for (std::size_t i = 0; i < m_figures.size(); ++i) {
        const LiveFigure& figure = m_figures[i];
        const bool warns = figure.look == LiveFigure::Look::Warning;
        painter.setFont(font());
        painter.setPen(warns ? colors.warning : colors.dim);
        painter.drawText(all[i], Qt::AlignLeft | Qt::AlignVCenter, figure.name);
        const int name = QFontMetrics(font()).horizontalAdvance(figure.name) + kInner;
        const bool unknown = figure.look == LiveFigure::Look::Unknown;
        painter.setFont(unknown ? font() : value);
        painter.setPen(warns ? colors.warning : unknown ? colors.dim : colors.text);
        painter.drawText(all[i].adjusted(name, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         figure.value);
    }
}

bool LiveFigures::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const auto all = places(width());
    for (std::size_t i = 0; i < m_figures.size(); ++i) {
        if (!all[i].contains(help->pos())) continue;
        QToolTip::showText(help->globalPos(), plainToolTip(m_figures[i].remark), this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

LiveBar::LiveBar(QWidget* parent)
    : QWidget(parent),
      m_stateLabel(new QLabel(this)),
      m_aboutLabel(new QLabel(this)),
      m_elapsed(new QLabel(this)),
      m_progress(new QProgressBar(this)),
      m_pause(new FlatButton(QStringLiteral("Pause View"), this)),
      m_stop(new FlatButton(QStringLiteral("Stop"), this)),
      m_save(new FlatButton(QStringLiteral("Save…"), this)),
      m_remarks(new FlatButton(QStringLiteral("What It Said"), this)),
      m_figures(new LiveFigures(this)) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_stateLabel->setFont(bold);
    m_elapsed->setFont(fixedFont());
    for (QLabel* label : {m_stateLabel, m_aboutLabel, m_elapsed}) {
        label->setTextFormat(Qt::PlainText);
    }
    m_aboutLabel->setForegroundRole(QPalette::PlaceholderText);
    m_aboutLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_stateLabel->setObjectName(QStringLiteral("liveState"));
    m_elapsed->setToolTip(QStringLiteral("How long the capture has lasted"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(100, fontMetrics().height() / 2 + 2);
    m_pause->setToolTip(
        QStringLiteral("The list stands still, the capture goes on (Ctrl+Shift+P)"));
    m_stop->setToolTip(QStringLiteral("End the capture (Ctrl+E)"));
    m_remarks->setToolTip(QStringLiteral("What the program there has said beside its packets"));

    auto* const first = new QHBoxLayout;
    first->setContentsMargins(kDot, 0, 0, 0);
    first->setSpacing(8);
    first->addWidget(m_stateLabel);
    first->addWidget(m_aboutLabel, 1);
    first->addWidget(m_elapsed);
    first->addSpacing(4);
    first->addWidget(m_progress);
    for (FlatButton* button : {m_remarks, m_pause, m_stop, m_save}) first->addWidget(button);
    auto* const second = new QHBoxLayout;
    second->setContentsMargins(kDot, 0, 0, 0);
    second->addWidget(m_figures);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, 5, kMargin, 6);
    layout->setSpacing(4);
    layout->addLayout(first);
    layout->addLayout(second);

    connect(m_pause, &FlatButton::clicked, this, &LiveBar::pauseToggled);
    connect(m_stop, &FlatButton::clicked, this, &LiveBar::stopRequested);
    connect(m_save, &FlatButton::clicked, this, [this] {
        if (m_progress->isVisibleTo(this)) {
            Q_EMIT saveCancelled();
        } else {
            Q_EMIT saveRequested();
        }
    });
    connect(m_remarks, &FlatButton::clicked, this, &LiveBar::remarksRequested);
    hide();
}

void LiveBar::refresh(const LiveController& live, const Session* session, bool viewPaused) {
    const bool begins = m_state == LiveState::None || live.state() == LiveState::Starting;
    m_state = live.state();
    m_unsaved = live.hasUnsaved();
    // What our own connections say has a bar of its own: theirs.
    if (!live.isShown() || live.isOfOurs()) return hide();
    if (begins) m_figures->forgetWidths();
    m_stateLabel->setText(liveStateText(live));
    m_shown = liveFigures(live, session);
    m_figures->setFigures(m_shown);
    const live::Status& status = live.status();
    m_about = live.filter();
    m_aboutIsFilter = true;
    // Why it failed stands in the strip above.
    const bool failed = status.ending && status.ending->cause == live::Ending::Cause::Failed;
    if (!failed && status.ending && !status.ending->sentence.empty()) {
        m_about = displayText(status.ending->sentence);
        m_aboutIsFilter = false;
    } else if (!status.ending && !status.remarks.empty()) {
        m_about = lastLine(status.remarks);
        m_aboutIsFilter = false;
    }
    m_aboutLabel->setFont(m_aboutIsFilter ? fixedFont() : font());
    elide();
    m_elapsed->setText(elapsedText(live.elapsedMs()));
    m_elapsed->setVisible(!live.wasLeftBehind());
    m_remarks->setVisible(!status.remarks.empty());
    m_pause->setVisible(session != nullptr && (live.isRunning() || viewPaused));
    m_pause->setText(viewPaused ? QStringLiteral("Resume View") : QStringLiteral("Pause View"));
    m_stop->setVisible(live.isRunning());
    m_stop->setEnabled(live.state() != LiveState::Stopping);
    const bool saving = live.isSaving();
    m_progress->setVisible(saving);
    m_progress->setValue(static_cast<int>(live.saveProgress() * 1000));
    m_save->setVisible(saving || m_unsaved);
    m_save->setText(saving ? QStringLiteral("Cancel") : QStringLiteral("Save…"));
    m_save->setToolTip(saving ? QStringLiteral("Stop saving; nothing is left of the new file")
                       : live.isRunning()
                           ? QStringLiteral("Copy what was captured until now to a file (Ctrl+S)")
                           : QStringLiteral("Keep the capture as a file (Ctrl+S)"));
    for (FlatButton* button : {m_pause, m_save}) button->updateGeometry();
    show();
    update();
}

void LiveBar::refreshFigures(const LiveController& live, const Session* session) {
    if (isHidden()) return;
    m_shown = liveFigures(live, session);
    m_figures->setFigures(m_shown);
}

QString LiveBar::stateText() const {
    return m_stateLabel->text();
}

void LiveBar::elide() {
    const QFontMetrics metrics(m_aboutLabel->font());
    m_aboutLabel->setText(metrics.elidedText(m_about, Qt::ElideRight, m_aboutLabel->width()));
    m_aboutLabel->setToolTip(plainToolTip(m_aboutIsFilter && !m_about.isEmpty()
                                              ? QStringLiteral("Capture filter: ") + m_about
                                              : m_about));
}

void LiveBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QMetaObject::invokeMethod(this, &LiveBar::elide, Qt::QueuedConnection);
}

void LiveBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.chrome);
    painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal size = fontMetrics().height() * 0.55;
    QRectF dot(0, 0, size, size);
    dot.moveCenter(QPointF(kMargin + kDot / 2.0 - 3, m_stateLabel->geometry().center().y() + 0.5));
    switch (m_state) {
        case LiveState::Running:
            painter.setPen(Qt::NoPen);
            painter.setBrush(colors.client);
            painter.drawEllipse(dot);
            break;
        case LiveState::Ended:
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_unsaved ? colors.warning : colors.dim);
            painter.drawRect(dot.adjusted(1, 1, -1, -1));
            break;
        default:
            painter.setPen(QPen(colors.dim, 1.5));
            painter.drawEllipse(dot.adjusted(1, 1, -1, -1));
            break;
    }
}

}  // namespace framescope
