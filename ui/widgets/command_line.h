// A shell command to copy: in the fixed font, selectable, with a button that copies it.
#pragma once

#include <QWidget>

class QLabel;

namespace framescope {

class CommandLine : public QWidget {
    Q_OBJECT

public:
    explicit CommandLine(const QString& command = {}, QWidget* parent = nullptr);

    void setCommand(const QString& command);
    QString command() const;

private:
    QLabel* m_label;
};

}  // namespace framescope
