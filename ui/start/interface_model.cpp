#include "ui/start/interface_model.h"

#include <cmath>

#include "capture/file/link_type_name.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr std::uint32_t kEthernet = 1;

QString detailOf(const live::InterfaceEntry& entry) {
    QStringList parts;
    QStringList addresses;
    for (const std::string& address : entry.addresses) addresses << displayText(address, 60);
    if (!addresses.isEmpty()) parts << addresses.join(QStringLiteral(", "));
    if (!entry.description.empty()) parts << displayText(entry.description, 120);
    if (entry.isLoopback && entry.description.empty()) parts << QStringLiteral("loopback");
    if (entry.isWireless) parts << QStringLiteral("wireless");
    return parts.join(QStringLiteral("  ·  "));
}

QString rateText(double rate) {
    if (rate < 0.05) return QStringLiteral("0/s");
    if (rate < 10) return QString::number(rate, 'f', 1) + QStringLiteral("/s");
    if (rate < 9999.5)
        return groupedNumber(static_cast<quint64>(std::lround(rate))) + QStringLiteral("/s");
    return groupedNumber(static_cast<quint64>(std::lround(rate / 1000))) + QStringLiteral("k/s");
}

}  // namespace

QString linkTypeWord(std::uint32_t linkType) {
    return QString::fromStdString(linkTypeDescription(linkType));
}

void InterfaceModel::setInterfaces(const std::vector<live::InterfaceEntry>& interfaces) {
    beginResetModel();
    m_interfaces.clear();
    for (const live::InterfaceEntry& entry : interfaces) {
        if (entry.canCapture) m_interfaces.push_back(entry);
    }
    endResetModel();
}

void InterfaceModel::addTraffic(const std::vector<live::Traffic>& counters, qint64 milliseconds) {
    m_traffic.add(counters, milliseconds);
    if (m_interfaces.empty()) return;
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {RatesRole, RateTextRole});
}

QString InterfaceModel::nameAt(int row) const {
    if (row < 0 || row >= rowCount()) return {};
    return QString::fromStdString(m_interfaces[static_cast<std::size_t>(row)].name);
}

int InterfaceModel::rowOf(const QString& name) const {
    for (int row = 0; row < rowCount(); ++row) {
        if (nameAt(row) == name) return row;
    }
    return -1;
}

std::uint32_t InterfaceModel::linkTypeAt(int row) const {
    if (row < 0 || row >= rowCount()) return kEthernet;
    return m_interfaces[static_cast<std::size_t>(row)].linkType.value_or(kEthernet);
}

int InterfaceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_interfaces.size());
}

QVariant InterfaceModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const live::InterfaceEntry& entry = m_interfaces[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return displayText(entry.name, 40);
        case DetailRole:
            return detailOf(entry);
        case Qt::ToolTipRole:
            return plainToolTip(displayText(entry.name, 40) + QLatin1Char('\n') + detailOf(entry));
        case Qt::AccessibleTextRole:
            return displayText(entry.name, 40) + QStringLiteral(", ") + detailOf(entry);
        case LinkTypeRole:
            return entry.linkType ? linkTypeWord(*entry.linkType) : QString();
        case RatesRole: {
            const std::vector<float>& rates = m_traffic.rates(entry.name);
            return QVariant::fromValue(QList<float>(rates.begin(), rates.end()));
        }
        case RateTextRole:
            return rateText(m_traffic.rate(entry.name));
        default:
            return {};
    }
}

}  // namespace framescope
