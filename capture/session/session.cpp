#include "capture/session/session.h"

#include <algorithm>

#include "capture/file/capture_properties.h"
#include "capture/ingest/batch.h"
#include "capture/session/row_dissection.h"
#include "capture/session/row_text.h"
#include "capture/session/session_row_context.h"
#include "capture/session/session_state.h"

namespace framescope {

const char* connectionStateName(ConnectionState state) {
    switch (state) {
        case ConnectionState::Open:
            return "open";
        case ConnectionState::Closed:
            return "closed";
        case ConnectionState::Reset:
            return "reset";
        case ConnectionState::Unfinished:
            return "unfinished";
    }
    return "";
}

Session::Session(std::shared_ptr<const CaptureFile> file) : m_state(std::make_unique<State>()) {
    m_state->file = std::move(file);
}

Session::~Session() = default;

void Session::append(Batch&& batch) {
    State& state = *m_state;
    auto names = static_cast<std::uint32_t>(state.layout.hostNames.size());
    for (const HostName& host : batch.layout.hostNames) {
        state.hostNames[host.address].push_back(names++);
        state.scatteredBytes += 2 * sizeof(HostName) + host.name.size();
    }
    state.layout.append(batch.layout);
    state.limits = batch.limits;
    state.memory.insert(state.memory.end(), batch.memory.begin(), batch.memory.end());
    state.packetOffsets.append(std::move(batch.packetOffsets));
    for (std::string& name : batch.names) {
        state.scatteredBytes += name.size();
        state.names.push_back(std::move(name));
    }
    for (auto& [id, info] : batch.connections) {
        while (state.connections.size() <= id) {
            state.connections.push_back({});
            state.streams.push_back({});
        }
        // Remarks are added here, so what they made worse stays.
        info.worst = std::max(info.worst, state.connections[id].worst);
        state.connections[id] = info;
    }
    for (auto& [id, info] : batch.engineSessions) {
        if (state.engineSessions.size() <= id) state.engineSessions.resize(id + 1);
        state.engineSessions[id] = std::move(info);
    }
    for (Batch::StreamExtents& entry : batch.extents) {
        StreamMap& map = state.streams[entry.connection][indexOf(entry.direction)];
        state.scatteredBytes -= map.memoryBytes();
        map.append(std::move(entry.extents));
        state.scatteredBytes += map.memoryBytes();
    }
    state.records.append(std::move(batch.records));
    for (StoredDatagram& datagram : batch.datagrams) {
        state.scatteredBytes +=
            sizeof(StoredDatagram) + datagram.pieces.size() * sizeof(ip::DatagramPiece);
        state.datagrams.insert_or_assign(datagram.packet, std::move(datagram));
    }
    for (const RowLink& link : batch.links) {
        state.linksFrom.append(link);
        state.linksTo.append(link);
    }
    for (const LaterVersion& version : batch.laterVersions) {
        state.laterVersions.append(version);
    }
    for (const RowRemark& remark : batch.remarks) {
        state.records.append(remark);
        const ConnectionId id = state.records.connection(remark.row);
        if (id == kNoConnection) continue;
        ConnectionInfo& connection = state.connections[id];
        connection.worst = std::max(connection.worst, issueInfo(remark.code).severity);
    }
    for (Batch::CheckpointEntry& entry : batch.checkpoints) {
        state.scatteredBytes += sizeof(Checkpoint) + entry.checkpoint.state.size();
        state.checkpoints[entry.connection][indexOf(entry.direction)].push_back(
            std::move(entry.checkpoint));
    }
    for (auto& [number, poll] : batch.polls) {
        if (state.polls.size() <= number) state.polls.resize(number + 1);
        state.polls[number] = std::move(poll);
    }
    for (std::string& notice : batch.notices) state.notices.push_back(std::move(notice));
    if (!batch.last) state.prepareAhead();
    if (!batch.cancelled) state.statistics = batch.statistics;
    state.complete = state.complete || batch.last;
    state.damaged = state.damaged || batch.damaged;
}

void Session::setPayloadRules(PayloadRules rules) {
    m_state->payloadRules = std::move(rules);
}

const PayloadRules& Session::payloadRules() const {
    return m_state->payloadRules;
}

void Session::setChecksumVerification(bool on) {
    m_state->verifyChecksums = on;
}

bool Session::checksumVerification() const {
    return m_state->verifyChecksums;
}

RecordId Session::rowCount() const {
    return static_cast<RecordId>(m_state->records.size());
}

Record Session::record(RecordId row) const {
    return m_state->records[row];
}

void Session::connectionsOf(RecordId first, std::span<ConnectionId> into) const {
    m_state->records.connections(first, into);
}

ConnectionId Session::connectionCount() const {
    return static_cast<ConnectionId>(m_state->connections.size());
}

const ConnectionInfo& Session::connection(ConnectionId connection) const {
    return m_state->connection(connection);
}

std::string_view Session::name(NameId name) const {
    return m_state->names[name];
}

std::string_view Session::requestTarget(RecordId row) const {
    return SessionRowContext(*m_state, row).requestTarget();
}

const std::vector<engineio::SessionInfo>& Session::engineSessions() const {
    return m_state->engineSessions;
}

const Statistics& Session::statistics() const {
    return m_state->statistics;
}

CaptureProperties Session::properties() const {
    if (m_state->file == nullptr) return {};
    return captureProperties(*m_state->file, m_state->layout);
}

std::string_view Session::hostName(const IpAddress& address) const {
    const auto found = m_state->hostNames.find(address);
    if (found == m_state->hostNames.end()) return {};
    return m_state->layout.hostNames[found->second.front()].name;
}

const std::vector<std::string>& Session::notices() const {
    return m_state->notices;
}

const std::vector<http::PollSummary>& Session::polls() const {
    return m_state->polls;
}

bool Session::complete() const {
    return m_state->complete;
}

bool Session::damaged() const {
    return m_state->damaged;
}

std::uint64_t Session::memoryBytes() const {
    const State& state = *m_state;
    return state.records.memoryBytes() + state.packetOffsets.memoryBytes() +
           state.connections.memoryBytes() + state.streams.memoryBytes() +
           state.linksFrom.memoryBytes() + state.linksTo.memoryBytes() +
           state.laterVersions.memoryBytes() + state.names.capacity() * sizeof(std::string) +
           state.engineSessions.capacity() * sizeof(engineio::SessionInfo) +
           state.polls.capacity() * sizeof(http::PollSummary) + state.scatteredBytes;
}

std::size_t Session::learntAbout(RecordId row) const {
    return m_state->linksFrom.find(row).size() + m_state->linksTo.find(row).size() +
           m_state->records.remarks(row).size();
}

Dissection Session::dissect(RecordId row, StreamContext context, TreeTexts texts) const {
    return dissectRow(*m_state, row, context, texts);
}

RowText Session::text(RecordId row) const {
    return textOfRow(*m_state, row);
}

}  // namespace framescope
