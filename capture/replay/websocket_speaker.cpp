// Messages go out in the frames in which they were: bits, lengths and boundaries as recorded. Where
// a rule changed the text, the last of its frames takes what it grew or shrank by.
#include <algorithm>

#include "capture/replay/speaker.h"
#include "dissector/websocket/frame.h"

namespace framescope::replay {
namespace {

using client::Incoming;
using compose::FrameDraft;

class WebSocketSpeaker final : public Speaker {
public:
    using Speaker::Speaker;

    Result<std::vector<compose::Draft>> drafts(const Piece& piece,
                                               const client::Status& status) override {
        const Step& step = stepOf(piece);
        std::vector<compose::Draft> drafts;
        if (step.kind == StepKind::Control) {
            drafts.emplace_back(controlDraft(step, m_context.options.recordedMasks));
            return drafts;
        }
        if (step.kind != StepKind::Message) return drafts;
        if (step.asRecorded) {
            for (const StepFrame& frame : step.frames) {
                drafts.emplace_back(compose::RawDraft{payloadOf(frame.wire)});
            }
            return drafts;
        }
        if (piece.first) {
            m_text = step.text ? replaced(asText(step.bytes)) : std::string(asText(step.bytes));
            m_sent = 0;
        }
        const bool compresses = step.compressed && status.wire.compression.agreed();
        if (step.compressed && !compresses) {
            m_context.remark(
                "Nothing was agreed about compression this time: compressed messages are sent as "
                "they are.");
        }
        if (!piece.frame) {
            drafts.emplace_back(whole(step, compresses));
        } else {
            drafts.emplace_back(part(step, *piece.frame));
        }
        return drafts;
    }

    std::vector<Answer> heard(const Incoming& incoming) override {
        if (incoming.kind != Incoming::Kind::Text && incoming.kind != Incoming::Kind::Binary) {
            return {controlAnswer(incoming)};
        }
        Answer answer;
        answer.kind = StepKind::Message;
        answer.text = incoming.kind == Incoming::Kind::Text;
        answer.opcode = static_cast<std::uint8_t>(answer.text ? websocket::Opcode::Text
                                                              : websocket::Opcode::Binary);
        answer.bytes = incoming.bytes;
        return {std::move(answer)};
    }

private:
    FrameDraft likeFrame(const StepFrame& frame) const {
        FrameDraft draft;
        const auto header = websocket::parseFrameHeader(frame.wire);
        if (!header) return draft;
        draft.fin = header->fin;
        draft.rsv = {header->rsv1, header->rsv2, header->rsv3};
        draft.opcode = header->opcode;
        if (!header->masked) draft.masking = compose::Masking::None;
        if (header->masked && m_context.options.recordedMasks) {
            draft.masking = compose::Masking::Fixed;
            draft.maskingKey = header->maskingKey;
        }
        if (header->lengthForm != websocket::minimalForm(header->payloadLength)) {
            draft.length = header->lengthForm == websocket::LengthForm::Bits64
                               ? compose::LengthChoice::Bits64
                               : compose::LengthChoice::Bits16;
        }
        return draft;
    }

    FrameDraft whole(const Step& step, bool compresses) const {
        FrameDraft draft = step.frames.empty() ? FrameDraft() : likeFrame(step.frames.front());
        draft.opcode = step.opcode;
        draft.fin = true;
        draft.payload = {compose::Payload::Kind::Text, m_text};
        if (step.compressed) {
            draft.rsv[0] = std::nullopt;
            draft.compressing =
                compresses ? compose::Compressing::AsAgreed : compose::Compressing::None;
        }
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i + 1 < step.frames.size(); ++i) {
            const std::uint64_t room = m_text.size() - sum;
            const std::uint64_t size = std::min(step.frames[i].size, room);
            draft.fragments.push_back(size);
            sum += size;
        }
        return draft;
    }

    FrameDraft part(const Step& step, std::size_t index) {
        FrameDraft draft = likeFrame(step.frames[index]);
        const bool last = index + 1 == step.frames.size();
        const std::size_t room = m_text.size() - m_sent;
        const auto size =
            last ? room
                 : static_cast<std::size_t>(std::min<std::uint64_t>(step.frames[index].size, room));
        draft.payload = {compose::Payload::Kind::Text, m_text.substr(m_sent, size)};
        m_sent += size;
        return draft;
    }

    std::string m_text;      ///< of the message that goes out
    std::size_t m_sent = 0;  ///< bytes of it
};

}  // namespace

std::unique_ptr<Speaker> makeWebSocketSpeaker(SpeakerContext context) {
    return std::make_unique<WebSocketSpeaker>(std::move(context));
}

}  // namespace framescope::replay
