// The list of connections at the side.
#pragma once

#include <optional>

#include "dissector/record/record.h"
#include "ui/connections/side_list.h"

namespace framescope {

class ConnectionModel;

class ConnectionView : public SideList {
    Q_OBJECT

public:
    /// Shows `model`, which must outlive this.
    explicit ConnectionView(ConnectionModel& model, QWidget* parent = nullptr);

    /// Chooses a connection, or all of them.
    void choose(std::optional<ConnectionId> connection);

Q_SIGNALS:
    /// Somebody chose a connection, or (nothing) all of them.
    void connectionChosen(std::optional<framescope::ConnectionId> connection);

private:
    ConnectionModel& m_model;
};

}  // namespace framescope
