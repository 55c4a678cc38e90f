// Everything is read from the session when it is asked for; nothing is copied.
#include "ui/connections/connection_model.h"

#include <algorithm>
#include <limits>

#include "dissector/layer/connection_words.h"
#include "dissector/layer/read_as.h"
#include "ui/reading/reading_rules.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

/// "192.0.2.1:51024 → 192.0.2.9:3000".
QString endpoints(const ConnectionInfo& info) {
    return QString::fromStdString(info.client.text()) + QStringLiteral(" → ") +
           QString::fromStdString(info.server.text());
}

/// Only ":51024 → :3000" within one machine, whose address tells no connection from another.
QString shortEndpoints(const ConnectionInfo& info) {
    if (info.server.address != info.client.address) return endpoints(info);
    return QStringLiteral(":%1 → :%2").arg(info.client.port).arg(info.server.port);
}

}  // namespace

ConnectionModel::ConnectionModel(QObject* parent) : SideListModel(parent) {}

void ConnectionModel::setSession(const Session* session) {
    beginResetModel();
    m_session = session;
    m_shown = 0;
    endResetModel();
    refresh();
}

void ConnectionModel::refresh() {
    if (m_session == nullptr) return;
    const auto count = static_cast<int>(
        std::min<ConnectionId>(m_session->connectionCount(), std::numeric_limits<int>::max() / 64));
    if (count > m_shown) {
        beginInsertRows({}, m_shown + 1, count);
        m_shown = count;
        endInsertRows();
    }
    Q_EMIT dataChanged(index(0), index(m_shown));
}

std::optional<ConnectionId> ConnectionModel::connectionAt(int row) const {
    if (row < 1 || row > m_shown) return std::nullopt;
    return static_cast<ConnectionId>(row - 1);
}

int ConnectionModel::rowOf(std::optional<ConnectionId> connection) const {
    if (!connection || *connection >= static_cast<ConnectionId>(m_shown)) return 0;
    return static_cast<int>(*connection) + 1;
}

int ConnectionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || m_session == nullptr ? 0 : m_shown + 1;
}

QVariant ConnectionModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || m_session == nullptr) return {};
    switch (role) {
        case Qt::DisplayRole:
            return title(index.row());
        case NameRole:
            return name(index.row());
        case PathRole:
            // The query is the tool tip's: at the side it would push the path itself out of sight.
            return path(index.row()).section(QLatin1Char('?'), 0, 0);
        case DetailRole:
            return detail(index.row(), shortEndpoints);
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole: {
            QString text = title(index.row()) + QLatin1Char('\n') + detail(index.row(), endpoints);
            text += howItIsKnown(index.row());
            if (severity(index.row()) != Severity::None && index.row() != 0) {
                const std::string_view word = severityName(severity(index.row()));
                text += QStringLiteral("\ngravest issue: ") +
                        QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
            }
            return role == Qt::ToolTipRole ? plainToolTip(text) : text;
        }
        case SeverityRole:
            return static_cast<int>(severity(index.row()));
        case HeadingRole:
            return index.row() == 0;
        default:
            return {};
    }
}

QString ConnectionModel::name(int row) const {
    const auto connection = connectionAt(row);
    if (!connection) return QStringLiteral("All connections");
    const ConnectionFacts& facts = m_session->connection(*connection).facts;
    QString name = QStringLiteral("%1  %2")
                       .arg(*connection)
                       .arg(QString::fromLatin1(protocolName(facts.protocol)));
    if (facts.readAsChosen) {
        if (const auto around = chosenAround(*m_session, *connection)) {
            name +=
                QStringLiteral(", in %1 as chosen").arg(QString::fromLatin1(protocolName(*around)));
        } else {
            name += isFoundAsChosen(*m_session, *connection) ? QStringLiteral(", as chosen")
                                                             : QStringLiteral(", not as chosen");
        }
    } else if ((facts.inferred & kInferredWebSocket) != 0) {
        name += QStringLiteral(", inferred");
    }
    return name;
}

QString ConnectionModel::path(int row) const {
    const auto connection = connectionAt(row);
    if (!connection) return {};
    return displayText(m_session->name(m_session->connection(*connection).facts.path), 500);
}

QString ConnectionModel::title(int row) const {
    const QString where = path(row);
    return where.isEmpty() ? name(row) : name(row) + QStringLiteral("  ") + where;
}

QString ConnectionModel::detail(int row, QString (*ends)(const ConnectionInfo&)) const {
    const auto connection = connectionAt(row);
    if (!connection) {
        return QStringLiteral("%1 · %2").arg(
            counted(static_cast<quint64>(m_shown), "connection", "connections"),
            counted(m_session->rowCount(), "row", "rows"));
    }
    const ConnectionInfo& info = m_session->connection(*connection);
    return QStringLiteral("%1 · %2 · %3")
        .arg(ends(info), counted(info.rows, "row", "rows"),
             QString::fromLatin1(connectionStateName(info.state)));
}

/// Lines about what was chosen for a connection, and what was told without its handshake.
QString ConnectionModel::howItIsKnown(int row) const {
    const auto connection = connectionAt(row);
    if (!connection) return {};
    const ConnectionFacts& facts = m_session->connection(*connection).facts;
    QString text;
    if (facts.readAsChosen) {
        const QString chosen = displayText(readAsNameOf(m_session->name(facts.readAs)), 300);
        text +=
            isFoundAsChosen(*m_session, *connection)
                ? QStringLiteral("\nRead as you chose: ") + chosen
                : QStringLiteral("\nYou chose %1, but nothing of the kind was found").arg(chosen);
        if (chosenAround(*m_session, *connection)) {
            text +=
                QStringLiteral("; it carries ") + QString::fromLatin1(protocolName(facts.protocol));
        }
    }
    const std::string inferred = inferredSentence(facts);
    if (!inferred.empty()) text += QLatin1Char('\n') + displayText(inferred, 300);
    return text;
}

Severity ConnectionModel::severity(int row) const {
    const auto connection = connectionAt(row);
    return connection ? m_session->connection(*connection).worst : Severity::None;
}

}  // namespace framescope
