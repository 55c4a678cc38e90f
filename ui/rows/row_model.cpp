// Text cells are dissected when they are looked at, and kept for a while: a view asks for the same
// few rows again and again.
#include "ui/rows/row_model.h"

#include <algorithm>
#include <array>
#include <span>

#include <QDateTime>

#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr RecordId kSlice = 1'000'000;  // a few milliseconds
constexpr int kKeptTexts = 2000;

Qt::Alignment alignmentOf(int column) {
    switch (column) {
        case RowModel::Number:
        case RowModel::Time:
        case RowModel::Connection:
        case RowModel::Length:
            return Qt::AlignRight | Qt::AlignVCenter;
        case RowModel::Arrow:
            return Qt::AlignCenter;
        default:
            return Qt::AlignLeft | Qt::AlignVCenter;
    }
}

QString severityWord(Severity severity) {
    const std::string_view name = severityName(severity);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

}  // namespace

RowModel::RowModel(QObject* parent) : QAbstractTableModel(parent), m_texts(kKeptTexts) {
    m_nextSlice.setSingleShot(true);
    m_nextSlice.setInterval(0);
    connect(&m_nextSlice, &QTimer::timeout, this, &RowModel::scanSlice);
}

void RowModel::setSession(const Session* session) {
    beginResetModel();
    m_session = session;
    m_isNarrowed = false;
    m_wanted.clear();
    m_texts.clear();
    m_greatestLength = 0;
    m_latestNs.reset();
    m_held.reset();
    m_checksums.setSession(session);
    restart();
    endResetModel();
    fetchAppended();
}

bool RowModel::setConnections(const std::optional<std::vector<ConnectionId>>& connections) {
    std::vector<bool> wanted;
    for (const ConnectionId connection : connections.value_or(std::vector<ConnectionId>())) {
        if (connection >= wanted.size()) wanted.resize(std::size_t{connection} + 1);
        wanted[connection] = true;
    }
    if (connections.has_value() == m_isNarrowed && wanted == m_wanted) return false;
    beginResetModel();
    m_isNarrowed = connections.has_value();
    m_wanted = std::move(wanted);
    restart();
    // The first slice belongs to the reset: mostly it is all there is.
    if (m_session != nullptr && m_isNarrowed) {
        scanConnections(std::min(available(), kSlice));
        m_shown = static_cast<int>(m_narrowed.size());
    }
    endResetModel();
    fetchAppended();
    return true;
}

void RowModel::restart() {
    m_narrowed.clear();
    m_narrowed.shrink_to_fit();
    m_scanned = 0;
    m_shown = 0;
    m_limitReached = false;
    m_nextSlice.stop();
}

RecordId RowModel::available() const {
    const RecordId count = m_session != nullptr ? m_session->rowCount() : 0;
    return m_held ? std::min(*m_held, count) : count;
}

void RowModel::setHeld(bool held) {
    if (held == isHeld()) return;
    if (held) {
        m_held = m_scanned;
    } else {
        m_held.reset();
        fetchAppended();
    }
}

void RowModel::fetchAppended() {
    if (!m_nextSlice.isActive()) scanSlice();
}

void RowModel::scanSlice() {
    if (m_session == nullptr) return;
    m_checksums.countAppended();
    if (!isHeld()) measure();
    const RecordId count = available();
    if (!m_isNarrowed) {
        const auto wanted =
            static_cast<int>(std::min<RecordId>(count, static_cast<RecordId>(m_rowLimit)));
        m_scanned = count;
        m_limitReached = count > static_cast<RecordId>(m_rowLimit);
        if (wanted > m_shown) {
            beginInsertRows({}, m_shown, wanted - 1);
            m_shown = wanted;
            endInsertRows();
        }
        Q_EMIT caughtUp();
        return;
    }
    scanConnections(std::min(count, m_scanned + std::min(kSlice, count - m_scanned)));
    const auto found = static_cast<int>(m_narrowed.size());
    if (found > m_shown) {
        beginInsertRows({}, m_shown, found - 1);
        m_shown = found;
        endInsertRows();
    }
    if (m_scanned < count) {
        m_nextSlice.start();
    } else {
        Q_EMIT caughtUp();
    }
}

void RowModel::measure() {
    const Statistics& statistics = m_session->statistics();
    m_greatestLength = statistics.greatestLength;
    if (statistics.hasTimes()) m_latestNs = statistics.lastTimeNs;
}

QString RowModel::widestText(int column) const {
    if (m_session == nullptr || available() == 0) return {};
    switch (column) {
        case Number:
            return QString::number(quint64{available()});
        case Time:
            if (!m_latestNs) return {};
            return relativeSeconds(*m_latestNs - m_session->statistics().firstTimeNs);
        case Connection:
            return QString::number(std::max<ConnectionId>(m_session->connectionCount(), 1) - 1);
        case Length:
            return groupedNumber(m_greatestLength);
        default:
            return {};
    }
}

void RowModel::scanConnections(RecordId end) {
    std::array<ConnectionId, 1024> some;
    while (m_scanned < end) {
        const auto connections =
            std::span(some).first(std::min<std::size_t>(some.size(), end - m_scanned));
        m_session->connectionsOf(m_scanned, connections);
        for (const ConnectionId connection : connections) {
            const RecordId row = m_scanned++;
            // Packets that were dropped may be missing from any connection.
            if (connection != kNoConnection && !isWanted(connection)) continue;
            if (m_narrowed.size() >= static_cast<std::size_t>(m_rowLimit)) {
                m_limitReached = true;
                continue;
            }
            m_narrowed.push_back(row);
        }
    }
}

RecordId RowModel::recordAt(int row) const {
    if (row < 0 || row >= m_shown) return kNoRecord;
    return m_isNarrowed ? m_narrowed[static_cast<std::size_t>(row)] : static_cast<RecordId>(row);
}

int RowModel::rowOf(RecordId record) const {
    if (!m_isNarrowed) {
        return record < static_cast<RecordId>(m_shown) ? static_cast<int>(record) : -1;
    }
    const auto end = m_narrowed.begin() + m_shown;
    const auto place = std::lower_bound(m_narrowed.begin(), end, record);
    return place != end && *place == record ? static_cast<int>(place - m_narrowed.begin()) : -1;
}

int RowModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_shown;
}

int RowModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RowModel::data(const QModelIndex& index, int role) const {
    const RecordId record = recordAt(index.row());
    if (!index.isValid() || record == kNoRecord) return {};
    switch (role) {
        case Qt::DisplayRole:
            return cellText(record, index.column());
        case Qt::TextAlignmentRole:
            return static_cast<int>(alignmentOf(index.column()));
        case Qt::ToolTipRole:
            return plainToolTip(tooltip(record, index.column()));
        case Qt::AccessibleTextRole:
            if (index.column() == Arrow) return tooltip(record, Arrow);
            return cellText(record, index.column());
        case SeverityRole:
            return static_cast<int>(severityOf(record));
        case DirectionRole:
            if (m_session->record(record).connection == kNoConnection) return {};
            return static_cast<int>(m_session->record(record).direction);
        default:
            return {};
    }
}

QVariant RowModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return static_cast<int>(alignmentOf(section));
    const bool shortened = role == Qt::DisplayRole;
    if (!shortened && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
    switch (section) {
        case Number:
            return shortened ? QStringLiteral("No.") : QStringLiteral("Number of the row");
        case Time:
            return shortened ? QStringLiteral("Time")
                             : QStringLiteral(
                                   "Seconds since the first packet. Rows stand in the order of "
                                   "their bytes in the stream: data that had to wait for missing "
                                   "bytes comes behind them, so a time may be earlier than the one "
                                   "above it.");
        case Connection:
            return shortened ? QStringLiteral("Conn")
                             : QStringLiteral("Number of the TCP connection (tcp.stream)");
        case Arrow:
            return shortened ? QString()
                             : QStringLiteral("Direction: → client to server, ← server to client");
        case ProtocolName:
            return shortened ? QStringLiteral("Protocol")
                             : QStringLiteral("The highest protocol that was read");
        case Length:
            return shortened ? QStringLiteral("Length") : QStringLiteral("Bytes on the wire");
        case Info:
            return QStringLiteral("Info");
        default:
            return {};
    }
}

QString RowModel::cellText(RecordId record, int column) const {
    const Record& r = m_session->record(record);
    switch (column) {
        case Number:
            return QString::number(quint64{record} + 1);
        case Time:
            if (!r.hasTime()) return {};
            return relativeSeconds(r.timeNs - m_session->statistics().firstTimeNs);
        case Connection:
            if (r.connection == kNoConnection) return QStringLiteral("-");
            return QString::number(r.connection);
        case Arrow:
            if (r.connection == kNoConnection) return {};
            return directionArrow(r.direction);
        case ProtocolName:
            return displayText(textOf(record).protocol);
        case Length:
            return groupedNumber(r.length);
        case Info:
            return displayText(textOf(record).info);
        default:
            return {};
    }
}

QString RowModel::tooltip(RecordId record, int column) const {
    const Record& r = m_session->record(record);
    switch (column) {
        case Number:
            if (severityOf(record) == Severity::None) {
                return QStringLiteral("Row %1, packet %2").arg(quint64{record} + 1).arg(r.packet);
            }
            return QStringLiteral("Row %1, packet %2, with an issue (%3)")
                .arg(quint64{record} + 1)
                .arg(r.packet)
                .arg(severityWord(severityOf(record)));
        case Time:
            if (!r.hasTime()) return QStringLiteral("The capture gives this packet no time");
            return cellText(record, Time) + QStringLiteral(" s\n") +
                   QDateTime::fromMSecsSinceEpoch(r.timeNs / 1'000'000).toString(Qt::ISODateWithMs);
        case Connection:
            if (r.connection == kNoConnection) return QStringLiteral("Belongs to no connection");
            return QStringLiteral("%1 → %2").arg(
                QString::fromStdString(m_session->connection(r.connection).client.text()),
                QString::fromStdString(m_session->connection(r.connection).server.text()));
        case Arrow:
            if (r.connection == kNoConnection) return {};
            return directionWords(r.direction);
        case Length:
            return counted(r.length, "byte", "bytes");
        case ProtocolName:
        case Info:
            return cellText(record, column);
        default:
            return {};
    }
}

Severity RowModel::severityOf(RecordId record) const {
    return std::max(m_session->record(record).severity, m_checksums.of(record));
}

void RowModel::checksumsChanged() {
    m_checksums.setSession(m_session);
    if (m_shown > 0) Q_EMIT dataChanged(index(0, Number), index(m_shown - 1, Info));
}

const RowText& RowModel::textOf(RecordId record) const {
    if (const RowText* kept = m_texts.object(record)) return *kept;
    auto* const text = new RowText(m_session->text(record));
    m_texts.insert(record, text);
    return *text;
}

void RowModel::forgetTexts() {
    m_texts.clear();
    if (m_shown > 0) Q_EMIT dataChanged(index(0, ProtocolName), index(m_shown - 1, Info));
}

void RowModel::refreshTexts(int first, int last) {
    m_texts.clear();
    first = std::max(first, 0);
    last = std::min(last, m_shown - 1);
    if (first <= last) Q_EMIT dataChanged(index(first, Number), index(last, Info));
}

QString RowModel::rowAsText(int row) const {
    const RecordId record = recordAt(row);
    if (record == kNoRecord) return {};
    QStringList cells;
    for (int column = 0; column < ColumnCount; ++column) cells << cellText(record, column);
    return cells.join(QLatin1Char('\t'));
}

}  // namespace framescope
