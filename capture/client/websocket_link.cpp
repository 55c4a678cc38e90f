// The server closes TCP first (section 7.1.1), so behind the closing handshake the link waits; who
// owns it bounds that time. A connection that is failed (section 7.1.7) says so in a close frame,
// ends its direction and reads no further.
#include "capture/client/websocket_link.h"

#include <openssl/rand.h>
#include <utility>

#include "capture/client/sentences.h"
#include "dissector/websocket/mask.h"

namespace framescope::client {

using websocket::Opcode;

std::array<std::uint8_t, 4> randomMaskingKey() {
    std::array<std::uint8_t, 4> key{};
    RAND_bytes(key.data(), static_cast<int>(key.size()));
    return key;
}

WebSocketLink::WebSocketLink(const Surroundings& surroundings, std::string target)
    : m_surroundings(surroundings),
      m_request(makeHandshake(surroundings.options.handshake, surroundings.target.url, target)),
      m_response(m_request.method, kMaxRefusal, true),
      m_answersPings(surroundings.options.answersPings),
      m_answersClose(surroundings.options.answersClose) {}

void WebSocketLink::start(std::weak_ptr<Owner> owner) {
    m_owner = std::move(owner);
    m_transport = std::make_unique<HeldTransport>(m_surroundings, weak_from_this());
}

void WebSocketLink::established(const net::Established& info) {
    if (m_stage != Stage::Connecting) return;
    m_connected = true;
    m_stage = Stage::Handshaking;
    if (const auto owner = this->owner()) owner->linkEstablished(info);
    if (m_stage == Stage::Handshaking && m_transport) m_transport->send(m_request.bytes);
}

void WebSocketLink::received(ByteView bytes) {
    if (m_stage == Stage::Handshaking) {
        readResponse(bytes);
    } else if (m_stage == Stage::Open) {
        readFrames(bytes);
    }
}

void WebSocketLink::readResponse(ByteView bytes) {
    const std::size_t taken = m_response.feed(bytes);
    if (!m_response.finished()) return;
    responseComplete();
    if (m_stage == Stage::Open && taken < bytes.size()) readFrames(bytes.subspan(taken));
}

void WebSocketLink::responseComplete() {
    if (m_response.state() == ResponseReader::State::Failed && !m_response.hasHead()) {
        finish({m_response.fault(), false});
        return;
    }
    const http::Head& response = m_response.head();
    const auto& offer = m_request.offer;
    if (websocket::agreesToWebSocket(response, offer ? &*offer : nullptr)) {
        switchTo(response);
    } else {
        refuse();
    }
}

void WebSocketLink::refuse() {
    const std::string body(asText(m_response.body()));
    const http::Head response = m_response.head();
    if (const auto owner = this->owner()) owner->linkAnswered(response, body);
    finish({refusalSentence(response, body), false});
}

void WebSocketLink::switchTo(const http::Head& response) {
    const Judgement judgement = judgeResponse(response, m_request.offer);
    const auto owner = this->owner();
    if (owner) owner->linkAnswered(response, {});
    if (owner && !judgement.remark.empty()) owner->linkRemark(judgement.remark);
    if (m_stage != Stage::Handshaking) return;
    if (!judgement.agreement) {
        if (owner) owner->linkViolated(judgement.sentence, judgement.header);
        finish({judgement.sentence, false});
        return;
    }
    m_frames.emplace(Direction::ServerToClient, judgement.agreement->compression);
    m_stage = Stage::Open;
    if (owner) owner->linkOpened(*judgement.agreement);
}

void WebSocketLink::readFrames(ByteView bytes) {
    // Behind its close frame a peer has nothing to say; it is in the transcript all the same.
    if (m_closeReceived || !m_failure.empty()) return;
    if (const auto& fault = m_frames->feed(bytes, *this)) fail(fault->code, fault->sentence);
}

void WebSocketLink::message(bool text, Bytes bytes) {
    if (const auto owner = this->owner()) owner->linkMessage(text, std::move(bytes));
    if (m_stage != Stage::Open) m_frames->stop();
}

void WebSocketLink::frameRemark(const std::string& sentence) {
    if (const auto owner = this->owner()) owner->linkRemark(sentence);
}

void WebSocketLink::control(Opcode opcode, ByteView payload) {
    if (const auto owner = this->owner()) owner->linkControl(opcode, payload);
    if (m_stage != Stage::Open) {
        m_frames->stop();
    } else if (opcode == Opcode::Close) {
        m_frames->stop();
        receivedClose(payload);
    } else if (opcode == Opcode::Ping && m_answersPings && !m_closeSent && !isBacklogged()) {
        sendFrame(Opcode::Pong, payload);
    }
}

void WebSocketLink::receivedClose(ByteView payload) {
    m_closeReceived = websocket::parseCloseBody(payload);
    if (const auto owner = this->owner()) owner->linkClosing(false, *m_closeReceived);
    if (m_stage != Stage::Open || m_closeSent || !m_answersClose) return;
    // Section 5.5.1: the answer typically echoes the code.
    websocket::CloseBody answer;
    answer.code = m_closeReceived->code;
    Bytes body;
    ByteWriter writer(body);
    websocket::encode(answer, writer);
    sendFrame(Opcode::Close, body);
    noteSentClose(answer);
}

void WebSocketLink::noteSentClose(const websocket::CloseBody& body) {
    if (m_closeSent) return;
    m_closeSent = body;
    m_closeAsked = !m_closeReceived && m_failure.empty();
    if (const auto owner = this->owner()) owner->linkClosing(true, body);
}

void WebSocketLink::send(const compose::Prepared& prepared) {
    if (!isConnected()) return;
    for (const compose::Prepared::Piece& piece : prepared.pieces) m_transport->send(piece.bytes);
    if (prepared.raw) return;
    for (const compose::Prepared::Piece& piece : prepared.pieces) noteFrame(piece.bytes);
}

/// A close frame made by hand closes as any other.
void WebSocketLink::noteFrame(ByteView frame) {
    if (m_stage != Stage::Open || frame.empty() || (frame[0] & 0xf) != 0x8) return;
    const auto header = websocket::parseFrameHeader(frame);
    if (!header) return;
    Bytes payload(frame.begin() + static_cast<std::ptrdiff_t>(header.consumed()), frame.end());
    if (header->masked) websocket::applyMask(payload, header->maskingKey, 0);
    noteSentClose(websocket::parseCloseBody(payload));
}

void WebSocketLink::sendFrame(Opcode opcode, ByteView payload) {
    if (!isConnected()) return;
    websocket::FrameHeader header;
    header.opcode = static_cast<std::uint8_t>(opcode);
    header.masked = true;
    header.maskingKey = randomMaskingKey();
    header.payloadLength = payload.size();
    header.lengthForm = websocket::minimalForm(payload.size());
    Bytes bytes;
    bytes.reserve(header.size() + payload.size());
    ByteWriter writer(bytes);
    websocket::encodeFrame(header, payload, writer);
    m_transport->send(bytes);
}

void WebSocketLink::close(std::optional<std::uint16_t> code, const std::string& reason) {
    if (m_stage != Stage::Open) {
        finish({});
        return;
    }
    if (m_closeSent) return;
    websocket::CloseBody body;
    body.code = code;
    if (code) body.reason = reason;
    Bytes payload;
    ByteWriter writer(payload);
    websocket::encode(body, writer);
    sendFrame(Opcode::Close, payload);
    noteSentClose(body);
}

void WebSocketLink::fail(std::uint16_t code, const std::string& sentence) {
    if (m_stage != Stage::Open || !m_failure.empty()) return;
    m_failure = sentence;
    const std::shared_ptr<WebSocketLink> self = shared_from_this();
    if (const auto owner = this->owner()) {
        owner->linkRemark(sentence);
        owner->linkViolated(sentence, {});
    }
    if (m_stage != Stage::Open) return;
    if (!m_closeSent) {
        websocket::CloseBody body;
        body.code = code;
        Bytes payload;
        ByteWriter writer(payload);
        websocket::encode(body, writer);
        sendFrame(Opcode::Close, payload);
        noteSentClose(body);
    }
    m_finished = true;
    if (m_transport) m_transport->finish();
}

void WebSocketLink::ended(const net::TransportEnd& end) {
    m_peerEnded = true;
    m_endCause = end.cause;
    if (m_stage == Stage::Ended) return;
    if (m_stage == Stage::Handshaking) {
        m_response.end();
        const bool said = end.cause == net::TransportEnd::Cause::PeerFinished;
        if (m_response.state() == ResponseReader::State::Done || m_response.hasHead()) {
            refuse();
        } else {
            finish({said ? m_response.fault() : end.sentence, false});
        }
        return;
    }
    if (m_stage == Stage::Connecting) {
        finish({end.sentence, false});
        return;
    }
    const bool clean = m_closeSent && m_closeReceived;
    const auto lose = [this](const std::string& sentence) { finish({sentence, false, {}, true}); };
    if (!m_failure.empty()) {
        finish({m_failure, clean, {}, true});
    } else if (m_closeAsked && m_closeReceived) {
        finish({{}, true});
    } else if (m_closeReceived) {
        finish({closedSentence(*m_closeReceived), clean});
    } else if (m_closeSent) {
        lose("The server ended the connection without a close frame of its own.");
    } else if (end.cause == net::TransportEnd::Cause::PeerFinished) {
        std::string sentence = "The server ended the connection without a close frame";
        if (m_frames->insideMessage()) sentence += ", in the middle of a message";
        lose(sentence + ".");
    } else {
        lose(end.sentence);
    }
}

void WebSocketLink::giveUp(const std::string& sentence) {
    if (m_stage == Stage::Handshaking && m_response.hasHead()) {
        refuse();
        return;
    }
    const bool clean = m_closeSent && m_closeReceived;
    if (!m_failure.empty()) {
        finish({m_failure, clean, {}, true});
    } else if (clean) {
        // The handshake is done; only the server's FIN is missing.
        finish({m_closeAsked ? std::string() : closedSentence(*m_closeReceived), true});
    } else {
        finish({sentence, false, {}, m_stage == Stage::Open && !m_closeReceived});
    }
}

void WebSocketLink::cut() {
    if (m_transport) m_transport->reset();
    abandon();
}

void WebSocketLink::abandon() {
    m_owner.reset();
    m_stage = Stage::Ended;
    m_transport.reset();
}

void WebSocketLink::finish(Ending ending) {
    if (m_stage == Stage::Ended) return;
    m_stage = Stage::Ended;
    ending.cause = m_endCause;
    const std::shared_ptr<WebSocketLink> self = shared_from_this();
    const std::shared_ptr<Owner> owner = m_owner.lock();
    m_owner.reset();
    m_transport.reset();
    if (owner) owner->linkEnded(ending);
}

}  // namespace framescope::client
