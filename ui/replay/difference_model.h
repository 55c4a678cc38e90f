// The places at which two answers differ: where, what was recorded, what came.
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "capture/replay/replay_report.h"

namespace framescope {

class DifferenceModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Where, Recorded, Received, ColumnCount };

    explicit DifferenceModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setDifferences(const std::vector<replay::Difference>& differences);
    const replay::Difference* differenceAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    std::vector<replay::Difference> m_differences;
};

}  // namespace framescope
