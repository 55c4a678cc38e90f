// How something is replayed: timing, what counts of the answers, what is put in place of recorded
// text, and how the connection is made. What is wrong stands beside the field it is about.
#pragma once

#include <QWidget>

#include "ui/replay/replay_choices.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QVBoxLayout;

namespace framescope {

class ErrorLabel;
class LineList;

class ReplayForm : public QWidget {
    Q_OBJECT

public:
    explicit ReplayForm(QWidget* parent = nullptr);

    /// All but the address, which stands elsewhere.
    void setChoices(const ReplayChoices& choices);
    /// `url` stays empty.
    ReplayChoices choices() const;
    /// What is wrong with one of them, empty if nothing is.
    QString obstacle() const;
    /// Puts the focus to what is wrong.
    void showObstacle();
    /// Adds a path to what is not compared.
    void ignore(const QString& path);

    QComboBox& timing() { return *m_timing; }
    LineList& rules() { return *m_rules; }
    LineList& captures() { return *m_captures; }
    LineList& ignored() { return *m_ignored; }
    QCheckBox& verify() { return *m_verify; }

Q_SIGNALS:
    void edited();

private:
    QVBoxLayout* addSection(const QString& title, const QString& remark);
    void layOutTiming();
    void layOutAnswers();
    void layOutTexts();
    void layOutConnection();
    void changed();

    QVBoxLayout* m_layout;
    QComboBox* m_timing;
    QLabel* m_timingRemark;
    QDoubleSpinBox* m_speed;
    QWidget* m_speedLine;
    QSpinBox* m_patience;
    QCheckBox* m_masks;
    LineList* m_ignored;
    QSpinBox* m_later;
    LineList* m_rules;
    LineList* m_captures;
    QCheckBox* m_verify;
    ErrorLabel* m_unverified;
    QLineEdit* m_caFile;
    QLineEdit* m_proxy;
    ErrorLabel* m_proxyError;
};

}  // namespace framescope
