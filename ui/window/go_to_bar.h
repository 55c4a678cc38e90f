// A line above the rows to type the number of a row into.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;

namespace framescope {

class GoToBar : public QWidget {
    Q_OBJECT

public:
    explicit GoToBar(QWidget* parent = nullptr);

    /// Shows the bar for a session with so many rows and takes the keyboard.
    void ask(quint64 rowCount);
    /// There are so many rows now.
    void setRowCount(quint64 rowCount);

Q_SIGNALS:
    /// A row was asked for, 1 to rowCount.
    void rowChosen(quint64 number);
    /// The bar has gone away.
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void accept();
    /// Which rows there are, and whether another one was asked for.
    void say(bool refused);
    void dismiss();

    QLineEdit* m_number;
    QLabel* m_remark;
    quint64 m_rowCount = 0;
    bool m_refused = false;
};

}  // namespace framescope
