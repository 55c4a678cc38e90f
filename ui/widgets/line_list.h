// A few lines to fill in, of one field or several: rules, patterns, paths. There is always an empty
// one below the last; a line that is emptied is gone. What is wrong with a line stands below it.
#pragma once

#include <functional>
#include <vector>

#include <QWidget>

class QLabel;
class QLineEdit;
class QVBoxLayout;

namespace framescope {

class LineList : public QWidget {
    Q_OBJECT

public:
    /// What is wrong with a line, a sentence; empty if nothing is.
    using Check = std::function<QString(const QStringList& fields)>;

    /// A line has a field for each of `placeholders`. `name` is what one is called, for those who
    /// hear the window: "Rule".
    LineList(const QString& name, const QStringList& placeholders, Check check,
             QWidget* parent = nullptr);

    void setLines(const QList<QStringList>& lines);
    /// Those in which something stands.
    QList<QStringList> lines() const;
    void addLine(const QStringList& fields);
    /// The first thing that is wrong, empty if nothing is.
    QString error() const;

    /// Puts the focus to what is wrong.
    void focusError();

    /// The field of a line; for tests and for moving the focus there.
    QLineEdit* field(int line, int column) const;
    /// What stands below a line.
    QString errorOf(int line) const;

Q_SIGNALS:
    void edited();

private:
    struct Line {
        QWidget* widget = nullptr;
        std::vector<QLineEdit*> fields;
        QLabel* error = nullptr;
    };
    Line& append();
    QStringList textsOf(const Line& line) const;
    bool isEmpty(const Line& line) const;
    void changed();
    void tidy();
    void show(Line& line);

    QString m_name;
    QStringList m_placeholders;
    Check m_check;
    QVBoxLayout* m_layout;
    std::vector<Line> m_lines;
    bool m_quiet = false;
};

}  // namespace framescope
