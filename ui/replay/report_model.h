// Two conversations side by side: what was recorded and what came of it when it was replayed, a
// line for each step and for each answer that nobody had recorded.
//
// A report that grows is taken in by what is new in it: selection and scrolling stay where they
// are.
#pragma once

#include <memory>
#include <vector>

#include <QAbstractTableModel>

#include "capture/replay/replay_report.h"
#include "dissector/issue/issue.h"

namespace framescope {

class ReportModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        Number,
        Arrow,
        RecordedTime,
        Recorded,
        Result,
        ReplayedTime,
        Replayed,
        ColumnCount
    };

    explicit ReportModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// Shows a report, or what has become of the one before; null for none.
    void setReport(std::shared_ptr<const replay::Report> report);
    /// Leaves out what is as it was recorded.
    void setOnlyDifferences(bool only);
    bool onlyDifferences() const { return m_onlyDifferences; }

    const replay::Line* lineAt(int row) const;
    /// The next line behind `row` (before it, if not `forward`) that is not as recorded; -1 for
    /// none.
    int nextDifference(int row, bool forward) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    using Shown = std::vector<std::uint32_t>;  // indices of the report's lines
    Shown chosenOf(const replay::Report* report) const;

    std::shared_ptr<const replay::Report> m_report;
    Shown m_shown;
    bool m_onlyDifferences = false;
};

/// Whether a line is worth looking at: it is not as it was recorded.
bool isDifference(const replay::Line& line);
/// How grave it is; None where it is no difference.
Severity severityOf(const replay::Line& line);
/// "same", "different", "late +120 ms", ...
QString resultText(const replay::Line& line);

}  // namespace framescope
