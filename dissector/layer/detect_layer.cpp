#include "dissector/layer/detect_layer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "dissector/http/http_layer.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/proxy_header.h"
#include "dissector/layer/proxy_header_layer.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/sse/joined_stream.h"
#include "dissector/websocket/handshake.h"
#include "dissector/websocket/mid_stream.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope {

/// Pieces of both directions, in the order in which they came, until it is known whose they are.
struct DetectLayer::MidStreamWatch {
    websocket::MidStream test;
    HeldBytes held;
    HoldBudget::Share share;
    bool mayBeEvents = true;       ///< all that the server said may be of an event stream
    std::size_t eventsJudged = 0;  ///< bytes of it when that was looked at
};

DetectLayer::DetectLayer(Beginning beginning) {
    if (beginning == Beginning::NotSeen) m_watch = std::make_unique<MidStreamWatch>();
}
DetectLayer::DetectLayer(Asked asked)
    : m_asked(std::move(asked)), m_watch(std::make_unique<MidStreamWatch>()) {
    m_watch->test.expect();
}
DetectLayer::~DetectLayer() = default;

void DetectLayer::data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->data(direction, offset, bytes, out);
        return;
    }
    if (const StreamProtocol* const protocol = toldAtOnce(direction, bytes)) {
        handOver(protocol->makeLayer(false), out);
        m_successor->data(direction, offset, bytes, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    half.begun = true;
    half.beginning.insert(half.beginning.end(), bytes.begin(), bytes.end());
    half.held.add(direction, offset, bytes, out);
    if (half.mayBePassedOn && !takeHeadersInFront(half, out)) return;
    bool undecided = false;
    for (const StreamProtocol& protocol : streamProtocols()) {
        const Recognition recognition = protocol.recognise(direction, half.beginning);
        undecided = undecided || recognition == Recognition::NeedsMore;
        if (recognition != Recognition::Yes) continue;
        become(protocol, direction, out);
        return;
    }
    if (undecided) return;
    if (const std::size_t remains = remainsOfProxyLine(half.beginning); remains != 0) {
        dropFront(half, remains, out);
        for (const StreamProtocol& protocol : streamProtocols()) {
            if (protocol.recognise(direction, half.beginning) != Recognition::Yes) continue;
            become(protocol, direction, out);
            return;
        }
    }
    giveUp(direction, out);
}

const StreamProtocol* DetectLayer::toldAtOnce(Direction direction, ByteView bytes) const {
    const Half& other = m_halves[indexOf(opposite(direction))];
    const bool nothingBefore =
        !m_halves[indexOf(direction)].begun && !other.begun && !other.ended && m_watch == nullptr;
    if (!nothingBefore || findProxyHeader(bytes).recognition != Recognition::No) return nullptr;
    for (const StreamProtocol& protocol : streamProtocols()) {
        if (protocol.recognise(direction, bytes) == Recognition::Yes) return &protocol;
    }
    return nullptr;
}

void DetectLayer::dropFront(Half& half, std::size_t size, LayerOutput& out) {
    half.beginning.erase(half.beginning.begin(),
                         half.beginning.begin() + static_cast<std::ptrdiff_t>(size));
    const Arrival now = out.arrival();
    while (size != 0) {
        HeldBytes::Piece piece = half.held.pop();
        const std::size_t taken = std::min(size, piece.rest().size());
        out.setArrival(piece.arrival);
        emitSegment(piece.direction, piece.restOffset(), taken, out);
        piece.taken += taken;
        size -= taken;
        if (!piece.rest().empty()) half.held.putBack(std::move(piece));
    }
    out.setArrival(now);
}

bool DetectLayer::takeHeadersInFront(Half& half, LayerOutput& out) {
    half.mayBePassedOn = !takeProxyHeaders(half.beginning, half.held, out);
    half.begun = !half.beginning.empty();
    return !half.mayBePassedOn;
}

void DetectLayer::become(const StreamProtocol& protocol, Direction direction, LayerOutput& out) {
    if (m_watch != nullptr) releaseWatched(Then::Stop, out);
    handOver(m_http != nullptr ? std::move(m_http) : protocol.makeLayer(m_clientMissed), out);
    // What the other side said before may belong to the protocol too; it was said first.
    Half& before = m_halves[indexOf(opposite(direction))];
    HeldBytes other = std::move(before.held);
    HeldBytes own = std::move(m_halves[indexOf(direction)].held);
    other.release(*m_successor, out);
    own.release(*m_successor, out);
    if (before.ended) m_successor->end(opposite(direction), *before.ended, out);
}

void DetectLayer::handOver(std::unique_ptr<Layer> next, LayerOutput& out) {
    m_successor = next.get();
    out.replaceWith(std::move(next));
}

void DetectLayer::giveUp(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (m_watch != nullptr) {
        watch(direction, out);
        return;
    }
    half.givenUp = half.givenUp || !half.held.empty();
    half.held.releaseAsSegments(out);
    // A head of a handshake that is damaged beyond reading: what comes behind it tells.
    if (websocket::speaksOfWebSocket(half.beginning)) {
        m_watch = std::make_unique<MidStreamWatch>();
        m_watch->test.expect();
    }
    half.beginning.clear();
}

void DetectLayer::watch(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const Bytes beginning = std::exchange(half.beginning, {});
    if (beginning.empty()) return;
    MidStreamWatch& watch = *m_watch;
    const bool tls = websocket::beginsTlsRecord(beginning);
    const bool events =
        direction == Direction::ServerToClient && sse::mayBeginJoinedStream(beginning);
    const bool vain = watch.test.onlyFromFirstByte() && !watch.test.holds(direction) && !events &&
                      !websocket::mayBeginFrame(beginning);
    if (vain && !tls) {
        half.held.releaseAsSegments(out);
        return;
    }
    while (!half.held.empty()) {
        HeldBytes::Piece piece = half.held.pop();
        watch.test.add(direction, piece.restOffset(), piece.rest(), piece.arrival);
        watch.held.add(std::move(piece));
    }
    if (tls || !watch.share.set(watch.held.size(), out.conversations().undecided)) {
        releaseWatched(Then::Stop, out);
        return;
    }
    if (const auto place = findEventStream(direction)) {
        becomeEventStream(*place, out);
        return;
    }
    if (!watch.test.due(direction)) return;
    const bool room =
        websocket::hasRoom(watch.share, watch.held.size(), out.conversations().undecided);
    const bool mayBeEvents = watch.mayBeEvents && direction == Direction::ServerToClient;
    if (watch.test.judge(direction, false)) {
        becomeWebSocket(out);
    } else if (watch.test.full(direction, room) ||
               (watch.test.hopeless(direction) && !mayBeEvents)) {
        releaseWatched(Then::GoOn, out);
    }
}

void DetectLayer::releaseWatched(Then then, LayerOutput& out) {
    const std::unique_ptr<MidStreamWatch> watch = std::move(m_watch);
    if (then != Then::Stop) {
        m_watch = std::make_unique<MidStreamWatch>();
        m_watch->test = then == Then::GoOnBehindGap ? watch->test.behindGap() : watch->test.next();
    }
    watch->held.releaseAsSegments(out);
}

void DetectLayer::becomeWebSocket(LayerOutput& out) {
    const std::unique_ptr<MidStreamWatch> watch = std::move(m_watch);
    ConnectionFacts& facts = out.facts();
    facts.upgraded = true;
    facts.inferred |= kInferredWebSocket;
    for (Half& half : m_halves) {
        while (!half.held.empty()) watch->held.add(half.held.pop());
    }
    if (watch->test.rolesReversed()) facts.inferred |= kInferredClient;
    std::string target;
    if (m_asked) {
        target = std::move(m_asked->target);
        if (m_asked->row != kNoRecord) {
            out.conversations().reconnects.opened(target, m_asked->row, out);
        }
    }
    auto layer = std::make_unique<websocket::WebSocketLayer>(std::move(target), std::string(),
                                                             websocket::Negotiation::NotCaptured);
    layer->beginWithoutHandshake(websocket::Footing::Unknown);
    handOver(std::move(layer), out);
    watch->held.release(*m_successor, out);
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (const auto ended = m_halves[indexOf(d)].ended) m_successor->end(d, *ended, out);
    }
}

std::optional<sse::JoinedPlace> DetectLayer::findEventStream(Direction direction) {
    if (direction != Direction::ServerToClient || !m_watch->mayBeEvents) return std::nullopt;
    const ByteView said = m_watch->test.held(direction);
    // Each look takes in all that is held: only when there is a quarter more.
    if (said.size() - m_watch->eventsJudged < m_watch->eventsJudged / 4) return std::nullopt;
    m_watch->eventsJudged = said.size();
    const sse::JoinedPlace place = m_watch->test.onlyFromFirstByte()
                                       ? sse::JoinedPlace{sse::judgeJoinedStream(said), 0, 0}
                                       : sse::findJoinedStream(said);
    m_watch->mayBeEvents = place.kind != sse::JoinedStream::No;
    if (!m_watch->mayBeEvents || place.kind == sse::JoinedStream::NeedsMore) return std::nullopt;
    return place;
}

void DetectLayer::becomeEventStream(const sse::JoinedPlace& place, LayerOutput& out) {
    const std::unique_ptr<MidStreamWatch> watch = std::move(m_watch);
    for (Half& half : m_halves) {
        while (!half.held.empty()) watch->held.add(half.held.pop());
    }
    handOver(
        std::make_unique<http::HttpLayer>(http::HttpLayer::Beginning::InEventStream, place.chunk),
        out);
    const Arrival now = out.arrival();
    std::size_t before = place.start;
    while (!watch->held.empty()) {
        HeldBytes::Piece piece = watch->held.pop();
        if (piece.direction == Direction::ServerToClient && before != 0) {
            const std::size_t left = std::min(before, piece.rest().size());
            out.setArrival(piece.arrival);
            emitSegment(piece.direction, piece.restOffset(), left, out);
            piece.taken += left;
            before -= left;
            if (piece.missing == 0 && piece.rest().empty()) continue;
        }
        HeldBytes single;
        single.add(std::move(piece));
        single.release(*m_successor, out);
    }
    out.setArrival(now);
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (const auto ended = m_halves[indexOf(d)].ended) m_successor->end(d, *ended, out);
    }
}

void DetectLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                      LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    out.conversations().engineSessions.lost(direction, out);
    const bool nothingKnown =
        !m_halves[indexOf(direction)].begun && !m_halves[indexOf(opposite(direction))].givenUp;
    if (m_watch == nullptr && nothingKnown) m_watch = std::make_unique<MidStreamWatch>();
    for (const StreamProtocol& protocol : streamProtocols()) {
        if (!protocol.recogniseCut(m_halves[indexOf(direction)].beginning)) continue;
        become(protocol, direction, out);
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    giveUp(direction, out);
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    m_clientMissed = m_clientMissed || direction == Direction::ClientToServer;
    if (m_watch == nullptr) return;
    if (!m_watch->test.holds(direction)) {
        m_watch->held.addGap(direction, offset, missing, out);
        return;
    }
    // What stands in front of the hole is decided now, so that rows keep their order.
    if (m_watch->test.judge(direction, true, missing)) {
        becomeWebSocket(out);
        m_successor->gap(direction, offset, missing, out);
    } else {
        releaseWatched(Then::GoOnBehindGap, out);
    }
}

void DetectLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    giveUp(direction, out);
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    m_halves[indexOf(direction)].ended = reason;
    if (m_watch != nullptr && m_halves[indexOf(opposite(direction))].ended) endWatch(out);
}

bool DetectLayer::isBetweenUnits() const {
    return m_successor == nullptr && m_halves[0].held.empty() && m_halves[1].held.empty() &&
           (m_watch == nullptr || m_watch->held.empty());
}

void DetectLayer::endWatch(LayerOutput& out) {
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (!m_watch->test.judge(d, true)) continue;
        becomeWebSocket(out);
        return;
    }
    releaseWatched(Then::Stop, out);
}

}  // namespace framescope
