// Both lists are in the order of ids, so they are walked side by side.
#include "ui/server/client_model.h"

#include <algorithm>
#include <limits>

#include "ui/text/display_text.h"
#include "ui/widgets/flat_table.h"

namespace framescope {

using server::ClientInfo;

namespace {

bool saysTheSame(const ClientInfo& one, const ClientInfo& other) {
    return one.messagesIn == other.messagesIn && one.messagesOut == other.messagesOut &&
           one.open == other.open && one.ending == other.ending && one.what == other.what &&
           one.address == other.address;
}

bool isNumber(int column) {
    return column == ClientModel::MessagesIn || column == ClientModel::MessagesOut;
}

}  // namespace

void ClientModel::setClients(std::vector<ClientInfo> clients) {
    constexpr std::size_t kMost =
        std::numeric_limits<int>::max() / 64;  // pixels are counted in int
    std::sort(clients.begin(), clients.end(),
              [](const ClientInfo& one, const ClientInfo& other) { return one.id < other.id; });
    if (clients.size() > kMost) clients.resize(kMost);
    // Those that are no longer among them go, a stretch at a time.
    for (std::size_t end = m_clients.size(); end > 0;) {
        const auto isKept = [&](std::size_t at) {
            return std::binary_search(
                clients.begin(), clients.end(), m_clients[at],
                [](const ClientInfo& one, const ClientInfo& other) { return one.id < other.id; });
        };
        if (isKept(end - 1)) {
            --end;
            continue;
        }
        std::size_t begin = end - 1;
        while (begin > 0 && !isKept(begin - 1)) --begin;
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_clients.erase(m_clients.begin() + static_cast<std::ptrdiff_t>(begin),
                        m_clients.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
    std::size_t at = 0;
    while (at < clients.size()) {
        if (at < m_clients.size() && m_clients[at].id == clients[at].id) {
            if (!saysTheSame(m_clients[at], clients[at])) {
                m_clients[at] = std::move(clients[at]);
                Q_EMIT dataChanged(index(static_cast<int>(at), 0),
                                   index(static_cast<int>(at), ColumnCount - 1));
            }
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        while (end < clients.size() &&
               (at >= m_clients.size() || clients[end].id < m_clients[at].id)) {
            ++end;
        }
        beginInsertRows({}, static_cast<int>(at), static_cast<int>(end) - 1);
        m_clients.insert(m_clients.begin() + static_cast<std::ptrdiff_t>(at),
                         clients.begin() + static_cast<std::ptrdiff_t>(at),
                         clients.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        at = end;
    }
}

int ClientModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_clients.size());
}

int ClientModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ClientModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const ClientInfo& client = m_clients[static_cast<std::size_t>(index.row())];
    const auto text = [&]() -> QString {
        switch (index.column()) {
            case Address:
                return displayText(client.address, 100);
            case What:
                return displayText(client.what, 300);
            case MessagesIn:
                return groupedNumber(client.messagesIn);
            case MessagesOut:
                return groupedNumber(client.messagesOut);
            case State:
                if (client.open) return QStringLiteral("open");
                return client.ending.empty() ? QStringLiteral("ended")
                                             : displayText(client.ending, 300);
            default:
                return {};
        }
    };
    switch (role) {
        case Qt::DisplayRole:
            return text();
        case Qt::ToolTipRole:
            return plainToolTip(text());
        case Qt::TextAlignmentRole:
            return headerData(index.column(), Qt::Horizontal, Qt::TextAlignmentRole);
        case FlatTable::DimRole:
            return !client.open || index.column() == Address;
        default:
            return {};
    }
}

QVariant ClientModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>(isNumber(section) ? Qt::AlignRight | Qt::AlignVCenter
                                                  : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const bool shortened = role == Qt::DisplayRole;
    switch (section) {
        case Address:
            return QStringLiteral("Address");
        case What:
            return QStringLiteral("What");
        case MessagesIn:
            return shortened ? QStringLiteral("In") : QStringLiteral("Messages that it sent us");
        case MessagesOut:
            return shortened ? QStringLiteral("Out") : QStringLiteral("Messages that we sent it");
        case State:
            return QStringLiteral("State");
        default:
            return {};
    }
}

}  // namespace framescope
