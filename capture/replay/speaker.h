// How the steps of a plan are said to a client of ours, and how what that hears becomes answers:
// one for each kind of conversation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/client/client.h"
#include "capture/replay/answer.h"
#include "capture/replay/schedule.h"
#include "capture/replay/substitution.h"

namespace framescope::replay {

/// What a speaker may ask of the replay it speaks for.
struct SpeakerContext {
    const Plan& plan;
    const ReplayOptions& options;
    Substitution& rules;
    /// What was received for a step of the server; null where nothing was.
    std::function<const Answer*(std::size_t step)> answerTo;
    /// A sentence for a person; each is said once.
    std::function<void(const std::string&)> remark;
};

class Speaker {
public:
    explicit Speaker(SpeakerContext context) : m_context(std::move(context)) {}
    virtual ~Speaker() = default;

    /// What the client is to be made with.
    virtual client::ClientOptions clientOptions();
    /// The drafts that say a piece, in order; an Error where it cannot be said. Empty where nothing
    /// has to be sent: endConnection() says what has to be done.
    virtual Result<std::vector<compose::Draft>> drafts(const Piece& piece,
                                                       const client::Status& status) = 0;
    /// Whether the client, as it is now, can say a piece; false where that will come.
    virtual bool canSay(const Piece& piece, const client::Status& status) const;
    virtual std::vector<Answer> heard(const client::Incoming& incoming) = 0;
    /// The client's status changed; the answers that follow from it.
    virtual std::vector<Answer> changed(const client::Status& status);

protected:
    const Step& stepOf(const Piece& piece) const { return m_context.plan.steps[piece.step]; }
    /// Text of ours, with the rules applied.
    std::string replaced(std::string_view text);

    SpeakerContext m_context;

private:
    bool m_answered = false;
    bool m_ended = false;
};

std::unique_ptr<Speaker> makeHttpSpeaker(SpeakerContext context);
std::unique_ptr<Speaker> makeWebSocketSpeaker(SpeakerContext context);
std::unique_ptr<Speaker> makeEngineIoSpeaker(SpeakerContext context);
std::unique_ptr<Speaker> makeSpeaker(SpeakerContext context);

/// Bytes as a draft's payload.
compose::Payload payloadOf(ByteView bytes);
/// An answer that says a control frame.
Answer controlAnswer(const client::Incoming& incoming);
/// A control frame of ours, as it was recorded but for its key.
compose::FrameDraft controlDraft(const Step& step, bool recordedMasks);

}  // namespace framescope::replay
