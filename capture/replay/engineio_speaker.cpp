// Our client speaks the transport: requests, upgrade, heartbeats, the new sid. What goes through it
// is said here, packet by packet as it was recorded, so that only what belongs to another session
// is different: the id of an event of the server's, which an acknowledgement of ours has to name.
#include "capture/replay/socket_packet.h"
#include "capture/replay/speaker.h"

namespace framescope::replay {
namespace {

using client::Incoming;
using compose::EngineIoDraft;

/// Attachments that are waited for, and packets that may not be complete for ever.
constexpr std::uint64_t kMaxAttachments = 10'000;

class EngineIoSpeaker final : public Speaker {
public:
    explicit EngineIoSpeaker(SpeakerContext context) : Speaker(std::move(context)) {
        for (const Step& step : m_context.plan.steps) {
            m_socketIo = m_socketIo || step.kind == StepKind::SocketIo;
        }
    }

    Result<std::vector<compose::Draft>> drafts(const Piece& piece,
                                               const client::Status& status) override {
        const Step& step = stepOf(piece);
        std::vector<compose::Draft> drafts;
        switch (step.kind) {
            case StepKind::Control:
                if (status.wire.polling) {
                    return Error{"The session polls, so there is no WebSocket to be closed."};
                }
                drafts.emplace_back(controlDraft(step, m_context.options.recordedMasks));
                break;
            case StepKind::EngineIo: {
                EngineIoDraft draft;
                draft.type = step.engineType;
                draft.data = payloadOf(step.bytes);
                drafts.emplace_back(std::move(draft));
                break;
            }
            case StepKind::Message:
                drafts.emplace_back(message(step.bytes, step.text));
                break;
            case StepKind::SocketIo: {
                auto bytes = packetBytes(step);
                if (!bytes) return bytes.error();
                drafts.emplace_back(message(*bytes, step.text));
                if (!step.text) break;  // MessagePack has its bytes inside
                for (const Bytes& attachment : step.attachments) {
                    drafts.emplace_back(message(attachment, false));
                }
                break;
            }
            default:
                break;
        }
        return drafts;
    }

    bool canSay(const Piece& piece, const client::Status& status) const override {
        // The recorded session had been upgraded by then.
        return stepOf(piece).kind != StepKind::Control || !status.wire.polling ||
               m_context.plan.client.engineIo.way == client::EngineIoOptions::Way::PollingOnly;
    }

    std::vector<Answer> heard(const Incoming& incoming) override {
        switch (incoming.kind) {
            case Incoming::Kind::Text:
            case Incoming::Kind::Binary:
                return messageHeard(incoming);
            case Incoming::Kind::EngineIo: {
                const bool told = incoming.engineType == engineio::PacketType::Open ||
                                  incoming.engineType == engineio::PacketType::Close;
                if (!told) return {};
                Answer answer;
                answer.kind = StepKind::EngineIo;
                answer.engineType = incoming.engineType;
                answer.text = true;
                answer.bytes = incoming.bytes;
                return {std::move(answer)};
            }
            case Incoming::Kind::Close:
                return {controlAnswer(incoming)};
            default:
                return {};
        }
    }

private:
    EngineIoDraft message(ByteView bytes, bool text) {
        EngineIoDraft draft;
        draft.binary = !text;
        draft.data = text ? compose::Payload{compose::Payload::Kind::Text, replaced(asText(bytes))}
                          : payloadOf(bytes);
        return draft;
    }

    Result<Bytes> packetBytes(const Step& step) {
        const bool acknowledges = step.socketType == socketio::PacketType::Ack ||
                                  step.socketType == socketio::PacketType::BinaryAck;
        if (!acknowledges || !step.answers) return step.bytes;
        const Answer* const event = m_context.answerTo(*step.answers);
        if (event == nullptr || !event->socket || !event->socket->id) {
            return Error{"the event that it acknowledges did not come"};
        }
        return withId(step.bytes, step.text, *event->socket->id);
    }

    std::vector<Answer> messageHeard(const Incoming& incoming) {
        const bool text = incoming.kind == Incoming::Kind::Text;
        if (!text && m_pending) {
            m_pending->attachments.push_back(incoming.bytes);
            m_pendingMemory += sizeof(Bytes) + incoming.bytes.size();
            const bool whole = m_pending->attachments.size() >= m_pending->socket->announced;
            // What is too much for the books is handed to them as it is: they say so.
            if (!whole && m_pendingMemory <= kMaxAnswerMemory) return {};
            return {*std::exchange(m_pending, std::nullopt)};
        }
        std::vector<Answer> answers;
        if (m_pending) answers.push_back(*std::exchange(m_pending, std::nullopt));
        Answer answer;
        answer.text = text;
        answer.bytes = incoming.bytes;
        if (m_socketIo) answer.socket = readSocketPacket(incoming.bytes, text);
        if (!answer.socket) {
            answer.kind = StepKind::Message;
            answer.opcode = static_cast<std::uint8_t>(text ? websocket::Opcode::Text
                                                           : websocket::Opcode::Binary);
            answers.push_back(std::move(answer));
            return answers;
        }
        answer.kind = StepKind::SocketIo;
        answer.attachments = answer.socket->attachments;
        const std::uint64_t announced = answer.socket->announced;
        if (announced > 0 && announced <= kMaxAttachments) {
            m_pendingMemory = memoryOf(answer);
            m_pending = std::move(answer);
        } else {
            answers.push_back(std::move(answer));
        }
        return answers;
    }

    bool m_socketIo = false;
    std::optional<Answer> m_pending;  ///< a packet whose attachments still come
    std::size_t m_pendingMemory = 0;
};

}  // namespace

std::unique_ptr<Speaker> makeEngineIoSpeaker(SpeakerContext context) {
    return std::make_unique<EngineIoSpeaker>(std::move(context));
}

}  // namespace framescope::replay
