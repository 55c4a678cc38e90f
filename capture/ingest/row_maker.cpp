#include "capture/ingest/row_maker.h"

#include <algorithm>
#include <array>

#include "capture/ingest/row_maker_connection.h"
#include "dissector/core/duration_text.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/read_as.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Names that are kept; beyond them rows have none. A capture made of nothing but new names would
/// otherwise fill the memory.
constexpr std::size_t kMaxNames = 1U << 20;
/// Rows that say how long they had to wait; those behind them say only that they had to.
constexpr std::uint32_t kMaxWaitsTold = 1U << 16;

/// Names that come with every message are told apart by their size and ends mostly.
std::size_t recentPlaceOf(std::string_view name) {
    if (name.empty()) return 0;
    const auto front = static_cast<std::uint8_t>(name.front());
    const auto back = static_cast<std::uint8_t>(name.back());
    return (name.size() + front * std::size_t{5} + back * std::size_t{11}) % 64;
}

}  // namespace

RowMaker::RowMaker(IngestOptions options) : m_options(std::move(options)) {
    m_nameTexts.push_back(&m_names.emplace("", 0).first->first);
    m_conversations.engineSessions.setAwaiting([this] { return m_waiting; });
}

RowMaker::~RowMaker() = default;

void RowMaker::captureRow(const CaptureRow& row) {
    if (row.record.kind == RowKind::CaptureDrop) m_conversations.engineSessions.lostAnywhere();
    if (row.issue != IssueCode::None) countIssue(row.issue);
    Record record = row.record;
    record.name = intern(row.name);
    addRow(record);
}

void RowMaker::untimed(PacketNumber packet) {
    if (m_untimed.empty() || m_untimed.back().end != packet) m_untimed.push_back({packet, packet});
    m_untimed.back().end = packet + 1;
}

bool RowMaker::isUntimed(PacketNumber packet) const {
    const auto behind = std::ranges::upper_bound(m_untimed, packet, {}, &PacketRun::begin);
    return behind != m_untimed.begin() && packet < std::prev(behind)->end;
}

void RowMaker::openStream(std::unique_ptr<Layer> layer) {
    Connection& connection = enter(0);
    connection.layer = std::move(layer);
    connection.info.synSeen = true;
}

void RowMaker::nameStream(std::string_view path, std::string_view subprotocol) {
    facts().path = intern(path);
    facts().subprotocol = intern(subprotocol);
}

void RowMaker::streamBytes(Direction direction, ByteView bytes) {
    data(0, direction, m_streamOffset[indexOf(direction)], bytes, {0, 0, m_streamPlace});
    m_streamOffset[indexOf(direction)] += bytes.size();
    m_streamPlace += bytes.size();
}

void RowMaker::endStream() {
    for (const Direction direction : {Direction::ClientToServer, Direction::ServerToClient}) {
        endStream(direction);
    }
}

void RowMaker::endStream(Direction direction) {
    directionEnded(0, direction, EndReason::CaptureEnd, {});
}

/// 0, for no packet, stays.
PacketNumber RowMaker::fileNumber(PacketNumber packet) const {
    return packet == 0 || packet > m_fileNumbers.size() ? packet : m_fileNumbers[packet - 1];
}

void RowMaker::nameFileNumbers() {
    for (StoredDatagram& datagram : m_batch.datagrams) {
        datagram.packet = fileNumber(datagram.packet);
        for (ip::DatagramPiece& piece : datagram.pieces) piece.packet = fileNumber(piece.packet);
    }
}

Batch RowMaker::takeBatch(const Statistics& packets) {
    if (!m_fileNumbers.empty()) nameFileNumbers();
    m_batch.connections.reserve(m_changed.size());
    for (const ConnectionId id : m_changed) {
        Connection& connection = *m_connections[id];
        connection.changed = false;
        m_batch.connections.emplace_back(id, connection.info);
        tellExtents(id, connection);
    }
    m_changed.clear();
    forgetEnded();
    m_batch.engineSessions = m_conversations.engineSessions.takeChanged();
    m_batch.polls = m_conversations.polls.takeChanged();
    m_batch.statistics = packets;
    m_batch.statistics.connections = m_statistics.connections;
    m_batch.statistics.rows = m_statistics.rows;
    m_batch.statistics.issues = m_statistics.issues;
    m_batch.statistics.greatestLength = m_statistics.greatestLength;
    m_batch.limits = m_options.limits;
    m_batch.records = m_rows.take();
    m_batch.packetOffsets = m_packetOffsets.take();
    m_batch.memory = m_room.takeFresh();
    return std::exchange(m_batch, {});
}

void RowMaker::makeConnections(ConnectionId last) {
    while (m_connections.size() <= last) {
        m_connections.push_back(std::make_unique<Connection>());
        ++m_statistics.connections;
    }
}

void RowMaker::replaceLayer() {
    m_current->layer = std::move(m_current->successors.back());
    m_current->successors.clear();
}

inline RowMaker::Connection& RowMaker::notePacket(ConnectionId id, const tcp::Origin& origin) {
    if (origin.packet >= m_suspended.rowDuePacket || origin.timeNs >= m_suspended.asideUntilNs) {
        endDueSuspended(origin);
    }
    Connection& connection = enter(id);
    ConnectionInfo& info = connection.info;
    if (m_untimed.empty() || !isUntimed(origin.packet)) {
        if (!info.hasTimes) info.firstTimeNs = info.lastTimeNs = origin.timeNs;
        info.hasTimes = true;
        // Times may run backwards.
        info.firstTimeNs = std::min(info.firstTimeNs, origin.timeNs);
        info.lastTimeNs = std::max(info.lastTimeNs, origin.timeNs);
    }
    ++info.packets;
    // Member by member: a copy in one piece would wait for what was just written.
    m_arrival.packet = connection.lastPacket.packet = origin.packet;
    m_arrival.timeNs = connection.lastPacket.timeNs = origin.timeNs;
    for (auto& behind : connection.behindGap) behind.reset();
    return connection;
}

void RowMaker::packet(ConnectionId id, const tcp::Origin& origin) {
    notePacket(id, origin);
}

void RowMaker::opened(ConnectionId id, const tcp::Opening& opening) {
    if (!m_suspended.rowDue.empty()) endSuspendedOf(opening.client.address);
    Connection& connection = enter(id);
    connection.info.client = opening.client;
    connection.info.server = opening.server;
    connection.info.synSeen = opening.synSeen;
    const ReadAs* const chosen = m_options.readAs.find(id, opening.client, opening.server);
    if (chosen != nullptr) m_rulesUsed.insert(chosen);
    connection.layer =
        chosen != nullptr
            ? makeReadAsLayer(*chosen, opening.synSeen, *this)
            : std::make_unique<DetectLayer>(opening.synSeen ? DetectLayer::Beginning::Seen
                                                            : DetectLayer::Beginning::NotSeen);
    m_arrival = {opening.origin.packet, opening.origin.timeNs};
    // What came before may have been of a session that was seen to begin elsewhere.
    if (!opening.synSeen) {
        for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
            m_conversations.engineSessions.lost(d, *this);
        }
    }
    emitEvent(RowKind::TcpOpen, Direction::ClientToServer, 0, opening.synSeen ? 0U : kFlagMidStream,
              opening.synSeen ? IssueCode::None : IssueCode::TcpJoinedMidStream);
}

void RowMaker::data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                    const tcp::Origin& origin) {
    extent(id, direction, offset, static_cast<std::uint32_t>(bytes.size()), origin);
    joined(id, direction, offset, bytes, origin);
}

void RowMaker::extent(ConnectionId id, Direction direction, StreamOffset offset,
                      std::uint32_t length, const tcp::Origin& origin) {
    addExtent(enter(id), direction, offset, length, origin);
}

/// Of the current connection.
inline void RowMaker::addExtent(Connection& connection, Direction direction, StreamOffset offset,
                                std::uint32_t length, const tcp::Origin& origin) {
    connection.extents[indexOf(direction)].add(
        {offset, origin.fileOffset, length, fileNumber(origin.packet)}, m_room);
}

void RowMaker::tellExtents(ConnectionId id, Connection& connection) {
    for (const Direction direction : {Direction::ClientToServer, Direction::ServerToClient}) {
        ExtentWriter& writer = connection.extents[indexOf(direction)];
        if (writer.fresh() != 0) m_batch.extents.push_back({id, direction, writer.take()});
    }
}

void RowMaker::joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                      const tcp::Origin& origin) {
    read(enter(id), direction, offset, bytes, origin);
}

void RowMaker::packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                              StreamOffset offset, ByteView bytes, const tcp::Origin& place) {
    Connection& connection = notePacket(id, origin);
    addExtent(connection, direction, offset, static_cast<std::uint32_t>(bytes.size()), place);
    read(connection, direction, offset, bytes, place);
}

/// The next bytes of the current connection.
void RowMaker::read(Connection& connection, Direction direction, StreamOffset offset,
                    ByteView bytes, const tcp::Origin& origin) {
    connection.info.bytes[indexOf(direction)] += bytes.size();
    if (auto& behind = connection.behindGap[indexOf(direction)]) {
        if (origin.packet > behind->packet) behind = {origin.packet, origin.timeNs};
        m_arrival = *behind;
    }
    if (connection.finished[indexOf(direction)]) {
        if (connection.suspended != nullptr) endSuspended(m_currentId);
        if (connection.finished[indexOf(direction)]) {
            emitSegment(direction, offset, bytes.size(), *this, IssueCode::TcpDataAfterFin);
            return;
        }
    }
    // Member by member, as in notePacket().
    Arrival& last = connection.lastData[indexOf(direction)];
    last.packet = m_arrival.packet;
    last.timeNs = m_arrival.timeNs;
    connection.notes.begin({offset, offset + bytes.size()});
    connection.layer->data(direction, offset, bytes, *this);
    settle();
}

void RowMaker::directionEnded(ConnectionId id, Direction direction, EndReason reason,
                              const tcp::Origin& at) {
    Connection& connection = enter(id);
    if (at.packet != 0) m_arrival = {at.packet, at.timeNs};
    // Where a connection goes on, a FIN before its RST is told once more.
    if (reason == EndReason::Fin && connection.finished[indexOf(direction)]) return;
    if (reason == EndReason::Reset || reason == EndReason::PortReused) {
        connection.reset[indexOf(direction)] = true;
        return;
    }
    m_cutBy = m_arrival.packet;
    connection.layer->end(direction, reason, *this);
    settle();
    m_cutBy = 0;
    connection.notes.end(direction, m_batch.remarks);
    connection.finished[indexOf(direction)] = reason == EndReason::Fin;
}

void RowMaker::started(ConnectionId id, Direction direction, std::uint32_t base) {
    ConnectionInfo& info = enter(id).info;
    info.sequenceKnown[indexOf(direction)] = true;
    info.initialSequence[indexOf(direction)] = base;
}

void RowMaker::released(ConnectionId id, Direction direction) {
    Connection& connection = enter(id);
    auto& behind = connection.behindGap[indexOf(direction)];
    if (!behind) behind = Arrival{};
}

void RowMaker::conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) {
    enter(id);
    m_arrival = {conflict.later.packet, conflict.later.timeNs};
    Record record;
    record.kind = RowKind::TcpConflict;
    record.direction = direction;
    record.streamOffset = conflict.offset;
    record.length = conflict.length;
    record.severity = issueInfo(IssueCode::TcpOverlapConflict).severity;
    countIssue(IssueCode::TcpOverlapConflict);
    const RecordId row = emit(record);
    m_batch.laterVersions.push_back({row, conflict.later.fileOffset});
    if (conflict.last) {
        remark(row, IssueCode::TcpOverlapConflict, 0,
               "further ones of this connection are not listed");
    }
}

void RowMaker::beside(ConnectionId id, Direction direction, const tcp::Beside& beside) {
    enter(id);
    m_arrival = {beside.origin.packet, beside.origin.timeNs};
    const IssueCode why = beside.late ? IssueCode::TcpDataAfterGap : IssueCode::TcpDataUnplaced;
    Record record;
    record.kind = RowKind::TcpSegment;
    record.direction = direction;
    record.streamOffset = beside.offset;
    record.length = beside.length;
    record.detail = static_cast<std::uint32_t>(why);
    record.severity = issueInfo(why).severity;
    countIssue(why);
    m_batch.laterVersions.push_back({emit(record), beside.origin.fileOffset});
}

void RowMaker::recovered(ConnectionId id, Direction direction, StreamOffset offset,
                         std::uint64_t size, std::int64_t waitedNs, const tcp::Origin& origin) {
    Connection& connection = enter(id);
    // Each of these sentences is a name that is kept.
    NameId detail = 0;
    if (m_waitsTold < kMaxWaitsTold) {
        ++m_waitsTold;
        detail = intern("the stream waited " + durationText(waitedNs) + " for packet " +
                        groupedDigits(fileNumber(origin.packet)));
    }
    countIssue(IssueCode::TcpLostAndSentAgain);
    connection.notes.expect(direction, {offset, offset + size}, IssueCode::TcpLostAndSentAgain,
                            detail);
}

void RowMaker::urgent(ConnectionId id, Direction direction, StreamOffset offset) {
    countIssue(IssueCode::TcpUrgentData);
    Connection& connection = enter(id);
    connection.notes.expect(direction, {offset, offset + 1}, IssueCode::TcpUrgentData, 0);
}

void RowMaker::forgotten(ConnectionId id) {
    if (id < m_connections.size() && m_connections[id] && m_connections[id]->suspended != nullptr) {
        endSuspended(id);
    }
    m_forgotten.push_back(id);
}

/// Connections go once the batch has what is known of them.
void RowMaker::forgetEnded() {
    for (const ConnectionId id : m_forgotten) {
        if (id >= m_connections.size()) continue;
        // Whoever asks for the current connection must still find one.
        if (m_connections[id].get() == m_current) continue;
        m_connections[id].reset();
    }
    m_forgotten.clear();
}

void RowMaker::ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) {
    Connection& connection = enter(id);
    switch (reason) {
        case EndReason::Fin:
            connection.info.state = ConnectionState::Closed;
            break;
        case EndReason::Reset:
            connection.info.state = ConnectionState::Reset;
            suspend(connection, by, reason, at);
            return;
        case EndReason::PortReused:
            connection.info.state = ConnectionState::Unfinished;
            suspend(connection, by, reason, at);
            return;
        case EndReason::CaptureEnd:
        case EndReason::HalfClosed:
            connection.info.state = ConnectionState::Unfinished;
            break;
    }
    emitHeldGaps(connection);
    emitEnd(by, reason, at);
    // What still comes is nobody's; the parser gives its memory back.
    connection.layer = std::make_unique<UnclaimedLayer>();
}

void RowMaker::emitEnd(Direction by, EndReason reason, const tcp::Origin& at) {
    m_arrival = {at.packet, at.timeNs};
    emitEvent(RowKind::TcpEnd, by, static_cast<std::uint32_t>(reason), 0,
              reason == EndReason::Reset ? IssueCode::TcpReset : IssueCode::None);
    m_current->endRow = m_nextRecord - 1;
    m_conversations.reconnects.ended(m_currentId, m_current->endRow, m_arrival.timeNs,
                                     static_cast<ConnectionId>(m_connections.size()));
}

void RowMaker::emitEvent(RowKind kind, Direction direction, std::uint32_t detail,
                         std::uint32_t flags, IssueCode issue) {
    Record record;
    record.kind = kind;
    record.direction = direction;
    record.detail = detail;
    record.flags = flags;
    if (issue != IssueCode::None) {
        record.severity = issueInfo(issue).severity;
        countIssue(issue);
    }
    emit(record);
}

RecordId RowMaker::emit(Record& record) {
    record.connection = m_currentId;
    record.packet = m_arrival.packet;
    record.timeNs = m_arrival.timeNs;
    if (m_cutBy != 0 && m_cutBy == m_arrival.packet) placeCutShort(record);
    if (!m_conflictingDatagrams.empty() && m_conflictingDatagrams.contains(record.packet)) {
        record.severity =
            std::max(record.severity, issueInfo(IssueCode::IpFragmentsConflict).severity);
        countIssue(IssueCode::IpFragmentsConflict);
    }
    ConnectionFacts& known = m_current->info.facts;
    known.protocol = std::max(known.protocol, record.protocol);
    ++m_current->info.rows;
    m_current->info.worst = std::max(m_current->info.worst, record.severity);
    m_current->notes.sawRow(record, m_nextRecord, m_batch.remarks);
    return addRow(record);
}

void RowMaker::placeCutShort(Record& record) const {
    const bool hasBytes = record.kind == RowKind::TcpSegment ||
                          record.kind == RowKind::HttpRequest ||
                          record.kind == RowKind::HttpResponse ||
                          record.kind == RowKind::WebSocketFrame || isInBody(record.kind);
    const Arrival& last = m_current->lastData[indexOf(record.direction)];
    if (!hasBytes || last.packet == 0) return;
    record.packet = last.packet;
    record.timeNs = last.timeNs;
}

/// Nothing more is to be said of it but what its packet does.
RecordId RowMaker::addRow(Record& record) {
    ++m_statistics.rows[static_cast<std::size_t>(record.protocol)];
    m_statistics.greatestLength = std::max(m_statistics.greatestLength, record.length);
    if (!m_untimed.empty() && isUntimed(record.packet)) record.flags |= kFlagNoTime;
    record.packet = fileNumber(record.packet);
    m_rows.add(record, m_room);
    return m_nextRecord++;
}

void RowMaker::countIssue(IssueCode code) {
    ++m_statistics.issues[static_cast<std::size_t>(issueInfo(code).severity)];
}

NameId RowMaker::intern(std::string_view name) {
    name = name.substr(0, kMaxName);
    NameId& recent = m_recentNames[recentPlaceOf(name)];
    if (*m_nameTexts[recent] == name) return recent;
    if (const auto found = m_names.find(name); found != m_names.end()) {
        return recent = found->second;
    }
    if (m_names.size() >= kMaxNames) return 0;
    const auto id = static_cast<NameId>(m_names.size());
    std::string key(name);
    m_batch.names.push_back(key);
    m_nameTexts.push_back(&m_names.emplace(std::move(key), id).first->first);
    return id;
}

void RowMaker::remark(RecordId row, IssueCode code, std::uint16_t part, std::string_view detail) {
    m_batch.remarks.push_back({row, code, part, detail.empty() ? 0 : intern(detail)});
}

void RowMaker::checkpoint(Direction direction, Checkpoint checkpoint) {
    m_batch.checkpoints.push_back({m_currentId, direction, std::move(checkpoint)});
}

const Endpoint& RowMaker::client() const {
    return m_current->info.client;
}

const Endpoint& RowMaker::server() const {
    return m_current->info.server;
}

ConnectionFacts& RowMaker::facts() {
    return m_current->info.facts;
}

void RowMaker::replaceWith(std::unique_ptr<Layer> next) {
    m_current->successors.push_back(std::move(next));
}

}  // namespace framescope
