// One line above a replay: how far it is, and in the end its verdict, to be copied and kept.
#pragma once

#include <memory>

#include <QWidget>

#include "capture/replay/replayer.h"

class QLabel;
class QProgressBar;

namespace framescope {

class FlatButton;

class VerdictBar : public QWidget {
    Q_OBJECT

public:
    explicit VerdictBar(QWidget* parent = nullptr);

    /// Says that something goes on, with how far it is; `all` 0: nobody knows.
    void showProgress(const QString& sentence, std::size_t done, std::size_t all);
    void showVerdict(const replay::Report& report);
    /// One sentence about what could not be done.
    void showError(const QString& sentence);
    /// A sentence without a mark, dim.
    void showHint(const QString& sentence);
    QString text() const;

Q_SIGNALS:
    void saveRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    enum class Mark { None, Good, Bad };
    void show(Mark mark, const QString& sentence, bool canSave);

    Mark m_mark = Mark::None;
    QLabel* m_label;
    QProgressBar* m_progress;
    FlatButton* m_copy;
    FlatButton* m_save;
};

/// "Same", "Different", "Failed".
QString verdictWord(replay::Verdict verdict);

}  // namespace framescope
