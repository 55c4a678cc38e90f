// Carries a script out on a connection, step by step. It neither waits nor knows a clock: whoever
// owns it calls step() when something was received, sent or read, and at the time it names.
//
//     script::Mailbox mailbox(wake);
//     auto client = client::Client::make(reactor, transcript, options, mailbox);
//     script::Runner runner(*client, mailbox, wake);
//     runner.append(script); runner.noMore();
//     client->connect();
//     ... woken: runner.step({session, allRead, now});  if (runner.state() != Running) ...
//
// Expectations look at the rows of the transcript, so the filter language and the dissector's
// issues can be used in them as anywhere else.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capture/client/client.h"
#include "capture/script/mailbox.h"
#include "capture/script/script.h"
#include "capture/script/variables.h"
#include "capture/session/session.h"

namespace framescope::script {

enum class RunState : std::uint8_t {
    Running,
    Idle,          ///< everything there is was done, and more may be appended
    Done,          ///< everything went as written
    Unexpected,    ///< an expectation did not hold
    NotConnected,  ///< there was no connection, or none any more, where one was needed
    Mistake,       ///< a step cannot be carried out as it is written
};

/// Why a run failed.
struct Failure {
    std::string sentence;  ///< for a person, with the place in the script
    /// Rows that came instead of what was expected, the last ones.
    std::vector<RecordId> instead;
};

class Runner {
public:
    using Clock = Mailbox::Clock;

    /// `client` and `mailbox` must outlive it. `wake` as for the mailbox.
    Runner(client::Client& client, Mailbox& mailbox, std::function<void()> wake);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void append(Script script);
    /// Nothing more will be appended.
    void noMore() { m_noMore = true; }

    /// What step() looks at.
    struct Sight {
        const Session* session = nullptr;  ///< of the transcript; null while there is none
        bool allRead = false;  ///< after the connection was closed: no more rows will come
        Clock::time_point now{};
    };
    /// Goes on as far as it goes.
    void step(const Sight& sight);
    RunState state() const { return m_state; }
    const Failure& failure() const { return m_failure; }
    /// When step() has to be called the latest; nothing while only others can bring it on.
    std::optional<Clock::time_point> nextTime() const { return m_nextTime; }
    /// Everything was sent and expected; what is waited for is silence.
    bool isSettling() const;
    /// An expectation has found the connection's end, or asked for an issue: that it goes wrong is
    /// what the script is about.
    bool foresawTrouble() const { return m_foresawTrouble; }
    /// Steps that were carried out, those of repetitions each time.
    std::uint64_t stepsDone() const { return m_stepsDone; }

private:
    struct Loop {
        std::span<const Step> steps;
        std::size_t next = 0;
        std::uint64_t round = 1;
        std::uint64_t rounds = 1;
    };
    /// What came of a message, written on the connection's thread.
    struct SendBox;
    /// Whether a step is over.
    enum class Stepped : std::uint8_t { Over, Waits };

    const Step* current() const;
    void begin();
    void finishStep();
    void fail(RunState state, std::string sentence, std::vector<RecordId> instead = {});
    void callAt(Clock::time_point time);
    bool connectionIsOver() const;
    std::string whyNoConnection() const;
    bool awaitConnection();
    Stepped failAcknowledgements(const Mailbox::News& news, const std::string& until);

    Stepped carryOut(const SendStep& step, const Sight& sight);
    Stepped carryOut(const ExpectStep& step, const Sight& sight);
    Stepped carryOut(const WaitStep& step, const Sight& sight);
    Stepped carryOut(const RepeatStep& step, const Sight& sight);
    Stepped carryOut(const SetStep& step, const Sight& sight);
    Stepped carryOut(const CloseStep& step, const Sight& sight);
    Stepped carryOut(const CutStep& step, const Sight& sight);
    Stepped carryOut(const NamespaceStep& step, const Sight& sight);
    Stepped carryOut(const SettleStep& step, const Sight& sight);

    std::optional<compose::Draft> draftOf(const SendStep& step);
    Stepped hand(compose::Draft draft, std::uint64_t keySeed);
    bool mayHand(client::State state) const;
    bool expectationFilter(const ExpectStep& step);
    void failExpectation(const ExpectStep& step, const Sight& sight, std::string why);
    std::vector<RecordId> receivedSince(const Session& session, RecordId first,
                                        bool anyDirection) const;

    client::Client& m_client;
    Mailbox& m_mailbox;
    std::function<void()> m_wake;
    std::deque<Step> m_steps;
    std::vector<Loop> m_loops;
    Variables m_variables;
    RunState m_state = RunState::Running;
    Failure m_failure;
    bool m_noMore = false;
    std::uint64_t m_stepsDone = 0;
    std::optional<Clock::time_point> m_nextTime;

    // Of the step that is being carried out.
    bool m_begun = false;
    bool m_acted = false;  ///< what it does itself was done; it waits for the effect
    Clock::time_point m_beginning{};
    std::shared_ptr<SendBox> m_sent;
    bool m_refusedClosing = false;  ///< a message, as the connection is being closed
    std::optional<Filter> m_filter;
    RecordId m_scan = 0;
    std::uint64_t m_matches = 0;

    RecordId m_cursor = 0;  ///< rows before it were used up by expectations
    std::optional<RecordId> m_found;
    bool m_sentAny = false;
    bool m_foresawTrouble = false;
    std::uint64_t m_messages = 0;       ///< that were sent
    std::uint64_t m_answersBefore = 0;  ///< when the last message was handed over
};

}  // namespace framescope::script
