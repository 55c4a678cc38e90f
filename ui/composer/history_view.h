// The list of what was sent; a click or Return puts a message back into the form.
#pragma once

#include <QListView>

namespace framescope {

class HistoryModel;

class HistoryView : public QListView {
    Q_OBJECT

public:
    explicit HistoryView(HistoryModel& model, QWidget* parent = nullptr);

Q_SIGNALS:
    void chosen(int row);
    /// Another line is the current one.
    void pointedAt();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace framescope
