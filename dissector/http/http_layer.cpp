#include "dissector/http/http_layer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dissector/engineio/engineio_messages.h"
#include "dissector/http/judge.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::http {

void HttpLayer::data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) {
    const std::size_t taken = read(direction, offset, bytes, out);
    if (taken == bytes.size()) return;
    m_held.add(direction, offset + taken, bytes.subspan(taken), out);
    if (m_held.size() > kMaxHeld) m_responseLost = true;
    if (m_responseLost) decideWithoutResponse(out);
}

std::size_t HttpLayer::read(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.state == State::Unreadable) {
        half.state = State::Head;
        half.head.clear();
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ByteView rest = bytes.subspan(done);
        if (m_successor != nullptr && !isLate(direction)) {
            m_successor->data(direction, offset + done, rest, out);
            break;
        }
        switch (half.state) {
            case State::Head:
                done += readHead(direction, offset + done, rest, out);
                break;
            case State::Body: {
                const std::size_t taken = readBody(direction, offset + done, rest, out);
                m_meter.body(direction, taken, out);
                if (half.state != State::Body) m_meter.bodyEnd(direction, out);
                done += taken;
                break;
            }
            case State::Unreadable:
                emitSegment(direction, offset + done, rest.size(), out);
                done = bytes.size();
                break;
            case State::Waiting:
                return done;
        }
    }
    return bytes.size();
}

std::size_t HttpLayer::readHead(Direction direction, StreamOffset offset, ByteView bytes,
                                LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.head.empty()) {
        half.headStart = offset;
        half.headEnd = {};
        half.recognised = false;
    }
    const auto end = half.headEnd.feed(bytes);
    const std::size_t taken = end.value_or(bytes.size());
    half.head.insert(half.head.end(), bytes.begin(), bytes.begin() + taken);
    if (!half.recognised) {
        const Verdict verdict = looksLikeHttp(half.head);
        half.recognised = verdict == Verdict::Yes;
        if (verdict == Verdict::No && isLate(direction)) {
            // No request comes any more: these are the first bytes behind the switch.
            const Bytes head = std::exchange(half.head, {});
            clientCaughtUp(out);
            m_successor->data(direction, half.headStart, head, out);
            return taken;
        }
        if (verdict == Verdict::No) {
            giveUpHead(direction, out, IssueCode::None);
            return taken;
        }
    }
    if (half.head.size() > kMaxHead) {
        giveUpHead(direction, out, IssueCode::HttpHeadTooLong);
    } else if (end) {
        headComplete(direction, out);
    }
    return taken;
}

/// The head will not be completed. What is recognisably one is still a row of its own.
void HttpLayer::giveUpHead(Direction direction, LayerOutput& out, IssueCode why) {
    Half& half = m_halves[indexOf(direction)];
    const Bytes bytes = std::exchange(half.head, {});
    half.state = State::Unreadable;
    const auto head = half.recognised ? parseCutHead(bytes) : std::nullopt;
    if (!head) {
        emitSegment(direction, half.headStart, bytes.size(), out, why);
        if (isLate(direction)) clientCaughtUp(out);
        return;
    }
    Record record;
    record.kind = head->kind == HeadKind::Request ? RowKind::HttpRequest : RowKind::HttpResponse;
    record.protocol = Protocol::Http;
    record.direction = direction;
    record.streamOffset = half.headStart;
    record.length = bytes.size();
    record.flags = kFlagIncomplete;
    record.detail = head->status;
    if (head->kind == HeadKind::Request) {
        record.name = out.intern(head->method + " " + head->target);
    } else if (!m_pending.empty()) {
        record.group = m_pending.front().record;
        m_pending.pop_front();
    }
    IssueSink issues;
    issues.add(why == IssueCode::None ? IssueCode::HttpHeadCutShort : why);
    emitJudged(record, issues, out);
    if (isLate(direction)) clientCaughtUp(out);
}

void HttpLayer::headComplete(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const Bytes bytes = std::exchange(half.head, {});
    const auto head = parseHead(bytes);
    if (!head) {
        emitSegment(direction, half.headStart, bytes.size(), out);
        half.state = State::Unreadable;
        return;
    }
    Record record;
    record.protocol = Protocol::Http;
    record.direction = direction;
    record.streamOffset = half.headStart;
    record.length = bytes.size();
    if (head->kind == HeadKind::Request) {
        requestComplete(*head, record, out);
    } else {
        responseComplete(*head, record, out);
    }
}

void HttpLayer::requestComplete(const Head& head, Record record, LayerOutput& out) {
    Half& half = m_halves[indexOf(record.direction)];
    IssueSink issues;
    const BodyFraming framing = judgeRequest(head, issues);
    const bool webSocket = websocket::isHandshake(head);

    ConnectionFacts& facts = out.facts();
    if (facts.path == 0 || webSocket) facts.path = out.intern(head.target);
    if (const std::uint8_t revision = engineio::revisionFromTarget(head.target)) {
        facts.engineVersion = revision;
    }
    record.kind = RowKind::HttpRequest;
    record.name = out.intern(head.method + " " + head.target);

    PendingRequest pending;
    pending.record = emitJudged(record, issues, out);
    if (isLate(record.direction)) {
        // Its answer was read before it.
        clientCaughtUp(out);
        return;
    }
    pending.method = head.method;
    pending.target = head.target;
    pending.lastEventId = head.value("Last-Event-ID");
    if (webSocket) {
        pending.offer = std::make_unique<const websocket::Offer>(websocket::offerOf(head));
    }
    pending.asksForUpgrade =
        webSocket || head.find("Upgrade") != nullptr || head.method == "CONNECT";
    // Only the newest request can be the one that the next response answers.
    if (m_responseLost) m_pending.clear();
    if (m_pending.size() == kMaxPending) m_pending.pop_front();
    const bool wait = pending.asksForUpgrade && framing.kind == BodyKind::None;
    const RecordId row = pending.record;
    m_pending.push_back(std::move(pending));
    if (wait && record.direction == Direction::ClientToServer) {
        half.state = State::Waiting;
    } else {
        beginBody(framing,
                  {head.method, head.target, m_pending.back().lastEventId, &head, row, row,
                   record.direction},
                  out);
    }
}

void HttpLayer::responseComplete(const Head& head, Record record, LayerOutput& out) {
    // Peers rarely send a request before the last one was answered: behind a response that was lost
    // the next one belongs to the newest request.
    if (std::exchange(m_responseLost, false) && m_pending.size() > 1) {
        m_pending.erase(m_pending.begin(), std::prev(m_pending.end()));
    }
    PendingRequest request;
    const bool interim = isInterim(head);
    if (!m_pending.empty()) {
        request = std::move(m_pending.front());
        m_pending.pop_front();
    }
    IssueSink issues;
    const BodyFraming framing = judgeResponse(head, request.method, request.offer.get(), issues);
    record.kind = RowKind::HttpResponse;
    record.detail = head.status;
    record.group = request.record;
    const RecordId row = emitJudged(record, issues, out);
    if (request.record != kNoRecord) {
        out.link({row, request.record, 0, LinkKind::ResponseTo});
    }
    if (interim) {
        // The response proper is still to come.
        if (request.record != kNoRecord) m_pending.push_front(std::move(request));
        return;
    }

    const bool requestKnown = request.record != kNoRecord;
    // A client that answers itself is not believed while bytes behind its request are held.
    const bool believed = record.direction == Direction::ServerToClient || m_held.empty();
    if (believed && websocket::agreesToWebSocket(head, request.offer.get())) {
        switchToWebSocket(head, request, out);
    } else if (head.status == 101 && believed) {
        handOver(std::make_unique<UnclaimedLayer>(), requestKnown, out);
    } else if (framing.kind == BodyKind::Tunnel && believed) {
        // One tunnel in another is a chain of proxies; hundreds are somebody's joke.
        if (out.facts().tunnels == kMaxTunnels) {
            handOver(std::make_unique<UnclaimedLayer>(), true, out);
        } else {
            ++out.facts().tunnels;
            handOver(std::make_unique<DetectLayer>(), true, out);
        }
    } else {
        beginBody(framing,
                  {request.method, request.target, request.lastEventId, &head, request.record, row,
                   record.direction},
                  out);
        Half& client = m_halves[indexOf(Direction::ClientToServer)];
        if (request.asksForUpgrade && client.state == State::Waiting) {
            // Refused: what the client said meanwhile is HTTP.
            resumeClient(out);
        }
    }
}

void HttpLayer::switchToWebSocket(const Head& response, const PendingRequest& request,
                                  LayerOutput& out) {
    const std::string_view subprotocol = websocket::agreedSubprotocol(response);
    const websocket::Offer* const offer = request.offer.get();
    ConnectionFacts& facts = out.facts();
    facts.upgraded = true;
    facts.subprotocol = out.intern(subprotocol);
    facts.compression = websocket::compressionOf(websocket::extensionsOf(response),
                                                 offer == nullptr ? nullptr : &offer->extensions);
    if (request.record != kNoRecord) {
        out.conversations().reconnects.opened(request.target, request.record, out);
    }
    handOver(std::make_unique<websocket::WebSocketLayer>(request.target, std::string(subprotocol)),
             request.record != kNoRecord, out);
}

void HttpLayer::handOver(std::unique_ptr<Layer> next, bool requestKnown, LayerOutput& out) {
    m_successor = next.get();
    const Half& client = m_halves[indexOf(Direction::ClientToServer)];
    if (!requestKnown && client.state == State::Head && !client.ended) {
        m_lateSuccessor = std::move(next);
        return;
    }
    out.replaceWith(std::move(next));
    m_held.release(*m_successor, out);
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if (const auto ended = m_halves[indexOf(d)].ended) m_successor->end(d, *ended, out);
    }
}

void HttpLayer::clientCaughtUp(LayerOutput& out) {
    out.replaceWith(std::move(m_lateSuccessor));
}

void HttpLayer::decideWithoutResponse(LayerOutput& out) {
    Half& client = m_halves[indexOf(Direction::ClientToServer)];
    while (m_successor == nullptr && client.state == State::Waiting && !m_held.empty()) {
        // A client that got what it asked for goes on with masked frames, one that did not with
        // another request.
        const bool webSocket = !m_pending.empty() && m_pending.back().offer != nullptr;
        const auto frame = websocket::parseFrameHeader(m_held.front());
        if (webSocket && frame && frame->masked && !websocket::isReserved(frame->opcode)) {
            out.facts().upgraded = true;
            out.conversations().reconnects.opened(m_pending.back().target, m_pending.back().record,
                                                  out);
            handOver(
                std::make_unique<websocket::WebSocketLayer>(m_pending.back().target, std::string(),
                                                            websocket::Negotiation::NotCaptured),
                true, out);
        } else {
            resumeClient(out);
        }
    }
}

void HttpLayer::resumeClient(LayerOutput& out) {
    constexpr Direction kClient = Direction::ClientToServer;
    Half& client = m_halves[indexOf(kClient)];
    client.state = State::Head;
    const Arrival now = out.arrival();
    while (!m_held.empty() && client.state != State::Waiting) {
        HeldBytes::Piece piece = m_held.pop();
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            gap(kClient, piece.offset, piece.missing, out);
            continue;
        }
        piece.taken += read(kClient, piece.restOffset(), piece.rest(), out);
        if (!piece.rest().empty()) m_held.putBack(std::move(piece));
    }
    out.setArrival(now);
    if (client.ended && m_held.empty()) finishHead(kClient, out);
}

void HttpLayer::finishHead(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.state == State::Head && !half.head.empty()) {
        giveUpHead(direction, out, IssueCode::None);
    }
}

void HttpLayer::beginBody(BodyFraming framing, const Exchange& exchange, LayerOutput& out) {
    Half& half = m_halves[indexOf(exchange.direction)];
    half.framing = framing;
    half.remaining = framing.length;
    half.chunks = {};
    half.decoded = 0;
    half.reader.reset();
    const bool none = framing.kind == BodyKind::None || framing.kind == BodyKind::Tunnel ||
                      (framing.kind == BodyKind::Length && framing.length == 0);
    half.state = none ? State::Head : State::Body;
    m_meter.begin(exchange, framing, out);
    if (none) return;
    for (const BodyProtocol* const protocol : bodyProtocols()) {
        half.reader = protocol->makeReader(exchange, out);
        if (half.reader != nullptr) break;
    }
}

void HttpLayer::deliver(Half& half, ByteView bytes, LayerOutput& out) {
    if (half.reader != nullptr && !bytes.empty()) half.reader->data(half.decoded, bytes, out);
    half.decoded += bytes.size();
}

void HttpLayer::deliverGap(Half& half, std::uint64_t missing, LayerOutput& out) {
    if (half.reader != nullptr && missing != 0) half.reader->gap(half.decoded, missing, out);
    half.decoded += missing;
}

void HttpLayer::endBody(Half& half, bool whole, LayerOutput& out) {
    const auto reader = std::exchange(half.reader, nullptr);
    if (reader != nullptr) reader->end(whole, out);
}

std::size_t HttpLayer::readBody(Direction direction, StreamOffset offset, ByteView bytes,
                                LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    switch (half.framing.kind) {
        case BodyKind::Length: {
            const auto taken =
                static_cast<std::size_t>(std::min<std::uint64_t>(half.remaining, bytes.size()));
            half.remaining -= taken;
            deliver(half, bytes.first(taken), out);
            if (half.remaining == 0) {
                half.state = State::Head;
                endBody(half, true, out);
            }
            return taken;
        }
        case BodyKind::Chunked: {
            const std::uint64_t before = half.chunks.position();
            m_parts.clear();
            const std::size_t taken =
                half.chunks.feed(bytes, half.reader != nullptr ? &m_parts : nullptr);
            for (const ChunkPart& part : m_parts) {
                if (part.kind != ChunkPart::Data) continue;
                deliver(half, bytes.subspan(part.range.begin - before, part.range.size()), out);
            }
            if (half.chunks.finished()) {
                half.state = State::Head;
                endBody(half, true, out);
            } else if (half.chunks.failed()) {
                half.state = State::Unreadable;
                endBody(half, false, out);
                emitSegment(direction, offset + taken, bytes.size() - taken, out,
                            IssueCode::HttpChunkMalformed);
                return bytes.size();
            }
            return taken;
        }
        case BodyKind::UntilClose:
            deliver(half, bytes, out);
            break;
        case BodyKind::None:
        case BodyKind::Tunnel:
            break;
    }
    return bytes.size();
}

void HttpLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                    LayerOutput& out) {
    if (isLate(direction)) giveUpHead(direction, out, IssueCode::None);
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    bool responseLost = false;
    switch (half.state) {
        case State::Head:
            giveUpHead(direction, out, IssueCode::None);
            responseLost = true;
            break;
        case State::Body:
            // Missing bytes inside a body of known length leave the place of the next message
            // known; otherwise the next segment that begins with a start line is it.
            if (half.framing.kind == BodyKind::Length && missing <= half.remaining) {
                half.remaining -= missing;
                deliverGap(half, missing, out);
                if (half.remaining == 0) {
                    half.state = State::Head;
                    endBody(half, true, out);
                }
            } else if (half.framing.kind == BodyKind::Length ||
                       (half.framing.kind == BodyKind::Chunked && !half.chunks.skip(missing))) {
                half.state = State::Unreadable;
                endBody(half, false, out);
                responseLost = true;
            } else {
                deliverGap(half, missing, out);
            }
            break;
        case State::Unreadable:
            responseLost = true;
            break;
        case State::Waiting:
            m_held.addGap(direction, offset, missing, out);
            break;
    }
    if (responseLost && direction == Direction::ServerToClient) m_responseLost = true;
}

void HttpLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (isLate(direction)) giveUpHead(direction, out, IssueCode::None);
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    half.ended = reason;
    // A body without a length ends with its stream; any other one is cut short by that.
    endBody(half, half.framing.kind == BodyKind::UntilClose && reason == EndReason::Fin, out);
    m_meter.bodyEnd(direction, out);
    finishHead(direction, out);
    // A client that half-closes may still get its answer; nothing more comes from the server once
    // that side has ended.
    if (direction == Direction::ServerToClient) {
        m_responseLost = true;
        decideWithoutResponse(out);
    }
}

}  // namespace framescope::http
