// The list of connections at the side: two lines each, what it is and where it goes. Choosing one
// narrows the rows to it; the first entry shows all.
#pragma once

#include <optional>

#include <QTableView>

#include "dissector/record/record.h"

namespace framescope {

class ConnectionModel;

class ConnectionView : public QTableView {
    Q_OBJECT

public:
    /// Shows `model`, which must outlive this.
    explicit ConnectionView(ConnectionModel& model, QWidget* parent = nullptr);

    /// Chooses a connection, or all of them.
    void choose(std::optional<ConnectionId> connection);

Q_SIGNALS:
    /// Somebody chose a connection, or (nothing) all of them.
    void connectionChosen(std::optional<framescope::ConnectionId> connection);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void fitRows();

    ConnectionModel& m_model;
};

}  // namespace framescope
