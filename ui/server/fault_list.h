// The misbehaviours of the test server as switches, in groups: each with its sentence, a number
// where it takes one, and after how many messages it happens. A line above finds among them.
#pragma once

#include <vector>

#include <QWidget>

#include "capture/server/misbehaviour.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace framescope {

class ErrorLabel;

class FaultList : public QWidget {
    Q_OBJECT

public:
    explicit FaultList(QWidget* parent = nullptr);

    /// Those that are switched on, in the order of the list. Ones with a wrong number are left out.
    std::vector<server::Misbehaviour> misbehaviours() const;
    void setMisbehaviours(const std::vector<server::Misbehaviour>& misbehaviours);
    /// Shows those whose name or sentence holds all the words.
    void search(const QString& words);

    QLineEdit& searchLine() { return *m_search; }
    QCheckBox* boxOf(server::Fault fault) const;
    /// Null where it takes no number.
    QLineEdit* numberOf(server::Fault fault) const;
    QSpinBox* afterOf(server::Fault fault) const;
    QString errorOf(server::Fault fault) const;
    /// How many are shown.
    int shownCount() const;

Q_SIGNALS:
    /// misbehaviours() are others now.
    void edited();

private:
    struct Line {
        server::FaultInfo info;
        QWidget* widget = nullptr;
        QCheckBox* box = nullptr;
        QWidget* details = nullptr;
        QLineEdit* number = nullptr;
        ErrorLabel* error = nullptr;
        QSpinBox* after = nullptr;
    };
    struct Group {
        QLabel* title = nullptr;
        std::vector<std::size_t> lines;
    };
    Line makeLine(const server::FaultInfo& info);
    const Line& lineOf(server::Fault fault) const;
    void changed();

    QLineEdit* m_search;
    QLabel* m_nothing;
    std::vector<Line> m_lines;
    std::vector<Group> m_groups;
    std::vector<server::Misbehaviour> m_told;  // when edited() was last emitted
    bool m_quiet = false;
};

/// "Handshake", "Frames", ...: the heading a fault stands under.
QString faultGroup(server::Fault fault);
/// Reads a number, empty for none; nothing where it is none.
bool parseFaultNumber(const QString& text, std::optional<std::uint64_t>& number);

}  // namespace framescope
