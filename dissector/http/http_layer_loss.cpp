// The part of HttpLayer that deals with bytes that are missing: what a hole costs, and how the next
// head is found behind it (http_footing.h).
#include <algorithm>
#include <memory>
#include <utility>

#include "dissector/engineio/target.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/start_line.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/gap_rows.h"
#include "dissector/layer/segment_rows.h"

namespace framescope::http {

void HttpLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                    LayerOutput& out) {
    endEventSearch(direction, out);
    if (isLate(direction)) giveUpHead(direction, out, IssueCode::None);
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    if (weighFrames(direction, {}, out)) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    if (!isOutsideOfSessions(half, missing)) {
        out.conversations().engineSessions.lost(direction, out);
    }
    bool responseLost = false;
    bool headLost = false;
    switch (half.state) {
        case State::Head:
            headLost = half.head.empty();
            giveUpHead(direction, out, IssueCode::None);
            responseLost = true;
            break;
        case State::Body:
            half.doubtedHead.reset();
            if (half.search != nullptr && !half.search->empty()) {
                half.search->addGap(offset, missing, out.arrival());
                holdGapRow(direction, offset, out);
                break;
            }
            if (!skipInBody(half, missing, out)) {
                // Only more than the rest of the body makes its end unknown.
                headLost = true;
                half.state = State::Unreadable;
                endBody(half, false, out);
                responseLost = true;
            }
            break;
        case State::Unreadable:
            responseLost = true;
            break;
        case State::Waiting:
            m_held.addGap(direction, offset, missing, out);
            break;
    }
    half.lost = half.lost || responseLost;
    if (!responseLost) return;
    if (direction == Direction::ClientToServer) {
        m_pairing.lostRequests(headLost);
        return;
    }
    m_responseLost = true;
    m_pairing.lost(headLost);
}

/// Missing bytes cannot be packets of Engine.IO that nobody knows of: they lie in one body, which
/// carries none, or whose reader is told.
bool HttpLayer::isOutsideOfSessions(const Half& half, std::uint64_t missing) {
    if (half.state != State::Body || half.chunkLost) return false;
    switch (half.framing.kind) {
        case BodyKind::Length:
            return half.exchangeKnown && missing <= half.remaining;
        case BodyKind::Chunked:
            return half.exchangeKnown && missing <= half.chunks.skippable();
        case BodyKind::UntilClose:
            return half.exchangeKnown;
        case BodyKind::None:
        case BodyKind::Tunnel:
            break;
    }
    return false;
}

/// Missing bytes inside a body of known length leave the place of the next message known, those
/// inside of a chunk that of the next chunk; and what ends with its stream goes on anyway.
bool HttpLayer::skipInBody(Half& half, std::uint64_t missing, LayerOutput& out) {
    switch (half.framing.kind) {
        case BodyKind::Length:
            if (missing > half.remaining) return false;
            half.remaining -= missing;
            deliverGap(half, missing, out);
            if (half.remaining == 0) {
                half.state = State::Head;
                endBody(half, true, out);
            }
            return true;
        case BodyKind::Chunked:
            half.chunkLost = half.chunkLost || !half.chunks.skip(missing);
            break;
        case BodyKind::None:
        case BodyKind::Tunnel:
        case BodyKind::UntilClose:
            break;
    }
    deliverGap(half, missing, out);
    return true;
}

std::size_t HttpLayer::skipToStartLine(Direction direction, StreamOffset offset, ByteView bytes,
                                       LayerOutput& out) {
    if (isLate(direction)) return 0;
    const auto at = beginsDamagedHead(bytes) ? std::optional<std::size_t>(0) : findStartLine(bytes);
    if (!at && weighFrames(direction, bytes, out)) return 0;
    if (!at && searchEvents(direction, offset, bytes, out)) return bytes.size();
    emitSegment(direction, offset, at.value_or(0), out);
    return at.value_or(0);
}

/// What has the lines of a head is one message; other bytes that nobody can read may be a response.
void HttpLayer::noteUnreadable(Direction direction, ByteView bytes, LayerOutput& out) {
    const Half& half = m_halves[indexOf(direction)];
    if (isLate(direction)) return;
    const bool head = resemblesHead(bytes);
    if (direction == Direction::ClientToServer) {
        if (!head) return;
        PendingRequest unread;
        unread.packet = out.arrival().packet;
        m_pairing.asked(std::move(unread), out);
    } else if (head) {
        m_pairing.take({out.arrival().packet, half.heardBefore, 0}, out);
        m_pairing.leftOpen(kNoRecord);
    } else {
        m_pairing.lost(false);
    }
}

/// Behind a head that cannot be read others may stand in the same segment.
std::size_t HttpLayer::skipUnreadable(Direction direction, StreamOffset offset, ByteView bytes,
                                      LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const auto at = beginsDamagedHead(bytes) ? std::optional<std::size_t>(0) : findStartLine(bytes);
    if (!at && weighFrames(direction, bytes, out)) return 0;
    const std::size_t skipped = at.value_or(bytes.size());
    if (at) half.state = State::Head;
    emitSegment(direction, offset, skipped, out);
    return skipped;
}

void HttpLayer::noteAsked(std::string_view target, LayerOutput& out) {
    (engineio::isEngineIoTarget(target) ? m_engineIoAsked : m_othersAsked) = true;
    decideBody(target, out);
}

void HttpLayer::decideBody(std::string_view target, LayerOutput& out) {
    if (const auto waiting = std::move(m_waitingBody)) waiting->reader->decide(target, out);
}

/// While the client's bytes wait behind a hole, the server's go on. Packets tell which was first.
bool HttpLayer::answeredAlready(RecordId request, LayerOutput& out) {
    while (!m_unpaired.empty() && m_unpaired.front().second < out.arrival().packet) {
        m_unpaired.pop_front();
    }
    if (m_unpaired.empty()) return false;
    out.link({m_unpaired.front().first, request, 0, LinkKind::ResponseTo});
    m_unpaired.pop_front();
    return true;
}

/// An event stream mostly ends its chunks where its events end.
bool HttpLayer::isBetweenUnits() const {
    if (m_successor != nullptr || !m_held.empty() || m_eventSearch != nullptr) return false;
    const auto isBetween = [](const Half& half) {
        if (half.state == State::Head) return half.head.empty();
        if (half.state != State::Body) return true;
        if (half.search != nullptr || half.doubtedHead != nullptr) return false;
        return half.reader == nullptr ||
               (half.framing.kind == BodyKind::Chunked && half.chunks.resumable() == 0U);
    };
    return isBetween(m_halves[0]) && isBetween(m_halves[1]);
}

}  // namespace framescope::http
