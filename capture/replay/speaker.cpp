#include "capture/replay/speaker.h"

#include "capture/net/url.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/frame.h"

namespace framescope::replay {

client::ClientOptions Speaker::clientOptions() {
    client::ClientOptions options = m_context.plan.client;
    options.connection = m_context.options.connect;
    options.speaks = m_context.plan.speaks;
    std::string url = m_context.options.url;
    if (auto parsed = net::parseUrl(url)) {
        if (parsed->target == "/") {
            parsed->target = replaced(m_context.plan.target);
        } else {
            options.engineIo.path.clear();  // that of the URL counts
        }
        url = net::toText(*parsed);
    }
    options.urls = {std::move(url)};
    for (client::HandshakeDraft::Edit& edit : options.handshake.edits) {
        edit.value = replaced(edit.value);
    }
    return options;
}

std::string Speaker::replaced(std::string_view text) {
    if (m_context.rules.empty()) return std::string(text);
    Substitution::Outcome outcome = m_context.rules.apply(text);
    if (!outcome.remark.empty()) m_context.remark(outcome.remark);
    return std::move(outcome.text);
}

bool Speaker::canSay(const Piece& /*piece*/, const client::Status& /*status*/) const {
    return true;
}

std::vector<Answer> Speaker::changed(const client::Status& status) {
    std::vector<Answer> answers;
    const bool settled =
        status.state == client::State::Open || status.state == client::State::Closed;
    // The answer to the handshake of a WebSocket, also where that is a refusal.
    if (m_context.plan.speaks == client::Speaks::WebSocket && settled && status.response &&
        !m_answered) {
        m_answered = true;
        Answer answer;
        answer.kind = StepKind::HttpResponse;
        answer.head = status.response;
        answer.violation = status.violation;
        answer.violatedHeader = status.violatedHeader;
        answer.text = isPrintableText(status.responseBody);
        const ByteView body = asBytes(status.responseBody);
        answer.bytes.assign(body.begin(), body.end());
        answers.push_back(std::move(answer));
    }
    if (status.state == client::State::Closed && status.endedBy && !m_ended) {
        m_ended = true;
        Answer answer;
        answer.kind = StepKind::End;
        answer.reset = *status.endedBy == net::TransportEnd::Cause::PeerReset;
        const bool byPeer =
            answer.reset || *status.endedBy == net::TransportEnd::Cause::PeerFinished;
        if (byPeer) answers.push_back(std::move(answer));
    }
    return answers;
}

std::unique_ptr<Speaker> makeSpeaker(SpeakerContext context) {
    switch (context.plan.speaks) {
        case client::Speaks::Raw:
            return makeHttpSpeaker(std::move(context));
        case client::Speaks::WebSocket:
            return makeWebSocketSpeaker(std::move(context));
        case client::Speaks::EngineIo:
        case client::Speaks::SocketIo:
            break;
    }
    return makeEngineIoSpeaker(std::move(context));
}

compose::Payload payloadOf(ByteView bytes) {
    return {compose::Payload::Kind::Text, std::string(asText(bytes))};
}

Answer controlAnswer(const client::Incoming& incoming) {
    Answer answer;
    answer.kind = StepKind::Control;
    answer.bytes = incoming.bytes;
    switch (incoming.kind) {
        case client::Incoming::Kind::Ping:
            answer.opcode = static_cast<std::uint8_t>(websocket::Opcode::Ping);
            break;
        case client::Incoming::Kind::Pong:
            answer.opcode = static_cast<std::uint8_t>(websocket::Opcode::Pong);
            break;
        default:
            answer.opcode = static_cast<std::uint8_t>(websocket::Opcode::Close);
            break;
    }
    return answer;
}

compose::FrameDraft controlDraft(const Step& step, bool recordedMasks) {
    compose::FrameDraft draft;
    draft.opcode = step.opcode;
    ByteView payload = step.bytes;
    if (step.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close) && payload.size() >= 2) {
        draft.closeCode = readBe16(payload.data());
        payload = payload.subspan(2);
    }
    draft.payload = payloadOf(payload);
    if (step.frames.empty()) return draft;
    const auto header = websocket::parseFrameHeader(step.frames.front().wire);
    if (!header) return draft;
    draft.fin = header->fin;
    draft.rsv = {header->rsv1, header->rsv2, header->rsv3};
    if (!header->masked) draft.masking = compose::Masking::None;
    if (header->masked && recordedMasks) {
        draft.masking = compose::Masking::Fixed;
        draft.maskingKey = header->maskingKey;
    }
    return draft;
}

}  // namespace framescope::replay
