// An RST ends a connection, unless somebody else has made it up and its ends do not take it. That
// shows later, if anybody acknowledges what is sent behind it. Until then the layer is kept aside
// as it is, so that it can read on in the midst of whatever it reads: a message, a body, a
// compression, a session.
//
// A layer that stands between two units has nothing to say at its end that is a row, so the RST is
// a row at once. Any other one may have to say that a unit is not complete, in front of the RST:
// both wait for a while, or until something shows that it was taken.
//
// The same holds where the ports were used again, which may have been by another pair of ends with
// the same addresses; only that a layer within a unit is not kept.
#include <algorithm>
#include <utility>

#include "capture/ingest/row_maker_connection.h"
#include "dissector/layer/going_on.h"
#include "dissector/layer/interruptible.h"
#include "dissector/layer/read_as.h"
#include "dissector/layer/unclaimed_layer.h"

namespace framescope {
namespace {

/// So many packets of the capture an RST within a unit waits for its row: as many as anything waits
/// for what overtook it.
constexpr PacketNumber kRowWait = 128;
/// Layers that are kept aside, and for how long: longer than a usual heartbeat. Each one is as
/// large as that of a connection that is open.
constexpr std::size_t kMaxAside = 256;
constexpr std::int64_t kAsideNs = 60'000'000'000;

}  // namespace

void RowMaker::idle() {
    // Who goes on does so at once, or says something later; a row need not wait for that.
    endAllSuspended(m_suspended.rowDue);
    m_conversations.engineSessions.idle(*this);
}

void RowMaker::finish() {
    endAllSuspended(m_suspended.rowDue);
    endAllSuspended(m_suspended.aside);
    m_conversations.engineSessions.finish(*this);
}

void RowMaker::suspend(Connection& connection, Direction by, EndReason reason,
                       const tcp::Origin& at) {
    auto suspended = std::make_unique<Suspended>();
    suspended->layer = std::move(connection.layer);
    suspended->ends = std::exchange(connection.reset, {});
    suspended->arrival = m_arrival;
    suspended->lastData = connection.lastData;
    suspended->by = by;
    suspended->reason = reason;
    suspended->at = at;
    suspended->rowDue = !isBetweenUnits(*suspended->layer);
    const bool rowDue = suspended->rowDue;
    if (reason == EndReason::Reset) {
        for (std::size_t d = 0; d < suspended->ends.size(); ++d) {
            connection.finished[d] = connection.finished[d] || suspended->ends[d];
        }
    }
    // What still comes is nobody's.
    connection.layer = std::make_unique<UnclaimedLayer>();
    connection.suspended = std::move(suspended);
    if (rowDue) {
        m_suspended.rowDue.push_back(m_currentId);
        if (reason != EndReason::Reset) endSuspended(m_currentId);
    } else {
        emitEnd(by, reason, at);
        m_suspended.aside.push_back(m_currentId);
        if (m_suspended.aside.size() > kMaxAside) endSuspended(m_suspended.aside.front());
    }
    setSuspendedDue();
}

void RowMaker::wentOn(ConnectionId id) {
    Connection& connection = enter(id);
    const bool byReset = connection.info.state == ConnectionState::Reset;
    connection.info.state = ConnectionState::Open;
    if (connection.suspended != nullptr) {
        const std::unique_ptr<Suspended> suspended = takeSuspended(id);
        if (suspended->rowDue) {
            const Arrival now = m_arrival;
            emitEnd(suspended->by, suspended->reason, suspended->at);
            m_arrival = now;
        }
        connection.layer = std::move(suspended->layer);
    } else {
        // Too late for that, or no RST was it: another layer begins where it stopped.
        connection.finished = {};
        const ReadAs* const chosen =
            m_options.readAs.find(id, connection.info.client, connection.info.server);
        const ConnectionFacts& facts = connection.info.facts;
        connection.layer = chosen != nullptr ? makeReadAsLayer(*chosen, true, *this)
                                             : makeLayerGoingOn(facts, *m_nameTexts[facts.path],
                                                                *m_nameTexts[facts.subprotocol]);
    }
    if (byReset && connection.endRow != kNoRecord) {
        remark(connection.endRow, IssueCode::TcpReset, 0, "nobody took it: the connection goes on");
    }
}

/// The directions that it ended are open again, for whoever ends them or reads on.
std::unique_ptr<RowMaker::Suspended> RowMaker::takeSuspended(ConnectionId id) {
    Connection& connection = *m_connections[id];
    std::unique_ptr<Suspended> suspended = std::move(connection.suspended);
    for (std::size_t d = 0; d < suspended->ends.size(); ++d) {
        if (suspended->ends[d]) connection.finished[d] = false;
    }
    std::erase(suspended->rowDue ? m_suspended.rowDue : m_suspended.aside, id);
    setSuspendedDue();
    return suspended;
}

/// The RST counts: the layer is told of it. The event that is being handled goes on behind this.
void RowMaker::endSuspended(ConnectionId id) {
    Connection* const current = m_current;
    const ConnectionId currentId = m_currentId;
    const Arrival now = m_arrival;
    Connection& connection = enter(id);
    const std::unique_ptr<Suspended> suspended = takeSuspended(id);
    m_arrival = suspended->arrival;
    connection.layer = std::move(suspended->layer);
    connection.lastData = suspended->lastData;
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (!suspended->ends[indexOf(d)]) continue;
        m_cutBy = m_arrival.packet;
        connection.layer->end(d, suspended->reason, *this);
        settle();
        m_cutBy = 0;
        connection.notes.end(d, m_batch.remarks);
    }
    emitHeldGaps(connection);
    if (suspended->rowDue) emitEnd(suspended->by, suspended->reason, suspended->at);
    connection.layer = std::make_unique<UnclaimedLayer>();
    m_current = current;
    m_currentId = currentId;
    m_arrival = now;
}

/// A client that connects again has taken the RST.
void RowMaker::endSuspendedOf(const IpAddress& client) {
    const std::deque<ConnectionId> waiting = m_suspended.rowDue;
    for (const ConnectionId id : waiting) {
        if (m_connections[id]->info.client.address == client) endSuspended(id);
    }
}

void RowMaker::endDueSuspended(const tcp::Origin& now) {
    while (now.packet >= m_suspended.rowDuePacket) endSuspended(m_suspended.rowDue.front());
    while (now.timeNs >= m_suspended.asideUntilNs) endSuspended(m_suspended.aside.front());
}

void RowMaker::endAllSuspended(const std::deque<ConnectionId>& which) {
    while (!which.empty()) endSuspended(which.front());
}

void RowMaker::setSuspendedDue() {
    m_suspended.rowDuePacket =
        m_suspended.rowDue.empty()
            ? std::numeric_limits<PacketNumber>::max()
            : m_connections[m_suspended.rowDue.front()]->suspended->at.packet + kRowWait;
    m_suspended.asideUntilNs =
        m_suspended.aside.empty()
            ? std::numeric_limits<std::int64_t>::max()
            : std::min(m_connections[m_suspended.aside.front()]->suspended->at.timeNs,
                       std::numeric_limits<std::int64_t>::max() - kAsideNs) +
                  kAsideNs;
}

}  // namespace framescope
