// Rows of the list become connections here; all else is the list's.
#include "ui/connections/connection_view.h"

#include "ui/connections/connection_model.h"

namespace framescope {

ConnectionView::ConnectionView(ConnectionModel& model, QWidget* parent)
    : SideList(model, 1, parent), m_model(model) {
    setAccessibleName(QStringLiteral("Connections"));
    connect(this, &SideList::rowChosen, this,
            [this](int row) { Q_EMIT connectionChosen(m_model.connectionAt(row)); });
}

void ConnectionView::choose(std::optional<ConnectionId> connection) {
    chooseRow(m_model.rowOf(connection));
}

}  // namespace framescope
