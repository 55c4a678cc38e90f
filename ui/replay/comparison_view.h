// The two conversations side by side, and below them what is different about the chosen line.
#pragma once

#include <memory>

#include <QWidget>

#include "capture/replay/replay_report.h"

class QCheckBox;
class QLabel;
class QSettings;
class QSplitter;

namespace framescope {

class DifferenceModel;
class ErrorLabel;
class FlatButton;
class FlatTable;
class ReportModel;

class ComparisonView : public QWidget {
    Q_OBJECT

public:
    explicit ComparisonView(QWidget* parent = nullptr);

    /// Shows a report, or what has become of the one before; null for none.
    void setReport(std::shared_ptr<const replay::Report> report);
    /// What stands in its place while there is none.
    void setEmptyText(const QString& text);
    /// Goes to the next difference (or the one before); nothing if there is none.
    void goToDifference(bool forward);

    ReportModel& model() { return *m_model; }
    FlatTable& table() { return *m_table; }
    DifferenceModel& differences() { return *m_differenceModel; }
    FlatTable& differenceTable() { return *m_differences; }
    FlatButton& ignoreButton() { return *m_ignore; }
    QCheckBox& onlyDifferences() { return *m_only; }

    void saveSizes(QSettings& settings) const;
    void restoreSizes(const QSettings& settings);

Q_SIGNALS:
    /// A field shall not be compared any more.
    void ignoreRequested(const QString& path);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    void showLine();
    void updateActions();
    void ignoreSelected();

    std::shared_ptr<const replay::Report> m_report;
    QString m_emptyText;
    ReportModel* m_model;
    FlatTable* m_table;
    QCheckBox* m_only;
    FlatButton* m_next;
    FlatButton* m_previous;
    QLabel* m_figures;
    ErrorLabel* m_remarks;
    QLabel* m_title;
    QLabel* m_texts;
    DifferenceModel* m_differenceModel;
    FlatTable* m_differences;
    FlatButton* m_ignore;
    QSplitter* m_splitter = nullptr;
    bool m_sized = false;
};

/// "12 same, 1 different, 2 missing": the figures of a report, those that are 0 left out.
QString reportFigures(const replay::Report& report);

}  // namespace framescope
