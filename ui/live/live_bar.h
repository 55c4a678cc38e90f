// The bar above the rows while a capture is taken or not saved yet: what state it is in, its
// figures, and the three things to do with it. The figures keep their places while they grow.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <QString>
#include <QWidget>

#include "ui/live/live_controller.h"

class QLabel;
class QProgressBar;

namespace framescope {

class FlatButton;
class Session;

/// A figure of the bar, e.g. "Packets 12 345".
struct LiveFigure {
    enum class Look { Plain, Unknown, Warning };
    QString name;
    QString value;
    Look look = Look::Plain;
    QString remark;  ///< for the tooltip

    bool operator==(const LiveFigure&) const = default;
};

/// The figures of a capture in the order in which they are shown; `session` may be null.
std::vector<LiveFigure> liveFigures(const LiveController& live, const Session* session);
/// "Capturing on lo", "Stopped", ...
QString liveStateText(const LiveController& live);
/// "0:07", "12:34", "3:04:05".
QString elapsedText(qint64 milliseconds);

/// Figures one behind the other, in as many lines as they need.
class LiveFigures : public QWidget {
    Q_OBJECT

public:
    explicit LiveFigures(QWidget* parent = nullptr);

    void setFigures(const std::vector<LiveFigure>& figures);
    /// Lets the places become narrower again, for another capture.
    void forgetWidths() {
        m_figures.clear();
        m_widths.clear();
    }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    std::vector<QRect> places(int width) const;

    std::vector<LiveFigure> m_figures;
    std::vector<int> m_widths;
};

class LiveBar : public QWidget {
    Q_OBJECT

public:
    explicit LiveBar(QWidget* parent = nullptr);

    /// Shows the capture as it is now; hides the bar when there is none.
    void refresh(const LiveController& live, const Session* session, bool viewPaused);
    /// The same of its figures alone, which change with every batch of rows.
    void refreshFigures(const LiveController& live, const Session* session);
    QString stateText() const;
    const std::vector<LiveFigure>& figures() const { return m_shown; }

Q_SIGNALS:
    void pauseToggled();
    void stopRequested();
    void saveRequested();
    void saveCancelled();
    /// Everything that the source has said beside its packets is wanted.
    void remarksRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();

    std::vector<LiveFigure> m_shown;
    LiveState m_state = LiveState::None;
    bool m_unsaved = false;
    QString m_about;  // the filter, or how it ended
    bool m_aboutIsFilter = true;
    QString m_remark;
    QLabel* m_stateLabel;
    QLabel* m_aboutLabel;
    QLabel* m_elapsed;
    QProgressBar* m_progress;
    FlatButton* m_pause;
    FlatButton* m_stop;
    FlatButton* m_save;
    FlatButton* m_remarks;
    LiveFigures* m_figures;
};

}  // namespace framescope
