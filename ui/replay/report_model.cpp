// Between two states of a report lines are matched from both ends; what lies between is taken out
// and put in. Mostly that is: lines were added at the end.
#include "ui/replay/report_model.h"

#include <algorithm>
#include <limits>

#include "ui/text/display_text.h"
#include "ui/widgets/flat_table.h"

namespace framescope {

using replay::Line;
using replay::Outcome;

namespace {

/// The same line, if perhaps with another outcome.
bool isSameLine(const Line& one, const Line& other) {
    if (one.step != other.step || one.direction != other.direction) return false;
    if (one.step) return true;
    return one.replayedNs == other.replayedNs && one.replayed == other.replayed;
}

bool saysTheSame(const Line& one, const Line& other) {
    return one.outcome == other.outcome && one.late == other.late &&
           one.replayedNs == other.replayedNs && one.replayed == other.replayed &&
           one.recordedNs == other.recordedNs && one.recorded == other.recorded &&
           one.differences == other.differences;
}

QString signedDuration(qint64 nanoseconds) {
    return nanoseconds < 0 ? QStringLiteral("−") + shortDuration(-nanoseconds)
                           : QLatin1Char('+') + shortDuration(nanoseconds);
}

bool wasReplayed(const Line& line) {
    return line.outcome != Outcome::Missing && line.outcome != Outcome::NotSent;
}

QString tooltip(const Line& line, int column) {
    switch (column) {
        case ReportModel::Number:
            return line.step ? QStringLiteral("Step %1 of the plan").arg(quint64{*line.step} + 1)
                             : QStringLiteral("Not in the recording");
        case ReportModel::Arrow:
            return directionWords(line.direction);
        case ReportModel::RecordedTime:
        case ReportModel::ReplayedTime:
            if (!line.step || !wasReplayed(line)) return {};
            return QStringLiteral("%1 against the recording")
                .arg(signedDuration(line.replayedNs - line.recordedNs));
        case ReportModel::Recorded:
            return displayText(line.recorded);
        case ReportModel::Replayed:
            return displayText(line.replayed);
        case ReportModel::Result:
            break;
        default:
            return {};
    }
    switch (line.outcome) {
        case Outcome::Sent:
            return QStringLiteral("Went out");
        case Outcome::NotSent:
            return QStringLiteral("Did not go out");
        case Outcome::Same:
            return QStringLiteral("The answer is the recorded one");
        case Outcome::Different:
            if (line.differences.empty()) {
                return QStringLiteral("The answer came later than it may");
            }
            return counted(line.differences.size(), "difference", "differences") +
                   (line.late ? QStringLiteral(", and %1 against the recording")
                                    .arg(signedDuration(line.replayedNs - line.recordedNs))
                              : QString());
        case Outcome::Missing:
            return QStringLiteral("Was recorded, but did not come");
        case Outcome::Extra:
            return QStringLiteral("Came, but was not recorded");
        case Outcome::Ignored:
            return QStringLiteral("Is not compared");
    }
    return {};
}

}  // namespace

bool isDifference(const Line& line) {
    return severityOf(line) != Severity::None;
}

Severity severityOf(const Line& line) {
    switch (line.outcome) {
        case Outcome::Different:
            return line.late && line.differences.empty() ? Severity::Warning : Severity::Error;
        case Outcome::Missing:
        case Outcome::NotSent:
            return Severity::Error;
        case Outcome::Extra:
            return Severity::Warning;
        case Outcome::Sent:
        case Outcome::Same:
        case Outcome::Ignored:
            break;
    }
    return line.late ? Severity::Warning : Severity::None;
}

QString resultText(const Line& line) {
    const QString late =
        QStringLiteral("late ") + signedDuration(line.replayedNs - line.recordedNs);
    switch (line.outcome) {
        case Outcome::Sent:
            return QStringLiteral("sent");
        case Outcome::NotSent:
            return QStringLiteral("not sent");
        case Outcome::Same:
            return line.late ? late : QStringLiteral("same");
        case Outcome::Different:
            if (!line.late) return QStringLiteral("different");
            return line.differences.empty() ? late : QStringLiteral("different, late");
        case Outcome::Missing:
            return QStringLiteral("missing");
        case Outcome::Extra:
            return QStringLiteral("extra");
        case Outcome::Ignored:
            return QStringLiteral("not compared");
    }
    return {};
}

ReportModel::Shown ReportModel::chosenOf(const replay::Report* report) const {
    Shown shown;
    if (report == nullptr) return shown;
    constexpr std::size_t kMost =
        std::numeric_limits<int>::max() / 64;  // pixels are counted in int
    const std::size_t count = std::min(report->lines.size(), kMost);
    shown.reserve(m_onlyDifferences ? 0 : count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!m_onlyDifferences || isDifference(report->lines[i])) {
            shown.push_back(static_cast<std::uint32_t>(i));
        }
    }
    return shown;
}

void ReportModel::setReport(std::shared_ptr<const replay::Report> report) {
    if (m_report == nullptr || report == nullptr) {
        beginResetModel();
        m_report = std::move(report);
        m_shown = chosenOf(m_report.get());
        endResetModel();
        return;
    }
    const std::shared_ptr<const replay::Report> before = m_report;
    const Shown old = m_shown;
    Shown now = chosenOf(report.get());
    const auto oldLine = [&](std::size_t i) -> const Line& { return before->lines[old[i]]; };
    const auto newLine = [&](std::size_t i) -> const Line& { return report->lines[now[i]]; };
    const std::size_t most = std::min(old.size(), now.size());
    std::size_t front = 0;
    while (front < most && isSameLine(oldLine(front), newLine(front))) ++front;
    std::size_t back = 0;
    while (back < most - front &&
           isSameLine(oldLine(old.size() - 1 - back), newLine(now.size() - 1 - back))) {
        ++back;
    }
    if (old.size() > front + back) {
        beginRemoveRows({}, static_cast<int>(front), static_cast<int>(old.size() - back) - 1);
        m_shown.erase(m_shown.begin() + static_cast<std::ptrdiff_t>(front),
                      m_shown.end() - static_cast<std::ptrdiff_t>(back));
        endRemoveRows();
    }
    // The lines that stay are those of the new report from here on.
    m_report = report;
    m_shown.assign(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(front));
    m_shown.insert(m_shown.end(), now.end() - static_cast<std::ptrdiff_t>(back), now.end());
    if (now.size() > front + back) {
        beginInsertRows({}, static_cast<int>(front), static_cast<int>(now.size() - back) - 1);
        m_shown = now;
        endInsertRows();
    }
    // One stretch is told: a view repaints only what it shows of it.
    std::size_t first = now.size();
    std::size_t last = 0;
    const auto compare = [&](std::size_t i, std::size_t was) {
        if (saysTheSame(oldLine(was), newLine(i))) return;
        first = std::min(first, i);
        last = std::max(last, i);
    };
    for (std::size_t i = 0; i < front; ++i) compare(i, i);
    for (std::size_t i = 0; i < back; ++i) compare(now.size() - 1 - i, old.size() - 1 - i);
    if (first <= last && first < now.size()) {
        Q_EMIT dataChanged(index(static_cast<int>(first), 0),
                           index(static_cast<int>(last), ColumnCount - 1));
    }
}

void ReportModel::setOnlyDifferences(bool only) {
    if (only == m_onlyDifferences) return;
    beginResetModel();
    m_onlyDifferences = only;
    m_shown = chosenOf(m_report.get());
    endResetModel();
}

const Line* ReportModel::lineAt(int row) const {
    if (row < 0 || row >= rowCount()) return nullptr;
    return &m_report->lines[m_shown[static_cast<std::size_t>(row)]];
}

int ReportModel::nextDifference(int row, bool forward) const {
    const int step = forward ? 1 : -1;
    for (int i = row + step; i >= 0 && i < rowCount(); i += step) {
        if (isDifference(*lineAt(i))) return i;
    }
    return -1;
}

int ReportModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int ReportModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReportModel::data(const QModelIndex& index, int role) const {
    const Line* const line = index.isValid() ? lineAt(index.row()) : nullptr;
    if (line == nullptr) return {};
    const int column = index.column();
    const auto text = [&]() -> QString {
        switch (column) {
            case Number:
                return line->step ? QString::number(quint64{*line->step} + 1) : QString();
            case Arrow:
                return directionArrow(line->direction);
            case RecordedTime:
                return line->step ? relativeSeconds(line->recordedNs) : QString();
            case Recorded:
                return displayText(line->recorded);
            case Result:
                return resultText(*line);
            case ReplayedTime:
                return wasReplayed(*line) ? relativeSeconds(line->replayedNs) : QString();
            case Replayed:
                return displayText(line->replayed);
            default:
                return {};
        }
    };
    switch (role) {
        case Qt::DisplayRole:
            return text();
        case Qt::AccessibleTextRole:
            return column == Arrow ? directionWords(line->direction) : text();
        case Qt::ToolTipRole:
            return plainToolTip(tooltip(*line, column));
        case Qt::TextAlignmentRole:
            return headerData(column, Qt::Horizontal, Qt::TextAlignmentRole);
        case FlatTable::ArrowRole:
            return column == Arrow ? QVariant(static_cast<int>(line->direction)) : QVariant();
        case FlatTable::SeverityRole:
            return column == Result ? static_cast<int>(severityOf(*line)) : 0;
        case FlatTable::DimRole: {
            if (column == Number || column == RecordedTime || column == ReplayedTime) return true;
            // What went out is the thread of the story; what came back as recorded is context.
            return !isDifference(*line) && (line->outcome != Outcome::Sent || column == Result);
        }
        default:
            return {};
    }
}

QVariant ReportModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        const bool number = section == Number || section == RecordedTime || section == ReplayedTime;
        return static_cast<int>(number ? Qt::AlignRight | Qt::AlignVCenter
                                       : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const bool shortened = role == Qt::DisplayRole;
    switch (section) {
        case Number:
            return shortened ? QStringLiteral("No.") : QStringLiteral("Step of the plan");
        case Arrow:
            return shortened ? QString() : QStringLiteral("Direction");
        case RecordedTime:
            return shortened ? QStringLiteral("Time")
                             : QStringLiteral("Seconds since the first step, as recorded");
        case Recorded:
            return QStringLiteral("Recorded");
        case Result:
            return shortened ? QStringLiteral("Result")
                             : QStringLiteral("What became of it in the replay");
        case ReplayedTime:
            return shortened ? QStringLiteral("Time")
                             : QStringLiteral("Seconds since the first step of the replay");
        case Replayed:
            return QStringLiteral("Replayed");
        default:
            return {};
    }
}

}  // namespace framescope
