// The rows of holes. What a hole cut short stands before it, so its layer is told first; and where
// the layer holds back bytes in front of the hole until it knows whose they are, the row waits
// until they have theirs.
#include <algorithm>
#include <utility>

#include "capture/ingest/row_maker_connection.h"
#include "dissector/tcp/gap_issue.h"

namespace framescope {

void RowMaker::gap(ConnectionId id, Direction direction, const tcp::Gap& gap) {
    Connection& connection = enter(id);
    if (connection.suspended != nullptr) endSuspended(id);
    connection.behindGap[indexOf(direction)] = Arrival{};
    // Whatever ended the waiting, this is the packet that shows the hole.
    if (gap.shownBy.packet != 0) m_arrival = {gap.shownBy.packet, gap.shownBy.timeNs};
    const IssueCode code = tcp::issueOf(gap.cause);
    HeldGap held;
    Record& record = held.record;
    record.kind = RowKind::TcpGap;
    record.direction = direction;
    record.streamOffset = gap.offset;
    record.length = gap.missing;
    record.detail = static_cast<std::uint32_t>(gap.cause);
    if (gap.cause == tcp::GapCause::NotAcknowledged) record.flags = kFlagNotAcknowledged;
    record.severity = issueInfo(code).severity;
    held.arrival = m_arrival;
    held.limitMet = gap.limitMet;
    if (connection.finished[indexOf(direction)]) {
        emitGap(held);
        return;
    }
    if (!connection.heldGaps) connection.heldGaps = std::make_unique<std::vector<HeldGap>>();
    connection.heldGaps->push_back(held);
    holdGapRow(direction, gap.offset);
    m_cutBy = m_arrival.packet;
    connection.layer->gap(direction, gap.offset, gap.missing, *this);
    settle();
    m_cutBy = 0;
    tellGapRow(direction, gap.offset);
}

void RowMaker::holdGapRow(Direction direction, StreamOffset offset) {
    if (!m_current->heldGaps) return;
    for (HeldGap& gap : *m_current->heldGaps) {
        if (gap.record.direction == direction && gap.record.streamOffset == offset) {
            ++gap.timesHeld;
        }
    }
}

void RowMaker::tellGapRow(Direction direction, StreamOffset offset) {
    if (!m_current->heldGaps) return;
    std::vector<HeldGap>& gaps = *m_current->heldGaps;
    const auto found = std::ranges::find_if(gaps, [&](const HeldGap& gap) {
        return gap.record.direction == direction && gap.record.streamOffset == offset;
    });
    if (found == gaps.end() || --found->timesHeld > 0) return;
    const HeldGap gap = *found;
    gaps.erase(found);
    if (gaps.empty()) m_current->heldGaps.reset();
    emitGap(gap);
}

/// Those that nobody will tell any more.
void RowMaker::emitHeldGaps(Connection& connection) {
    const std::unique_ptr<std::vector<HeldGap>> gaps = std::move(connection.heldGaps);
    if (!gaps) return;
    for (const HeldGap& gap : *gaps) emitGap(gap);
}

void RowMaker::emitGap(const HeldGap& gap) {
    const Arrival now = std::exchange(m_arrival, gap.arrival);
    countIssue(tcp::issueOf(static_cast<tcp::GapCause>(gap.record.detail)));
    Record record = gap.record;
    const RecordId row = emit(record);
    m_arrival = now;
    if (gap.limitMet == tcp::LimitMet::None) return;
    remarkLate(row, IssueCode::TcpHeldLimitMet, *this);
    Connection& connection = *m_current;
    if (gap.limitMet == tcp::LimitMet::OfDirection) {
        if (!std::exchange(connection.heldLimitMet, true)) ++m_heldLimitMet;
    } else if (!std::exchange(connection.totalLimitMet, true)) {
        ++m_totalLimitMet;
    }
}

}  // namespace framescope
