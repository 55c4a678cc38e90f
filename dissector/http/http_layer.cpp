#include "dissector/http/http_layer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dissector/engineio/session_reader.h"
#include "dissector/engineio/target.h"
#include "dissector/http/body_place.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/judge.h"
#include "dissector/http/start_line.h"
#include "dissector/http/whole_head.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/sse/event_stream_body.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mid_stream.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::http {

void HttpLayer::data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) {
    if (direction == Direction::ClientToServer) endEventSearch(direction, out);
    const std::size_t taken = read(direction, offset, bytes, out);
    if (direction == Direction::ServerToClient) m_pairing.heard(out.arrival().packet);
    if (taken == bytes.size()) return;
    m_held.add(direction, offset + taken, bytes.subspan(taken), out);
    if (m_held.size() > kMaxHeld) m_responseLost = true;
    if (m_responseLost) decideWithoutResponse(out);
}

std::size_t HttpLayer::read(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    std::size_t done = 0;
    if (m_joins && direction == Direction::ServerToClient) joinEventStream(offset, bytes, out);
    endEventSearchAtHead(direction, bytes, out);
    if (half.state == State::Unreadable) {
        half.state = State::Head;
        half.head.clear();
        if (half.lost) done = skipToStartLine(direction, offset, bytes, out);
    }
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
                done += skipUnreadable(direction, offset + done, rest, out);
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
        const Verdict verdict = looksLikeHttp(bytes);
        if (verdict == Verdict::No && !isLate(direction) && weighFrames(direction, bytes, out)) {
            return 0;
        }
        half.headStart = offset;
        half.heardBefore = m_pairing.lastHeard();
        half.headEnd = {};
        half.recognised = verdict == Verdict::Yes;
    }
    if (endedBefore(direction, bytes, out)) return 0;
    auto end = half.headEnd.feed(bytes);
    if (end && half.recognised && half.head.empty() && *end <= kMaxHead) {
        // It came in one piece, as nearly all do.
        const ByteView whole = bytes.first(*end);
        const Head head = parseEndedHead(whole);
        headComplete(direction, whole, &head, out);
        return *end;
    }
    std::size_t taken = end.value_or(bytes.size());
    const std::size_t before = half.head.size();
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
            // It may have been the answer to an upgrade, damaged.
            weighFrames(direction, {}, out);
            return taken;
        }
    }
    if (!end && half.recognised) {
        if (const auto damaged = damagedHeadEnd(half.head, before + 1)) {
            half.head.resize(*damaged);
            end = taken = *damaged - before;
        }
    }
    if (half.head.size() > kMaxHead) {
        giveUpHead(direction, out, IssueCode::HttpHeadTooLong);
    } else if (end) {
        const Bytes whole = std::exchange(half.head, {});
        const std::optional<Head> head = parseWholeHead(whole);
        headComplete(direction, whole, head ? &*head : nullptr, out);
    }
    return taken;
}

/// The head will not be completed. What is recognisably one is still a row of its own.
void HttpLayer::giveUpHead(Direction direction, LayerOutput& out, IssueCode why) {
    Half& half = m_halves[indexOf(direction)];
    const Bytes bytes = std::exchange(half.head, {});
    half.state = State::Unreadable;
    const bool isHead = half.recognised || looksLikeCutRequest(bytes);
    const auto head = isHead ? parseCutHead(bytes) : std::nullopt;
    noteWhatIsSpokenOf(bytes);
    if (!head) {
        noteUnreadable(direction, bytes, out);
        emitSegment(direction, half.headStart, bytes.size(), out, why);
        if (isLate(direction)) clientCaughtUp(out);
        return;
    }
    m_headCut = why == IssueCode::None;
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
    } else {
        record.group =
            m_pairing.take({out.arrival().packet, half.heardBefore, head->status}, out).record;
    }
    IssueSink issues;
    issues.add(why == IssueCode::None ? IssueCode::HttpHeadCutShort : why);
    if (std::exchange(half.lost, false)) issues.addContextual(IssueCode::HttpResynchronised);
    const RecordId row = emitJudged(record, issues, out);
    if (record.group != kNoRecord) out.link({row, record.group, 0, LinkKind::ResponseTo});
    if (record.kind == RowKind::HttpResponse) m_pairing.leftOpen(row);
    if (isLate(direction)) {
        clientCaughtUp(out);
    } else if (head->kind == HeadKind::Request) {
        PendingRequest pending;
        pending.record = row;
        pending.packet = out.arrival().packet;
        pending.method = head->method;
        pending.target = head->target;
        m_pairing.asked(std::move(pending), out);
        ConnectionFacts& facts = out.facts();
        if (facts.path == 0) facts.path = out.intern(head->target);
    }
}

void HttpLayer::headComplete(Direction direction, ByteView bytes, const Head* head,
                             LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    half.headSize = bytes.size();
    m_headCut = false;
    if (head != nullptr && head->kind == HeadKind::Request) m_spokenOf.reset();
    noteWhatIsSpokenOf(bytes);
    if (head == nullptr) {
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
    if (std::exchange(half.lost, false)) issues.addContextual(IssueCode::HttpResynchronised);
    const bool webSocket = websocket::isHandshake(head);
    noteAsked(head.target, out);

    ConnectionFacts& facts = out.facts();
    if (facts.path == 0 || webSocket) facts.path = out.intern(head.target);
    if (const std::uint8_t revision = engineio::revisionFromTarget(head.target)) {
        facts.engineVersion = revision;
    }
    if (engineio::isSocketIoTarget(head.target)) facts.socketIoPath = true;
    if (webSocket) engineio::webSocketRequested(head.target, out);
    record.kind = RowKind::HttpRequest;
    std::string name;
    name.reserve(head.method.size() + 1 + head.target.size());
    record.name = out.intern(name.append(head.method).append(1, ' ').append(head.target));

    PendingRequest pending;
    pending.record = emitJudged(record, issues, out);
    pending.packet = out.arrival().packet;
    if (isLate(record.direction)) {
        // Its answer was read before it.
        clientCaughtUp(out);
        return;
    }
    pending.method = head.method;
    pending.target = head.target;
    pending.lastEventId = head.value("Last-Event-ID");
    pending.asksForEvents = sse::isAskedFor(head);
    if (webSocket) {
        pending.offer = std::make_unique<const websocket::Offer>(websocket::offerOf(head));
    }
    pending.asksForUpgrade =
        webSocket || head.find("Upgrade") != nullptr || head.method == "CONNECT";
    const bool wait = pending.asksForUpgrade && framing.kind == BodyKind::None;
    const RecordId row = pending.record;
    const std::string lastEventId = pending.lastEventId;
    if (webSocket || m_spokenOf) m_spokenOf = DetectLayer::Asked{head.target, row};
    const bool answered = answeredAlready(row, out);
    if (!answered) m_pairing.asked(std::move(pending), out);
    if (wait && !answered && record.direction == Direction::ClientToServer) {
        half.state = State::Waiting;
    } else {
        beginBody(framing,
                  {head.method, head.target, lastEventId, &head, row, row, record.direction}, out);
    }
}

void HttpLayer::responseComplete(const Head& head, Record record, LayerOutput& out) {
    Half& half = m_halves[indexOf(record.direction)];
    const bool grants =
        !m_pairing.empty() && websocket::agreesButForStatus(head, m_pairing.newest().offer.get());
    const AnswerSeen seen{out.arrival().packet, half.heardBefore, grants ? 101U : head.status};
    const bool interim = isInterim(head) && !grants;
    const bool waited = !m_pairing.empty();
    m_responseLost = false;
    PendingRequest request;
    if (interim) {
        request.record = m_pairing.spokenOf(seen);
    } else {
        request = m_pairing.take(seen, out);
    }
    IssueSink issues;
    const BodyFraming framing = judgeResponse(head, request.method, request.offer.get(), issues);
    if (std::exchange(half.lost, false)) issues.addContextual(IssueCode::HttpResynchronised);
    record.kind = RowKind::HttpResponse;
    record.detail = head.status;
    record.group = request.record;
    const RecordId row = emitJudged(record, issues, out);
    if (request.record != kNoRecord) {
        out.link({row, request.record, 0, LinkKind::ResponseTo});
    }
    // The response proper is still to come.
    if (interim) return;

    const bool requestKnown = request.record != kNoRecord;
    m_pairing.leftOpen(row);
    if (!requestKnown && !waited) {
        if (m_unpaired.size() == kMaxUnpaired) m_unpaired.pop_front();
        m_unpaired.emplace_back(row, out.arrival().packet);
    }
    // A client that answers itself is not believed while bytes behind its request are held.
    const bool believed = record.direction == Direction::ServerToClient || m_held.empty();
    const bool switches = believed && (websocket::agreesToWebSocket(head, request.offer.get()) ||
                                       websocket::agreesButForStatus(head, request.offer.get()));
    if (request.offer != nullptr) engineio::webSocketAnswered(switches, out);
    if (switches) {
        switchToWebSocket(head, std::move(request), row, out);
    } else if (head.status == 101 && believed) {
        switchToWhatFollows(head, requestKnown, out);
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
                   record.direction, m_engineIoAsked, m_othersAsked},
                  out);
        Half& client = m_halves[indexOf(Direction::ClientToServer)];
        if (request.asksForUpgrade && client.state == State::Waiting) {
            // Refused: what the client said meanwhile is HTTP.
            resumeClient(out);
        }
    }
}

void HttpLayer::resumeClient(LayerOutput& out) {
    constexpr Direction kClient = Direction::ClientToServer;
    Half& client = m_halves[indexOf(kClient)];
    client.state = State::Head;
    const Arrival now = out.arrival();
    m_resuming = true;
    while (!m_held.empty() && client.state != State::Waiting && !m_releaseDue) {
        HeldBytes::Piece piece = m_held.pop();
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            gap(kClient, piece.offset, piece.missing, out);
            piece.tellRow(out);
            continue;
        }
        piece.taken += read(kClient, piece.restOffset(), piece.rest(), out);
        if (!piece.rest().empty()) m_held.putBack(std::move(piece));
    }
    out.setArrival(now);
    m_resuming = false;
    if (std::exchange(m_releaseDue, false)) releaseHeld(out);
    if (client.ended && m_held.empty()) finishHead(kClient, out);
}

void HttpLayer::finishHead(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.state == State::Head && !half.head.empty()) {
        giveUpHead(direction, out, IssueCode::None);
    }
}

void HttpLayer::Half::forgetBody() {
    chunks = {};
    chunkLost = false;
    searched = 0;
    search.reset();
    chunksSearched = false;
    trial = mistakes = 0;
    joined = false;
    decoded = 0;
    reader.reset();
    decoder.reset();
    share = {};
    undecodable = false;
    doubtedHead.reset();
    mayBeFrames = false;
}

void HttpLayer::beginBody(BodyFraming framing, const Exchange& exchange, LayerOutput& out) {
    Half& half = m_halves[indexOf(exchange.direction)];
    half.framing = framing;
    half.remaining = framing.length;
    half.forgetBody();
    const bool none = framing.kind == BodyKind::None || framing.kind == BodyKind::Tunnel ||
                      (framing.kind == BodyKind::Length && framing.length == 0);
    half.state = none ? State::Head : State::Body;
    half.mayBeFrames = framing.kind == BodyKind::UntilClose && m_spokenOf &&
                       exchange.direction == Direction::ServerToClient;
    m_meter.begin(exchange, framing, out);
    if (none) return;
    half.bodyOf = exchange.headRow;
    half.exchangeKnown = exchange.requestRow != kNoRecord;
    if (!half.exchangeKnown) half.doubtedHead = std::make_unique<const Head>(*exchange.head);
    half.bodyStart = half.lastPlace = half.headStart + half.headSize;
    const ContentCodings codings = contentCodings(*exchange.head);
    if (!codings.unknown.empty()) {
        // Packets that it may carry are never read.
        if (!half.exchangeKnown || engineio::isEngineIoTarget(exchange.target)) {
            out.conversations().engineSessions.lost(exchange.direction, out);
        }
        return;
    }
    for (const BodyProtocol* const protocol : bodyProtocols()) {
        half.reader = protocol->makeReader(exchange, out);
        if (half.reader != nullptr) break;
    }
    if (!codings.codings.empty()) beginDecoding(half, codings, out);
}

void HttpLayer::beginDecoding(Half& half, const ContentCodings& codings, LayerOutput& out) {
    half.share = out.conversations().decoders.take(codings.codings.size());
    half.decoder = std::make_unique<ContentDecoder>(codings.codings);
    if (half.share) return;
    remarkLate(half.bodyOf, IssueCode::HttpContentOverLimit, out, 0,
               "too many bodies are being decoded at once");
    stopDecoding(half, 0, out);
}

void HttpLayer::deliver(Half& half, ByteView bytes, LayerOutput& out) {
    if (half.decoder == nullptr) {
        deliverDecoded(half, bytes, out);
        return;
    }
    half.decoder->feed(bytes, [&](ByteView piece) { deliverDecoded(half, piece, out); });
    const ContentDecoder::State state = half.decoder->state();
    if (state == ContentDecoder::State::Malformed) {
        remarkLate(half.bodyOf, IssueCode::HttpContentMalformed, out, 0, half.decoder->error());
    } else if (state == ContentDecoder::State::OverLimit) {
        remarkLate(half.bodyOf, IssueCode::HttpContentOverLimit, out);
    } else {
        return;
    }
    stopDecoding(half, 0, out);
}

void HttpLayer::deliverDecoded(Half& half, ByteView bytes, LayerOutput& out) {
    if (half.reader != nullptr && !bytes.empty()) half.reader->data(half.decoded, bytes, out);
    half.decoded += bytes.size();
}

void HttpLayer::deliverGap(Half& half, std::uint64_t missing, LayerOutput& out) {
    if (missing == 0) return;
    // What a hole in compressed data would have said, everything behind it may refer to.
    if (half.decoder != nullptr) {
        const bool units = half.reader != nullptr;
        remarkLate(half.bodyOf, IssueCode::HttpContentCutShort, out, 0,
                   units ? "bytes of the body are missing from the capture, so what stands behind "
                           "them cannot be decoded: it is in rows of its own"
                         : "bytes of the body are missing from the capture");
        stopDecoding(half, missing, out);
        half.undecodable = units;
        return;
    }
    if (half.reader != nullptr) half.reader->gap(half.decoded, missing, out);
    half.decoded += missing;
}

void HttpLayer::stopDecoding(Half& half, std::uint64_t missing, LayerOutput& out) {
    half.decoder.reset();
    half.share = {};
    const auto reader = std::exchange(half.reader, nullptr);
    if (reader == nullptr) return;
    // What has begun is cut by that; whether it ever ended is not known.
    reader->gap(half.decoded, missing, out);
    reader->end(false, out);
}

void HttpLayer::endBody(Half& half, bool whole, LayerOutput& out) {
    auto reader = std::exchange(half.reader, nullptr);
    const auto decoder = std::exchange(half.decoder, nullptr);
    half.share = {};
    if (whole && decoder != nullptr && !decoder->whole()) {
        remarkLate(half.bodyOf, IssueCode::HttpContentCutShort, out);
        whole = false;
    }
    if (reader == nullptr) return;
    reader->end(whole, out);
    if (const std::size_t held = reader->undecided(); held != 0) {
        decideBody({}, out);
        m_waitingBody = std::make_unique<WaitingBody>();
        m_waitingBody->reader = std::move(reader);
        if (!m_waitingBody->share.set(held, out.conversations().undecided)) decideBody({}, out);
    }
}

/// So that a unit deep in a chunked body can be found again without reading all before it. In other
/// bodies a unit's offset tells where it is.
void HttpLayer::leavePlace(Direction direction, StreamOffset at, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.reader == nullptr || half.decoder != nullptr) return;
    if (at - half.lastPlace < kPlaceDistance) return;
    const auto remaining = half.chunks.resumable();
    if (!remaining) return;
    half.lastPlace = at;
    out.checkpoint(direction, {at, half.decoded,
                               encode(BodyPlace{half.bodyStart, *remaining, half.chunksSearched})});
}

std::size_t HttpLayer::readBody(Direction direction, StreamOffset offset, ByteView bytes,
                                LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (const auto head = std::exchange(half.doubtedHead, nullptr);
        head != nullptr && hasNoBodyAfterAll(*head, bytes)) {
        half.reader.reset();
        half.decoder.reset();
        half.share = {};
        half.state = State::Head;
        return 0;
    }
    if (std::exchange(half.mayBeFrames, false) && bodyIsFrames(half, direction, bytes, out))
        return 0;
    switch (half.framing.kind) {
        case BodyKind::Length: {
            const auto taken =
                static_cast<std::size_t>(std::min<std::uint64_t>(half.remaining, bytes.size()));
            half.remaining -= taken;
            deliver(half, bytes.first(taken), out);
            if (half.undecodable) emitSegment(direction, offset, taken, out);
            if (half.remaining == 0) {
                half.state = State::Head;
                endBody(half, true, out);
            }
            return taken;
        }
        case BodyKind::Chunked: {
            if (half.chunkLost) return findFooting(direction, offset, bytes, out);
            if (const auto head = headWithin(half, bytes)) {
                return beginHeadInstead(direction, offset, *head, out);
            }
            const std::uint64_t before = half.chunks.position();
            m_parts.clear();
            const bool wanted =
                half.reader != nullptr || half.decoder != nullptr || half.trial != 0;
            const std::size_t taken = half.chunks.feed(bytes, wanted ? &m_parts : nullptr);
            if (half.undecodable) emitSegment(direction, offset, taken, out);
            noteChunks(half);
            for (const ChunkPart& part : m_parts) {
                if (part.kind != ChunkPart::Data) continue;
                deliver(half, bytes.subspan(part.range.begin - before, part.range.size()), out);
            }
            if (half.chunks.finished()) {
                half.state = State::Head;
                endBody(half, true, out);
                if (half.joined) leaveEnd(direction, offset + taken, out);
            } else if (half.chunks.failed() && searchesAgain(half, out)) {
                return taken;
            } else if (half.chunks.failed()) {
                half.state = State::Unreadable;
                endBody(half, false, out);
                emitSegment(direction, offset + taken, bytes.size() - taken, out,
                            IssueCode::HttpChunkMalformed);
                return bytes.size();
            } else {
                leavePlace(direction, offset + taken, out);
            }
            return taken;
        }
        case BodyKind::UntilClose:
            if (const auto head = headWithin(half, bytes)) {
                return beginHeadInstead(direction, offset, *head, out);
            }
            deliver(half, bytes, out);
            if (half.undecodable) emitSegment(direction, offset, bytes.size(), out);
            break;
        case BodyKind::None:
        case BodyKind::Tunnel:
            break;
    }
    return bytes.size();
}

void HttpLayer::end(Direction direction, EndReason reason, LayerOutput& out) {
    endEventSearch(direction, out);
    endChunkSearch(direction, out);
    if (isLate(direction)) giveUpHead(direction, out, IssueCode::None);
    if (m_successor != nullptr) {
        m_successor->end(direction, reason, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    half.ended = reason;
    // A body without a length ends with its stream; any other one is cut short by that.
    // Whoever sends to nobody may stop, and a protocol inside (an event stream) knows itself what
    // an end means to it.
    const bool closed = reason == EndReason::Fin || reason == EndReason::Reset;
    const bool wanted = !m_halves[indexOf(opposite(direction))].ended;
    if (half.state == State::Body && half.framing.kind != BodyKind::UntilClose &&
        half.exchangeKnown && closed && wanted && half.reader == nullptr) {
        remarkLate(half.bodyOf, IssueCode::HttpBodyCutShort, out);
    }
    endBody(half, half.framing.kind == BodyKind::UntilClose && reason == EndReason::Fin, out);
    m_meter.bodyEnd(direction, out);
    finishHead(direction, out);
    // A client that half-closes may still get its answer; nothing more comes from the server once
    // that side has ended.
    if (direction == Direction::ServerToClient) {
        m_responseLost = true;
        decideBody({}, out);
        decideWithoutResponse(out);
    }
}

}  // namespace framescope::http
