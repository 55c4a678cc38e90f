// The interfaces that can be captured from, with their traffic.
#pragma once

#include <QAbstractListModel>
#include <QStringList>

#include "ui/start/traffic_history.h"

namespace framescope {

class InterfaceModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        DetailRole = Qt::UserRole,  ///< addresses and description
        LinkTypeRole,               ///< its name, e.g. "Ethernet"
        RatesRole,                  ///< QList<float>, packets per second, the latest last
        RateTextRole,               ///< e.g. "120/s"
    };

    explicit InterfaceModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

    /// Shows those of `interfaces` that can be captured from.
    void setInterfaces(const std::vector<live::InterfaceEntry>& interfaces);
    /// Takes in the traffic counters as they are now.
    void addTraffic(const std::vector<live::Traffic>& counters, qint64 milliseconds);

    QString nameAt(int row) const;
    int rowOf(const QString& name) const;
    /// LINKTYPE_ of an interface; Ethernet's for one that is not known.
    std::uint32_t linkTypeAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    std::vector<live::InterfaceEntry> m_interfaces;
    TrafficHistory m_traffic;
};

/// What people call a link type: "Ethernet".
QString linkTypeWord(std::uint32_t linkType);

}  // namespace framescope
