// The part of HttpLayer that hands a connection over: to what both sides agreed on, or, where a
// head is damaged or missing that would say so, to whoever weighs whether frames follow
// (DetectLayer).
#include <memory>
#include <string>
#include <utility>

#include "dissector/http/after_switch.h"
#include "dissector/http/http_layer.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mid_stream.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::http {
namespace {

/// What is there of a response agrees to a WebSocket, or may have done so before it was cut.
bool maySwitchToWebSocket(const Head& cut) {
    constexpr std::string_view kWebSocket = "websocket";  // of which the end may be missing
    const Header* const upgrade = cut.find("Upgrade");
    return cut.status == 101 &&
           (upgrade == nullptr ||
            equalsIgnoreCase(upgrade->value, kWebSocket.substr(0, upgrade->value.size())));
}

/// A protocol of which nothing is read; a name that may have been "websocket" is none.
bool switchesToAnother(const Head& response) {
    const std::string_view upgrade = response.value("Upgrade");
    return equalsIgnoreCase(upgrade, "h2c") || equalsIgnoreCase(upgrade, "tcp") ||
           upgrade.starts_with("TLS/");
}

}  // namespace

void HttpLayer::noteWhatIsSpokenOf(ByteView head) {
    if (m_spokenOf || !websocket::speaksOfWebSocket(head)) return;
    m_spokenOf = DetectLayer::Asked();
    if (m_pairing.empty()) return;
    m_spokenOf->target = m_pairing.newest().target;
    m_spokenOf->row = m_pairing.newest().record;
}

bool HttpLayer::weighFrames(Direction direction, ByteView bytes, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (isLate(direction) || (half.state != State::Head && half.state != State::Unreadable)) {
        return false;
    }
    const Half& other = m_halves[indexOf(opposite(direction))];
    const bool server = direction == Direction::ServerToClient;
    const bool requestKnown = !m_pairing.empty();
    const bool awaited = server && m_spokenOf && other.state == State::Waiting;
    const auto cut = server && half.recognised ? parseCutHead(half.head) : std::nullopt;
    if (cut) {
        // It tells without its request, too, or with a part of that.
        const bool mayAnswer = awaited || !requestKnown || m_headCut;
        if (!mayAnswer || !maySwitchToWebSocket(*cut)) return false;
        DetectLayer::Asked asked;
        if (requestKnown) asked = {m_pairing.newest().target, m_pairing.newest().record};
        giveUpHead(direction, out, IssueCode::None);
        handOver(std::make_unique<DetectLayer>(std::move(asked)), requestKnown, out);
        return true;
    }
    if (bytes.empty() ? !awaited : !websocket::mayBeginFrame(bytes)) return false;
    const bool speaks = other.state == State::Waiting ||
                        (other.state == State::Body && !other.mayBeFrames) ||
                        (other.state == State::Head && !other.head.empty());
    if (speaks && !awaited) return false;
    // A handshake may be among what is missing.
    const bool lostToo = other.lost && other.state == State::Unreadable;
    const bool silent = other.state == State::Head && other.head.empty() && !requestKnown;
    const bool missed = m_headCut || (half.lost && (lostToo || silent));
    if (!m_spokenOf && !missed) return false;
    if (!half.head.empty()) giveUpHead(direction, out, IssueCode::None);
    auto next = m_spokenOf ? std::make_unique<DetectLayer>(*m_spokenOf)
                           : std::make_unique<DetectLayer>(DetectLayer::Beginning::NotSeen);
    auto http = std::make_unique<HttpLayer>();
    http->m_pairing = std::move(m_pairing);
    http->m_pairing.lost(false);
    next->keepForHttp(std::move(http));
    handOver(std::move(next), true, out);
    return true;
}

bool HttpLayer::endedBefore(Direction direction, ByteView bytes, LayerOutput& out) {
    const Half& half = m_halves[indexOf(direction)];
    // No header line has such bytes at its front, so all of it is there but for its end.
    const bool text = bytes[0] < 0x80 &&
                      (bytes[0] >= ' ' || bytes[0] == '\r' || bytes[0] == '\n' || bytes[0] == '\t');
    if (!half.recognised || half.head.empty() || text || !websocket::mayBeginFrame(bytes)) {
        return false;
    }
    if (!websocket::speaksOfWebSocket(half.head)) return false;
    if (weighFrames(direction, {}, out)) return true;
    // The other side may have to say first that it agrees.
    giveUpHead(direction, out, IssueCode::None);
    return true;
}

bool HttpLayer::bodyIsFrames(Half& half, Direction direction, ByteView bytes, LayerOutput& out) {
    half.state = State::Head;
    half.head.clear();
    if (weighFrames(direction, bytes, out)) {
        endBody(half, false, out);
        return true;
    }
    half.state = State::Body;
    return false;
}

std::unique_ptr<HttpLayer> HttpLayer::awaiting(PendingRequest request, LayerOutput& out) {
    auto http = std::make_unique<HttpLayer>();
    if (request.record != kNoRecord) http->m_pairing.asked(std::move(request), out);
    return http;
}

void HttpLayer::switchToWhatFollows(const Head& response, bool requestKnown, LayerOutput& out) {
    const bool unclear = m_spokenOf || response.find("Upgrade") == nullptr;
    if (!unclear || switchesToAnother(response)) {
        handOver(std::make_unique<UnclaimedLayer>(), requestKnown, out);
    } else {
        handOver(std::make_unique<DetectLayer>(m_spokenOf.value_or(DetectLayer::Asked{})),
                 requestKnown, out);
    }
}

void HttpLayer::switchToWebSocket(const Head& response, PendingRequest&& request, RecordId row,
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
    const bool unclear =
        !facts.compression.agreed() && websocket::mayHaveAgreedToCompress(response, offer);
    auto webSocket = std::make_unique<websocket::WebSocketLayer>(
        request.target, std::string(subprotocol),
        unclear ? websocket::Negotiation::NotCaptured : websocket::Negotiation::Captured);
    PendingRequest again;
    again.record = request.record;
    again.method = std::move(request.method);
    again.target = std::move(request.target);
    handOver(std::make_unique<AfterSwitchLayer>(std::move(webSocket), std::move(again), row),
             request.record != kNoRecord, out);
}

void HttpLayer::handOver(std::unique_ptr<Layer> next, bool requestKnown, LayerOutput& out) {
    decideBody({}, out);
    // Nobody would look for anything in it any more.
    dropSearched(out);
    m_successor = next.get();
    const Half& client = m_halves[indexOf(Direction::ClientToServer)];
    if (!requestKnown && client.state == State::Head && !client.ended) {
        m_lateSuccessor = std::move(next);
        return;
    }
    out.replaceWith(std::move(next));
    // The piece that is being read stands in front of what is held.
    if (m_resuming) {
        m_releaseDue = true;
    } else {
        releaseHeld(out);
    }
}

void HttpLayer::releaseHeld(LayerOutput& out) {
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
        const bool webSocket = !m_pairing.empty() && m_pairing.newest().offer != nullptr;
        const auto frame = websocket::parseFrameHeader(m_held.front());
        if (webSocket && frame && frame->masked && !websocket::isReserved(frame->opcode)) {
            out.facts().upgraded = true;
            out.conversations().reconnects.opened(m_pairing.newest().target,
                                                  m_pairing.newest().record, out);
            handOver(
                std::make_unique<websocket::WebSocketLayer>(
                    m_pairing.newest().target, std::string(), websocket::Negotiation::NotCaptured),
                true, out);
        } else {
            resumeClient(out);
        }
    }
}

}  // namespace framescope::http
