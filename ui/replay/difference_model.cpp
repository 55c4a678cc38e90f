#include "ui/replay/difference_model.h"

#include "ui/text/display_text.h"

namespace framescope {

void DifferenceModel::setDifferences(const std::vector<replay::Difference>& differences) {
    if (differences == m_differences) return;
    beginResetModel();
    m_differences = differences;
    endResetModel();
}

const replay::Difference* DifferenceModel::differenceAt(int row) const {
    return row >= 0 && row < rowCount() ? &m_differences[static_cast<std::size_t>(row)] : nullptr;
}

int DifferenceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_differences.size());
}

int DifferenceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const {
    const replay::Difference* const difference =
        index.isValid() ? differenceAt(index.row()) : nullptr;
    if (difference == nullptr) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    QString text;
    switch (index.column()) {
        case Where:
            text = difference->path.empty() ? QStringLiteral("all of it")
                                            : displayText(difference->path);
            break;
        case Recorded:
            text = displayText(difference->recorded);
            break;
        case Received:
            text = displayText(difference->received);
            break;
        default:
            return {};
    }
    return role == Qt::ToolTipRole ? plainToolTip(text) : text;
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Where:
            return QStringLiteral("Where");
        case Recorded:
            return QStringLiteral("Recorded");
        case Received:
            return QStringLiteral("Received");
        default:
            return {};
    }
}

}  // namespace framescope
