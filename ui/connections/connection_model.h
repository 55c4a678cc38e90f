// The connections of a session as a list. Row 0 stands for all of them, row n for connection n - 1.
#pragma once

#include <optional>

#include "capture/session/session.h"
#include "ui/connections/side_list.h"

namespace framescope {

class ConnectionModel : public SideListModel {
    Q_OBJECT

public:
    explicit ConnectionModel(QObject* parent = nullptr);

    /// Shows another session; null for none. The session must outlive this.
    void setSession(const Session* session);
    /// Takes in new connections and what has changed about the others.
    void refresh();

    /// The connection of a row; nothing for "all".
    std::optional<ConnectionId> connectionAt(int row) const;
    int rowOf(std::optional<ConnectionId> connection) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    QString name(int row) const;
    QString path(int row) const;
    QString title(int row) const;
    QString detail(int row, QString (*ends)(const ConnectionInfo&)) const;
    QString howItIsKnown(int row) const;
    Severity severity(int row) const;

    const Session* m_session = nullptr;
    int m_shown = 0;  // connections
};

}  // namespace framescope
