// The clients of the test server as a table, in the order in which they came.
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "capture/server/test_server.h"

namespace framescope {

class ClientModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Address, What, MessagesIn, MessagesOut, State, ColumnCount };

    explicit ClientModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// Takes over what has become of them; who stays keeps its line.
    void setClients(std::vector<server::ClientInfo> clients);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    std::vector<server::ClientInfo> m_clients;  // by id
};

}  // namespace framescope
