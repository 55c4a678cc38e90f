// The steps of a replay's plan as a table: what was said in the recording, by whom and when.
#pragma once

#include <memory>

#include <QAbstractTableModel>

#include "capture/replay/replay_plan.h"

namespace framescope {

class PlanModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Time, Arrow, Kind, What, ColumnCount };

    explicit PlanModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// Shows another plan; null for none.
    void setPlan(std::shared_ptr<const replay::Plan> plan);
    const replay::Step* stepAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    QString cellText(const replay::Step& step, int column) const;

    std::shared_ptr<const replay::Plan> m_plan;
};

/// "message", "Socket.IO", "request", ...
QString stepKindText(replay::StepKind kind);

}  // namespace framescope
