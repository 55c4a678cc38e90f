// The line at the bottom: what is open and how much, what is wrong with it, and while it is read or
// copied how far that has come, with a button to stop it.
#pragma once

#include <array>
#include <optional>

#include <QWidget>

#include "dissector/issue/issue.h"

class QLabel;
class QProgressBar;

namespace framescope {

class FlatButton;
class IssueCount;
class Session;

/// What the line shows beside the session's own figures.
struct StatusFacts {
    QString name;       ///< of the file
    int shownRows = 0;  ///< fewer than all when narrowed
    bool narrowed = false;
    bool limitReached = false;
    bool reading = false;
    bool cancelled = false;
    /// The bar of a live capture shows packets and rows; here they would be those of another
    /// moment.
    bool live = false;
    /// Of checksums that are verified, by Severity; the session does not count them.
    std::array<quint64, 4> wrongChecksums{};
    std::optional<double> saved;  ///< how much of a copy that is being made, 0 to 1
};

class StatusLine : public QWidget {
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent = nullptr);

    /// Shows the figures of a session; null clears the line.
    void showSession(const Session* session, const StatusFacts& facts);
    QString summary() const;

Q_SIGNALS:
    void cancelRequested();
    void noticesRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();

    QLabel* m_summaryLabel;
    QString m_summary;
    FlatButton* m_notices;
    std::array<IssueCount*, 3> m_counts{};
    QProgressBar* m_progress;
    FlatButton* m_cancel;
};

/// The sentence of the status line, e.g. "a.pcap · 16 rows · 2 connections · 4.77 s".
QString statusSummary(const Session& session, const StatusFacts& facts);

}  // namespace framescope
