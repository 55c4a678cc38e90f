// The books of a replay: which steps of ours went out, what was received, which recorded answer
// each is the counterpart of, and the report that follows from it. Knows no connection and no
// clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/replay/alignment.h"
#include "capture/replay/comparison.h"
#include "capture/replay/replay_plan.h"
#include "capture/replay/replay_report.h"

namespace framescope::replay {

class Ledger {
public:
    /// `plan` must outlive it. `laterThan` as in the options. Of answers it keeps what takes as
    /// much memory as what was recorded, and `maxMore` bytes.
    Ledger(const Plan& plan, Comparison comparison,
           std::optional<std::chrono::milliseconds> laterThan,
           std::size_t maxMore = kMaxAnswerMemory);

    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    /// A text of the recording that is this one now, wherever it stands: a session's id.
    void equate(std::string recorded, std::string received) {
        m_comparison.equate(std::move(recorded), std::move(received));
    }

    // Times are nanoseconds since the replay's first step.

    /// A step of ours went out, as this line.
    void sent(std::size_t step, std::int64_t timeNs, std::string line);
    /// A step of ours will not go out.
    void notSent(std::size_t step, const std::string& why);
    /// The server said something. False, and nothing noted, where the books are full: a server can
    /// say more than there is memory.
    bool received(Answer answer);
    /// The server broke the protocol, so the connection is failed, for what the sentence says. The
    /// first answer that is not there was to be this one.
    void broken(std::string sentence, std::int64_t timeNs);
    /// Nothing follows: what is not there yet is missing.
    void finish();

    /// Whether the step of the server has its counterpart beyond much doubt, or needs none.
    bool isAnswered(std::size_t step) const;
    /// What was received for it; null where nothing was.
    const Answer* answerTo(std::size_t step) const;
    /// Steps of the server that have been answered.
    std::size_t answered() const { return m_answered; }
    bool wasSent(std::size_t step) const { return m_own[step].state == OwnState::Sent; }
    std::size_t extras() const;

    /// `failure` empty: it ran to its end, or still runs.
    Report report(const std::string& failure = {}) const;

private:
    /// One order of answers, see channelOf().
    struct Channel {
        std::vector<std::size_t> recorded;  ///< steps
        std::vector<std::size_t> received;  ///< in m_received
        std::vector<Signature> recordedSignatures;
        std::vector<Signature> receivedSignatures;
        std::unique_ptr<Alignment> alignment;
    };
    enum class OwnState : std::uint8_t { Waiting, Sent, NotSent };
    struct Own {
        OwnState state = OwnState::Waiting;
        std::int64_t timeNs = 0;
        std::string line;
    };
    struct Received {
        Answer answer;
        Channel* channel = nullptr;
        std::size_t place = 0;   ///< in its channel
        std::size_t behind = 0;  ///< the last step that had happened before
    };
    struct Violation {
        std::string sentence;
        std::int64_t timeNs = 0;
    };
    struct Compared {
        std::size_t received = 0;
        std::vector<Difference> differences;
    };

    Channel& channel(const std::string& name);
    template <typename Change>
    void realign(Channel& channel, const Change& change);
    std::size_t dueIn(const Channel& channel) const;
    void equateSids(const Answer& answer);
    std::optional<std::size_t> receivedFor(std::size_t step) const;
    const std::vector<Difference>& differences(std::size_t step, std::size_t received) const;
    bool isLate(std::size_t step, const Answer& answer) const;
    Line lineOfStep(std::size_t step, bool final) const;
    Line lineOfExtra(std::size_t received) const;
    void breakLine(Line& line) const;
    std::string sentenceOf(const Report& report, bool final) const;

    const Plan& m_plan;
    Comparison m_comparison;
    std::optional<std::chrono::milliseconds> m_laterThan;
    std::map<std::string, Channel> m_channels;
    std::vector<std::optional<Answer>> m_recorded;           ///< by step
    std::vector<std::pair<Channel*, std::size_t>> m_places;  ///< of recorded answers, by step
    std::vector<Own> m_own;                                  ///< by step
    std::vector<std::optional<std::size_t>> m_asked;         ///< of an answer: our last step before
    std::vector<Received> m_received;
    std::size_t m_answered = 0;                          ///< pairs of all channels
    std::size_t m_memoryLeft = 0;                        ///< for what is received
    std::size_t m_nextOwn = 0;                           ///< our first step that has not gone out
    std::size_t m_last = 0;                              ///< the last step that happened
    std::map<std::string, std::size_t> m_connects;       ///< answers to CONNECT, by namespace
    mutable std::map<std::size_t, Compared> m_compared;  ///< by step
    std::optional<Violation> m_violation;
    bool m_finished = false;
};

}  // namespace framescope::replay
