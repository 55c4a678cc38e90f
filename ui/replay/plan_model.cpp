// What the server said is dim: it is only compared, what goes out is the client's.
#include "ui/replay/plan_model.h"

#include <algorithm>
#include <limits>

#include "ui/text/display_text.h"
#include "ui/widgets/flat_table.h"

namespace framescope {

QString stepKindText(replay::StepKind kind) {
    switch (kind) {
        case replay::StepKind::HttpRequest:
            return QStringLiteral("request");
        case replay::StepKind::HttpResponse:
            return QStringLiteral("response");
        case replay::StepKind::Message:
            return QStringLiteral("message");
        case replay::StepKind::Control:
            return QStringLiteral("control");
        case replay::StepKind::EngineIo:
            return QStringLiteral("Engine.IO");
        case replay::StepKind::SocketIo:
            return QStringLiteral("Socket.IO");
        case replay::StepKind::Event:
            return QStringLiteral("event");
        case replay::StepKind::End:
            return QStringLiteral("end");
    }
    return {};
}

void PlanModel::setPlan(std::shared_ptr<const replay::Plan> plan) {
    if (plan == m_plan) return;
    beginResetModel();
    m_plan = std::move(plan);
    endResetModel();
}

const replay::Step* PlanModel::stepAt(int row) const {
    return row >= 0 && row < rowCount() ? &m_plan->steps[static_cast<std::size_t>(row)] : nullptr;
}

int PlanModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || m_plan == nullptr) return 0;
    constexpr std::size_t kMost =
        std::numeric_limits<int>::max() / 64;  // pixels are counted in int
    return static_cast<int>(std::min(m_plan->steps.size(), kMost));
}

int PlanModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PlanModel::data(const QModelIndex& index, int role) const {
    const replay::Step* const step = index.isValid() ? stepAt(index.row()) : nullptr;
    if (step == nullptr) return {};
    const bool ours = step->direction == Direction::ClientToServer;
    switch (role) {
        case Qt::DisplayRole:
            return cellText(*step, index.column());
        case Qt::AccessibleTextRole:
            if (index.column() == Arrow) return directionWords(step->direction);
            return cellText(*step, index.column());
        case Qt::ToolTipRole:
            if (index.column() == Arrow) {
                return ours ? QStringLiteral("client to server: sent again")
                            : QStringLiteral("server to client: the answer is compared");
            }
            return plainToolTip(cellText(*step, index.column()));
        case Qt::TextAlignmentRole:
            return static_cast<int>(index.column() <= Time ? Qt::AlignRight | Qt::AlignVCenter
                                                           : Qt::AlignLeft | Qt::AlignVCenter);
        case FlatTable::ArrowRole:
            if (index.column() == Arrow) return static_cast<int>(step->direction);
            return {};
        case FlatTable::DimRole:
            return index.column() < Kind || !ours;
        default:
            return {};
    }
}

QString PlanModel::cellText(const replay::Step& step, int column) const {
    switch (column) {
        case Number:
            return QString::number(quint64{step.number} + 1);
        case Time:
            return relativeSeconds(step.timeNs);
        case Arrow:
            return directionArrow(step.direction);
        case Kind:
            return stepKindText(step.kind);
        case What:
            return displayText(step.label);
        default:
            return {};
    }
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>(section <= Time ? Qt::AlignRight | Qt::AlignVCenter
                                                : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const bool shortened = role == Qt::DisplayRole;
    switch (section) {
        case Number:
            return shortened ? QStringLiteral("No.") : QStringLiteral("Number of the step");
        case Time:
            return shortened ? QStringLiteral("Time")
                             : QStringLiteral("Seconds since the first step of the recording");
        case Arrow:
            return shortened ? QString()
                             : QStringLiteral("→ is sent again, ← is what answers are compared to");
        case Kind:
            return QStringLiteral("Kind");
        case What:
            return QStringLiteral("What");
        default:
            return {};
    }
}

}  // namespace framescope
