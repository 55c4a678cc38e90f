// Everything is read from the session when it is asked for; nothing is copied.
#include "ui/connections/engine_session_model.h"

#include <algorithm>
#include <limits>

#include "ui/text/display_text.h"

namespace framescope {
namespace {

using engineio::SessionInfo;
using engineio::Transport;
using engineio::UpgradeState;

bool uses(const SessionInfo& info, Transport transport) {
    return info.transports[static_cast<std::size_t>(transport)];
}

/// "row 1 204".
QString rowWords(RecordId row) {
    return QStringLiteral("row %1").arg(groupedNumber(quint64{row} + 1));
}

/// What each step of an upgrade was seen in: "probe in row 7, answered in row 8, ...".
QString upgradeSteps(const SessionInfo& info) {
    QStringList steps;
    const auto add = [&steps](const char* what, RecordId row) {
        if (row != kNoRecord) steps << QLatin1String(what) + rowWords(row);
    };
    add("probe in ", info.probeRow);
    add("answered in ", info.probeAnswerRow);
    add("upgrade in ", info.upgradeRow);
    return steps.join(QStringLiteral(", "));
}

}  // namespace

QString transportWords(const SessionInfo& info) {
    switch (info.upgrade) {
        case UpgradeState::None:
            if (!uses(info, Transport::WebSocket)) {
                return info.lost[0] || info.lost[1] ? QStringLiteral("polling, no upgrade captured")
                                                    : QStringLiteral("polling, never upgraded");
            }
            return uses(info, Transport::Polling) ? QStringLiteral("polling and websocket")
                                                  : QStringLiteral("websocket");
        case UpgradeState::Direct:
            return QStringLiteral("websocket from the start");
        case UpgradeState::Asked:
            return QStringLiteral("polling, upgrade not answered");
        case UpgradeState::Refused:
            return QStringLiteral("polling, upgrade refused");
        case UpgradeState::Accepted:
            return QStringLiteral("polling, websocket never probed");
        case UpgradeState::Probing:
            return QStringLiteral("polling, probe not answered");
        case UpgradeState::Probed:
            return QStringLiteral("polling, probed but never upgraded");
        case UpgradeState::Upgraded:
            return uses(info, Transport::Polling)
                       ? QStringLiteral("polling → websocket after %1")
                             .arg(shortDuration(info.upgradeTimeNs - info.firstTimeNs))
                       : QStringLiteral("websocket, upgraded");
        case UpgradeState::Failed:
            return QStringLiteral("polling, upgrade failed");
    }
    return {};
}

EngineSessionModel::EngineSessionModel(QObject* parent) : SideListModel(parent) {}

void EngineSessionModel::setSession(const Session* session) {
    beginResetModel();
    m_session = session;
    m_shown = 0;
    endResetModel();
    refresh();
}

void EngineSessionModel::refresh() {
    if (m_session == nullptr) return;
    const auto count = static_cast<int>(std::min<std::size_t>(
        m_session->engineSessions().size(), std::numeric_limits<int>::max() / 64));
    if (count > m_shown) {
        beginInsertRows({}, m_shown + 1, count);
        m_shown = count;
        endInsertRows();
    }
    Q_EMIT dataChanged(index(0), index(m_shown));
}

const SessionInfo* EngineSessionModel::sessionAt(int row) const {
    if (m_session == nullptr || row < 1 || row > m_shown) return nullptr;
    return &m_session->engineSessions()[static_cast<std::size_t>(row - 1)];
}

int EngineSessionModel::rowOf(ConnectionId connection) const {
    for (int row = 1; row <= m_shown; ++row) {
        const auto& connections = sessionAt(row)->connections;
        if (std::find(connections.begin(), connections.end(), connection) != connections.end()) {
            return row;
        }
    }
    return 0;
}

int EngineSessionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || m_session == nullptr ? 0 : m_shown + 1;
}

QVariant EngineSessionModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || m_session == nullptr) return {};
    switch (role) {
        case Qt::DisplayRole:
            return title(index.row());
        case NameRole:
            return name(index.row());
        case PathRole:
            return sid(index.row());
        case DetailRole:
            return detail(index.row());
        case Qt::ToolTipRole:
            return plainToolTip(everything(index.row()));
        case Qt::AccessibleTextRole:
            return everything(index.row());
        case SeverityRole:
            return static_cast<int>(severity(index.row()));
        case HeadingRole:
            return index.row() == 0;
        default:
            return {};
    }
}

QString EngineSessionModel::name(int row) const {
    const SessionInfo* const info = sessionAt(row);
    if (info == nullptr) return QStringLiteral("All rows");
    return info->revision == 0 ? QStringLiteral("Engine.IO")
                               : QStringLiteral("Engine.IO %1").arg(info->revision);
}

QString EngineSessionModel::sid(int row) const {
    const SessionInfo* const info = sessionAt(row);
    if (info == nullptr) return {};
    return info->sid.empty() ? QStringLiteral("without a sid") : displayText(info->sid, 200);
}

QString EngineSessionModel::title(int row) const {
    const QString id = sid(row);
    return id.isEmpty() ? name(row) : name(row) + QStringLiteral("  ") + id;
}

QString EngineSessionModel::detail(int row) const {
    const SessionInfo* const info = sessionAt(row);
    if (info == nullptr) {
        const auto& all = m_session->engineSessions();
        const auto upgraded = std::count_if(
            all.begin(), all.begin() + m_shown,
            [](const SessionInfo& one) { return one.upgrade == UpgradeState::Upgraded; });
        return QStringLiteral("%1, %2 upgraded\n%3")
            .arg(counted(static_cast<quint64>(m_shown), "session", "sessions"),
                 groupedNumber(static_cast<quint64>(upgraded)),
                 counted(m_session->rowCount(), "row", "rows"));
    }
    return QStringLiteral("%1\n%2 · %3")
        .arg(transportWords(*info),
             counted(info->packets[0] + info->packets[1], "packet", "packets"),
             shortDuration(info->lastTimeNs - info->firstTimeNs));
}

QString EngineSessionModel::everything(int row) const {
    const SessionInfo* const info = sessionAt(row);
    QStringList lines{title(row)};
    if (info == nullptr) return (lines << detail(row)).join(QLatin1Char('\n'));
    lines << QStringLiteral("server %1").arg(QString::fromStdString(info->server.text()));
    lines << transportWords(*info);
    if (const QString steps = upgradeSteps(*info); !steps.isEmpty()) lines << steps;
    if (const Statistics& figures = m_session->statistics(); figures.hasTimes()) {
        lines << QStringLiteral("from %1 s on, for %2")
                     .arg(relativeSeconds(info->firstTimeNs - figures.firstTimeNs),
                          shortDuration(info->lastTimeNs - info->firstTimeNs));
    }
    lines << QStringLiteral("%1 from client to server, %2 back")
                 .arg(counted(info->packets[0], "packet", "packets"),
                      groupedNumber(info->packets[1]));
    if (info->heartbeats + info->missedHeartbeats != 0) {
        lines << QStringLiteral("%1 answered, %2 missed")
                     .arg(counted(info->heartbeats, "heartbeat", "heartbeats"),
                          groupedNumber(info->missedHeartbeats));
    }
    if (info->closeRow != kNoRecord) {
        QString closed = QStringLiteral("closed in ") + rowWords(info->closeRow);
        if (info->closedBy) {
            closed += *info->closedBy == Direction::ClientToServer
                          ? QStringLiteral(" by the client")
                          : QStringLiteral(" by the server");
        }
        lines << closed;
    }
    lines << QStringLiteral("over %1; all their rows are shown, also those of other sessions")
                 .arg(counted(info->connectionCount, "connection", "connections"));
    if (info->connectionCount > info->connections.size()) {
        lines << QStringLiteral("Only the first %1 connections are kept.")
                     .arg(info->connections.size());
    }
    if (severity(row) != Severity::None) {
        const std::string_view word = severityName(severity(row));
        lines << QStringLiteral("gravest issue: ") +
                     QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
    }
    return lines.join(QLatin1Char('\n'));
}

Severity EngineSessionModel::severity(int row) const {
    const SessionInfo* const info = sessionAt(row);
    Severity worst = Severity::None;
    if (info == nullptr) return worst;
    for (const ConnectionId connection : info->connections) {
        if (connection >= m_session->connectionCount()) continue;
        worst = std::max(worst, m_session->connection(connection).worst);
    }
    return worst;
}

}  // namespace framescope
