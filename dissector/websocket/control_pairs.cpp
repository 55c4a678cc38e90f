#include "dissector/websocket/control_pairs.h"

#include <algorithm>

namespace framescope::websocket {

void ControlPairs::ping(Direction direction, ByteView payload, RecordId row) {
    auto& pings = of(direction).pings;
    if (pings.size() == kMaxPings) pings.pop_front();
    const bool peerClosed = of(opposite(direction)).closeRow != kNoRecord;
    pings.push_back({row, Bytes(payload.begin(), payload.end()), false, peerClosed});
}

void ControlPairs::pong(Direction direction, ByteView payload, RecordId row, LayerOutput& out) {
    auto& pings = of(opposite(direction)).pings;
    // Of pings that say the same, the oldest is answered first. A pong nobody asked for is legal.
    const auto ping = std::ranges::find_if(
        pings, [&](const Ping& p) { return std::ranges::equal(p.payload, payload); });
    if (ping == pings.end()) return;
    out.link({row, ping->row, 0, LinkKind::PongOf});
    // Section 5.5.3: whoever was sent several pings may answer the latest alone.
    for (auto earlier = pings.begin(); earlier != ping; ++earlier) earlier->superseded = true;
    pings.erase(ping);
}

void ControlPairs::close(Direction direction, const CloseBody& body, RecordId row,
                         LayerOutput& out) {
    Half& half = of(direction);
    if (half.closeRow != kNoRecord) return;
    half.closeRow = row;
    WebSocketClosing& closing = out.facts().closing;
    if (!closing.begun()) {
        closing.first = direction;
        closing.code = body.code.value_or(0);
        closing.reason = body.code && !body.reason.empty() ? out.intern(body.reason) : 0;
    }
    closing.sent[indexOf(direction)] = true;
    const RecordId other = of(opposite(direction)).closeRow;
    if (other != kNoRecord) out.link({row, other, 0, LinkKind::CloseOf});
}

void ControlPairs::lost(LayerOutput& out) {
    m_lossy = true;
    out.facts().closing.dataMissing = true;
}

void ControlPairs::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (of(direction).ended) return;
    of(direction).ended = reason;
    if (!of(opposite(direction)).ended) return;
    conclude(Direction::ClientToServer, out);
    conclude(Direction::ServerToClient, out);
}

/// What the peer of `direction` left unanswered. Said only where the capture shows how the
/// connection ended and every byte before that.
void ControlPairs::conclude(Direction direction, LayerOutput& out) {
    const Half& half = of(direction);
    const Half& peer = of(opposite(direction));
    const auto isEnd = [](EndReason reason) {
        return reason == EndReason::Fin || reason == EndReason::Reset;
    };
    if (m_lossy || !isEnd(*half.ended) || !isEnd(*peer.ended)) return;
    // After a reset the peer may have had no chance to answer.
    if (half.closeRow != kNoRecord && peer.closeRow == kNoRecord && *peer.ended == EndReason::Fin) {
        remarkLate(half.closeRow, IssueCode::WebSocketCloseUnanswered, out);
    }
    for (const Ping& ping : half.pings) {
        if (ping.superseded || ping.peerClosed) continue;
        remarkLate(ping.row, IssueCode::WebSocketPingUnanswered, out);
    }
}

}  // namespace framescope::websocket
