#include "dissector/http/http_layer.h"

#include <algorithm>
#include <utility>

#include "dissector/engineio/engineio_messages.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/handshake.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::http {

void HttpLayer::data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.state == State::Unreadable) {
        half.state = State::Head;
        half.head.clear();
    }
    while (!bytes.empty()) {
        if (m_successor != nullptr) {
            m_successor->data(direction, offset, bytes, out);
            return;
        }
        std::size_t taken = bytes.size();
        switch (half.state) {
            case State::Head:
                taken = readHead(direction, offset, bytes, out);
                break;
            case State::Body:
                taken = readBody(direction, offset, bytes, out);
                break;
            case State::Unreadable:
                emitSegment(direction, offset, bytes.size(), out);
                break;
            case State::Waiting:
                m_held.add(direction, offset, bytes, out);
                if (m_responseLost || m_held.size() > kMaxHeld) decideWithoutResponse(out);
                break;
        }
        offset += taken;
        bytes = bytes.subspan(taken);
    }
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
    const IssueCode issue = why == IssueCode::None ? IssueCode::HttpHeadCutShort : why;
    record.severity = issueInfo(issue).severity;
    out.countIssue(issue);
    out.emit(record);
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
    check(head, issues);
    const BodyFraming framing = bodyFraming(head, {}, issues);
    const bool webSocket = websocket::asksForWebSocket(head);
    if (webSocket) websocket::checkKey(head, issues);

    ConnectionFacts& facts = out.facts();
    if (facts.path == 0 || webSocket) facts.path = out.intern(head.target);
    if (const std::uint8_t revision = engineio::revisionFromTarget(head.target)) {
        facts.engineVersion = revision;
    }
    record.kind = RowKind::HttpRequest;
    record.name = out.intern(head.method + " " + head.target);
    record.severity = issues.worst();
    for (const Issue& issue : issues.issues()) out.countIssue(issue.code);

    PendingRequest pending;
    pending.record = out.emit(record);
    pending.method = head.method;
    pending.key = head.value("Sec-WebSocket-Key");
    pending.asksForUpgrade = head.find("Upgrade") != nullptr || head.method == "CONNECT";
    if (m_pending.size() == kMaxPending) m_pending.pop_front();
    const bool wait = pending.asksForUpgrade && framing.kind == BodyKind::None;
    m_pending.push_back(std::move(pending));
    if (wait && record.direction == Direction::ClientToServer) {
        half.state = State::Waiting;
    } else {
        beginBody(half, framing);
    }
}

void HttpLayer::responseComplete(const Head& head, Record record, LayerOutput& out) {
    Half& half = m_halves[indexOf(record.direction)];
    m_responseLost = false;
    PendingRequest request;
    if (!m_pending.empty()) {
        request = m_pending.front();
        if (!isInterim(head)) m_pending.pop_front();
    }
    IssueSink issues;
    check(head, issues);
    const BodyFraming framing = bodyFraming(head, request.method, issues);
    const bool webSocket = websocket::agreesToWebSocket(head);
    if (webSocket) websocket::checkAccept(head, request.key, issues);
    record.kind = RowKind::HttpResponse;
    record.detail = head.status;
    record.group = request.record;
    record.severity = issues.worst();
    for (const Issue& issue : issues.issues()) out.countIssue(issue.code);
    out.emit(record);

    if (webSocket) {
        out.facts().upgraded = true;
        out.facts().deflate = websocket::namesDeflate(head);
        handOver(std::make_unique<websocket::WebSocketLayer>(), out);
    } else if (head.status == 101) {
        handOver(std::make_unique<UnclaimedLayer>(), out);
    } else if (framing.kind == BodyKind::Tunnel) {
        handOver(std::make_unique<DetectLayer>(), out);
    } else {
        beginBody(half, framing);
        Half& client = m_halves[indexOf(Direction::ClientToServer)];
        if (request.asksForUpgrade && !isInterim(head) && client.state == State::Waiting) {
            // Refused: what the client said meanwhile is HTTP.
            resumeClient(out);
        }
    }
}

void HttpLayer::handOver(std::unique_ptr<Layer> next, LayerOutput& out) {
    m_successor = next.get();
    out.replaceWith(std::move(next));
    HeldBytes held = std::exchange(m_held, {});
    held.release(*m_successor, out);
}

void HttpLayer::decideWithoutResponse(LayerOutput& out) {
    // A client that got what it asked for goes on with masked frames, one that did not with another
    // request.
    const bool webSocket = !m_pending.empty() && !m_pending.back().key.empty();
    const auto frame = websocket::parseFrameHeader(m_held.front());
    if (webSocket && frame && frame->masked && !websocket::isReserved(frame->opcode)) {
        out.facts().upgraded = true;
        handOver(std::make_unique<websocket::WebSocketLayer>(), out);
        return;
    }
    resumeClient(out);
}

void HttpLayer::resumeClient(LayerOutput& out) {
    m_halves[indexOf(Direction::ClientToServer)].state = State::Head;
    HeldBytes held = std::exchange(m_held, {});
    held.release(*this, out);
}

void HttpLayer::beginBody(Half& half, BodyFraming framing) {
    half.framing = framing;
    half.remaining = framing.length;
    half.chunks = {};
    const bool none = framing.kind == BodyKind::None || framing.kind == BodyKind::Tunnel ||
                      (framing.kind == BodyKind::Length && framing.length == 0);
    half.state = none ? State::Head : State::Body;
}

std::size_t HttpLayer::readBody(Direction direction, StreamOffset offset, ByteView bytes,
                                LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    switch (half.framing.kind) {
        case BodyKind::Length: {
            const auto taken =
                static_cast<std::size_t>(std::min<std::uint64_t>(half.remaining, bytes.size()));
            half.remaining -= taken;
            if (half.remaining == 0) half.state = State::Head;
            return taken;
        }
        case BodyKind::Chunked: {
            const std::size_t taken = half.chunks.feed(bytes);
            if (half.chunks.finished()) {
                half.state = State::Head;
            } else if (half.chunks.failed()) {
                half.state = State::Unreadable;
                emitSegment(direction, offset + taken, bytes.size() - taken, out,
                            IssueCode::HttpChunkMalformed);
                return bytes.size();
            }
            return taken;
        }
        case BodyKind::None:
        case BodyKind::UntilClose:
        case BodyKind::Tunnel:
            break;
    }
    return bytes.size();
}

void HttpLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                    LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    switch (half.state) {
        case State::Head:
            giveUpHead(direction, out, IssueCode::None);
            if (direction == Direction::ServerToClient) m_responseLost = true;
            break;
        case State::Body:
            // Missing bytes inside a body of known length leave the place of the next message
            // known; otherwise the next segment that begins with a start line is it.
            if (half.framing.kind == BodyKind::Length && missing <= half.remaining) {
                half.remaining -= missing;
                if (half.remaining == 0) half.state = State::Head;
            } else if (half.framing.kind == BodyKind::Length ||
                       (half.framing.kind == BodyKind::Chunked && !half.chunks.skip(missing))) {
                half.state = State::Unreadable;
            }
            break;
        case State::Unreadable:
            break;
        case State::Waiting:
            m_held.addGap(direction, offset, missing, out);
            break;
    }
}

void HttpLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    if (half.state == State::Head && !half.head.empty()) {
        giveUpHead(direction, out, IssueCode::None);
    }
    // A client that half-closes may still get its answer; nothing more comes from the server once
    // that side has ended.
    const bool serverEnded = direction == Direction::ServerToClient;
    if (serverEnded && m_halves[indexOf(Direction::ClientToServer)].state == State::Waiting) {
        decideWithoutResponse(out);
    }
}

}  // namespace framescope::http
