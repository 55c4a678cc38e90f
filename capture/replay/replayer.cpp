// Lives on the reactor's thread, as the client does. The pieces of the schedule go out one after
// the other: the next is looked at when the one before went out, something was heard, or a time is
// over. Progress and report may be asked for from any thread, so the ledger has a lock around it.
#include "capture/replay/replayer.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include "capture/client/client.h"
#include "capture/replay/ledger.h"
#include "capture/replay/schedule.h"
#include "capture/replay/speaker.h"
#include "dissector/payload/utf8.h"

namespace framescope::replay {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Sentences of the client and of rules that are kept; more say nothing new.
constexpr std::size_t kMaxRemarks = 20;
/// What stands in place of an end of ours that was not needed any more.
constexpr const char* kEndedByServer = "ended by the server";

/// When the recorded connection was open: by the step that says so; without one, the first.
std::int64_t openedInRecording(const Plan& plan) {
    for (const Step& step : plan.steps) {
        const bool opens =
            (step.kind == StepKind::HttpResponse && plan.speaks == client::Speaks::WebSocket) ||
            (step.kind == StepKind::EngineIo && step.engineType == engineio::PacketType::Open);
        if (opens) return step.timeNs;
    }
    return 0;
}

class Run final : public client::Observer, public std::enable_shared_from_this<Run> {
public:
    Run(net::Reactor& reactor, std::shared_ptr<transcript::Transcript> transcript, Plan plan,
        ReplayOptions options, std::function<void()> changed)
        : m_reactor(reactor),
          m_transcript(std::move(transcript)),
          m_plan(std::move(plan)),
          m_options(std::move(options)),
          m_changed(std::move(changed)),
          m_schedule(scheduleOf(m_plan)),
          m_openedInRecording(openedInRecording(m_plan)),
          m_timer(reactor) {
        for (const Piece& piece : m_schedule) m_all += piece.last ? 1 : 0;
    }

    void start() {
        const auto right = checkOptions(m_options);
        auto ignored = IgnoredPaths::parse(m_options.ignored);
        auto rules = Substitution::make(m_options.rules, m_options.captures);
        if (!right || !ignored || !rules) {
            // The books are needed to say so.
            {
                const std::scoped_lock lock(m_mutex);
                m_ledger = std::make_unique<Ledger>(
                    m_plan, Comparison(std::move(*IgnoredPaths::parse({}))), m_options.laterThan);
            }
            fail(!right     ? right.error().sentence
                 : !ignored ? ignored.error().sentence
                            : rules.error().sentence);
            return;
        }
        m_rules.emplace(std::move(*rules));
        {
            const std::scoped_lock lock(m_mutex);
            m_ledger = std::make_unique<Ledger>(m_plan, Comparison(std::move(*ignored)),
                                                m_options.laterThan);
        }
        m_speaker = makeSpeaker({m_plan, m_options, *m_rules,
                                 [this](std::size_t step) { return m_ledger->answerTo(step); },
                                 [this](const std::string& sentence) { remark(sentence); }});
        m_begin = Clock::now();
        m_client = client::Client::make(m_reactor, m_transcript, m_speaker->clientOptions(), *this);
        m_client->connect();
    }

    /// Nothing of it happens any more.
    void shutDown() {
        m_over = true;
        m_changed = nullptr;
        m_timer.stop();
        m_client.reset();
    }

    void stop() {
        if (m_over) return;
        fail("The replay was stopped.");
        m_client.reset();
    }

    Progress progress() const {
        const std::scoped_lock lock(m_mutex);
        return {m_done, m_all, m_finished};
    }

    Report report() const {
        const std::scoped_lock lock(m_mutex);
        if (!m_ledger) return {};
        Report report = m_ledger->report(m_failure);
        report.remarks = m_plan.remarks;
        report.remarks.insert(report.remarks.end(), m_remarks.begin(), m_remarks.end());
        return report;
    }

    // The client.

    void statusChanged(const client::Status& status) override {
        if (m_over) return;
        m_status = status;
        if (!status.sid.empty() && !std::exchange(m_sidKnown, true)) {
            const std::scoped_lock lock(m_mutex);
            m_ledger->equate(m_plan.sid, status.sid);
        }
        const bool opens = status.state == client::State::Open && !m_open;
        if (opens) {
            m_open = true;
            m_opened = Clock::now();
            const std::scoped_lock lock(m_mutex);
            noteHandshake();
        }
        noteViolation(status);
        hear(m_speaker->changed(status));
        if (status.state == client::State::Closed) {
            closed(status);
        } else {
            pump();
        }
        tell();
    }

    void received(const client::Incoming& incoming) override {
        if (m_over) return;
        const bool text = incoming.kind == client::Incoming::Kind::Text ||
                          incoming.kind == client::Incoming::Kind::Raw;
        if (text) m_rules->learn(asText(incoming.bytes));
        m_sessionClosed = m_sessionClosed || (incoming.kind == client::Incoming::Kind::EngineIo &&
                                              incoming.engineType == engineio::PacketType::Close);
        hear(m_speaker->heard(incoming));
        pump();
        tell();
    }

    void remark(const std::string& sentence) override {
        const std::scoped_lock lock(m_mutex);
        noteRemark(sentence);
    }

private:
    /// Under the lock.
    void noteRemark(const std::string& sentence) {
        if (m_remarks.size() < kMaxRemarks) m_remarks.insert(sentence);
    }

    std::int64_t sinceBegin() const {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - m_begin).count();
    }

    /// The request that the client sent by itself is a step as well. Under the lock.
    void noteHandshake() {
        if (m_plan.speaks != client::Speaks::WebSocket) return;
        for (const Step& step : m_plan.steps) {
            if (step.ours() && step.kind == StepKind::HttpRequest) {
                m_ledger->sent(step.number, 0, step.label);
                return;
            }
        }
    }

    /// What broke the protocol stands in place of the answer that was waited for. That of a
    /// handshake of a WebSocket is compared as the response that it is.
    void noteViolation(const client::Status& status) {
        if (status.violation.empty() || std::exchange(m_violated, true)) return;
        remark(status.violation);
        if (m_plan.speaks == client::Speaks::WebSocket && !m_open) return;
        const std::scoped_lock lock(m_mutex);
        m_ledger->broken(status.violation, sinceBegin());
    }

    void hear(std::vector<Answer> answers) {
        const std::scoped_lock lock(m_mutex);
        for (Answer& answer : answers) {
            const bool ping = answer.kind == StepKind::Control &&
                              answer.opcode == static_cast<std::uint8_t>(websocket::Opcode::Ping);
            if (ping) continue;  // a server pings when it pleases
            if (answer.kind == StepKind::End && !endIsRecorded()) continue;
            answer.timeNs = sinceBegin();
            if (answer.label.empty()) answer.label = lineOf(answer);
            if (m_ledger->received(std::move(answer))) continue;
            finishLocked(
                "The server said so much more than was recorded that it does not fit into memory; "
                "the replay was given up.");
            dropConnection();
            return;
        }
    }

    /// How a connection ends counts where the recording has it as the server's doing.
    bool endIsRecorded() const {
        return std::ranges::any_of(m_plan.steps, [](const Step& step) {
            return step.kind == StepKind::End && !step.ours() && !step.automatic;
        });
    }

    /// The end of what the recording had, or an end that it did not have.
    void closed(const client::Status& status) {
        const std::scoped_lock lock(m_mutex);
        m_timer.stop();
        if (!m_open && !status.response) {
            // What the client never sent is not the server's fault.
            finishLocked(status.sentence.empty() ? "The connection could not be opened."
                                                 : status.sentence);
            return;
        }
        if (!m_open) noteHandshake();
        const char* const why = m_violated ? "The server broke the protocol, which ended the "
                                             "connection."
                                           : "The connection had ended.";
        bool unsaid = false;
        for (; m_next < m_schedule.size(); ++m_next) {
            const Piece& piece = m_schedule[m_next];
            const Step& step = m_plan.steps[piece.step];
            if (isMoot(step) || (step.kind == StepKind::End && step.ours())) {
                m_ledger->sent(piece.step, sinceBegin(), kEndedByServer);
                ++m_done;
            } else {
                unsaid = true;
                m_ledger->notSent(piece.step, why);
            }
        }
        if (unsaid && !m_violated && !status.sentence.empty()) noteRemark(status.sentence);
        finishLocked({});
    }

    /// Whether a step of ours would end what the server has ended in order. Where both sides are
    /// about to close, which is first is a race: it says nothing about the server.
    bool isMoot(const Step& step) const {
        const bool ended = m_status.closeReceived.has_value() || m_sessionClosed;
        return ended && !m_violated && step.ours() && endsConversation(step);
    }

    void fail(const std::string& sentence) {
        {
            const std::scoped_lock lock(m_mutex);
            finishLocked(sentence);
        }
        tell();
    }

    void finishLocked(const std::string& failure) {
        if (m_finished) return;
        m_over = true;
        m_timer.stop();
        m_failure = failure;
        m_ledger->finish();
        m_finished = true;
    }

    void tell() {
        // The callback may let go of this replay.
        const auto changed = m_changed;
        if (changed) changed();
    }

    /// Sends what can be sent now.
    void pump() {
        if (m_pumping) {
            m_pumpAgain = true;
            return;
        }
        m_pumping = true;
        do {
            m_pumpAgain = false;
            while (!m_over && m_open && !m_sending && step()) {
            }
        } while (m_pumpAgain);
        m_pumping = false;
    }

    /// Takes the next piece in hand; false where it has to wait, or there is none.
    bool step() {
        if (m_violated) return false;  // the client ends it by itself
        if (m_next == m_schedule.size()) {
            waitForRest();
            return false;
        }
        const Piece& piece = m_schedule[m_next];
        if (!isTime(piece) || !isAnswered(piece) || !isReady(piece)) return false;
        m_timer.stop();
        m_waitingFor.reset();
        say(piece);
        return true;
    }

    /// With recorded timing a piece has its moment, counted from when the connection was open.
    bool isTime(const Piece& piece) {
        if (m_options.timing != Timing::Recorded) return true;
        const double due =
            static_cast<double>(piece.timeNs - m_openedInRecording) / m_options.speed;
        const auto moment = m_opened + std::chrono::nanoseconds(
                                           static_cast<std::int64_t>(std::clamp(due, 0.0, 9e18)));
        const auto now = Clock::now();
        if (now >= moment) return true;
        const auto wait = std::chrono::ceil<milliseconds>(moment - now);
        wakeIn(wait);
        return false;
    }

    bool isAnswered(const Piece& piece) {
        const std::scoped_lock lock(m_mutex);
        const bool all = piece.needsAll || m_options.timing == Timing::Conversation;
        bool open = all && firstUnanswered(piece.before).has_value();
        for (const std::size_t need : piece.needs) {
            open = open || (!m_givenUp.contains(need) && !m_ledger->isAnswered(need));
        }
        if (!open) return true;
        return !waits(m_next, [&] {
            while (const auto step = all ? firstUnanswered(piece.before) : std::nullopt) {
                m_givenUp.insert(*step);
            }
            for (const std::size_t need : piece.needs) m_givenUp.insert(need);
        });
    }

    /// Whether the client can say the piece by now: a close frame needs the upgrade behind it.
    bool isReady(const Piece& piece) {
        if (m_speaker->canSay(piece, m_status)) return true;
        const std::scoped_lock lock(m_mutex);
        return !waits(m_next, [] {});
    }

    /// The server's first step in front of `before` that is still waited for.
    std::optional<std::size_t> firstUnanswered(std::size_t before) {
        for (std::size_t i = m_answeredUpTo; i < before; ++i) {
            const Step& step = m_plan.steps[i];
            const bool done =
                step.ours() || step.automatic || m_givenUp.contains(i) || m_ledger->isAnswered(i);
            if (!done) return i;
            if (i == m_answeredUpTo) ++m_answeredUpTo;
        }
        return std::nullopt;
    }

    /// Whether patience lasts for what `place` of the schedule waits for. It begins anew whenever
    /// something was answered; once it is over, `giveUp` is called.
    template <typename GiveUp>
    bool waits(std::size_t place, const GiveUp& giveUp) {
        const auto now = Clock::now();
        const std::size_t answered = m_ledger->answered();
        if (m_waitingFor != place || m_answeredThen != answered) {
            m_waitingFor = place;
            m_answeredThen = answered;
            m_waitingSince = now;
        }
        const auto until = m_waitingSince + m_options.patience;
        if (now < until) {
            wakeIn(std::chrono::ceil<milliseconds>(until - now));
            return true;
        }
        giveUp();
        return false;
    }

    void wakeIn(milliseconds delay) {
        m_timer.start(delay, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self || self->m_over) return;
            self->pump();
            self->tell();
        });
    }

    void waitForRest() {
        bool over = false;
        {
            const std::scoped_lock lock(m_mutex);
            over = !firstUnanswered(m_plan.steps.size());
            over = over || !waits(m_schedule.size(), [] {});
            if (over) finishLocked({});
        }
        if (!over) return;
        // A connection that the recording left open is closed in order.
        if (m_client) m_client->close();
    }

    void say(const Piece& piece) {
        const Step& step = m_plan.steps[piece.step];
        if (!m_client) {
            notSent(piece, "The connection had ended.");
            return;
        }
        if (step.kind == StepKind::End) {
            end(piece, step);
            return;
        }
        auto drafts = m_speaker->drafts(piece, m_status);
        if (!drafts) {
            notSent(piece, drafts.error().sentence);
            return;
        }
        m_sending = true;
        send(piece, std::make_shared<std::vector<compose::Draft>>(std::move(*drafts)), 0);
    }

    /// Sends the drafts of a piece one after the other.
    void send(const Piece& piece, const std::shared_ptr<std::vector<compose::Draft>>& drafts,
              std::size_t index) {
        if (index == drafts->size()) {
            m_sending = false;
            sent(piece);
            return;
        }
        compose::Draft draft = std::move((*drafts)[index]);
        m_client->send(std::move(draft), [weak = weak_from_this(), piece, index,
                                          drafts](const Result<client::Sent>& result) {
            const auto self = weak.lock();
            if (!self || self->m_over) return;
            if (!result) {
                self->m_sending = false;
                self->notSent(piece, result.error().sentence);
                self->pump();
                self->tell();
                return;
            }
            self->send(piece, drafts, index + 1);
            if (self->m_sending) return;
            self->pump();
            self->tell();
        });
    }

    void sent(const Piece& piece) {
        const std::scoped_lock lock(m_mutex);
        ++m_next;
        if (!piece.last) return;
        ++m_done;
        m_ledger->sent(piece.step, sinceBegin(), m_plan.steps[piece.step].label);
    }

    void notSent(const Piece& piece, const std::string& why) {
        const std::scoped_lock lock(m_mutex);
        if (isMoot(m_plan.steps[piece.step])) {
            m_ledger->sent(piece.step, sinceBegin(), kEndedByServer);
        } else {
            m_ledger->notSent(piece.step, why);
        }
        // The rest of a message without one of its frames would be nonsense.
        const std::size_t step = piece.step;
        ++m_next;
        while (m_next < m_schedule.size() && m_schedule[m_next].step == step) ++m_next;
        ++m_done;
    }

    void end(const Piece& piece, const Step& step) {
        sent(piece);
        if (step.reset) {
            m_client->cut();
            return;
        }
        if (m_plan.speaks == client::Speaks::Raw) {
            m_client->close();
            return;
        }
        // FIN without a close frame is what an abandoned connection ends with.
        dropConnection();
    }

    /// Not from within a call of the client's.
    void dropConnection() {
        m_reactor.post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (self) self->m_client.reset();
        });
    }

    net::Reactor& m_reactor;
    std::shared_ptr<transcript::Transcript> m_transcript;
    const Plan m_plan;
    const ReplayOptions m_options;
    std::function<void()> m_changed;
    const std::vector<Piece> m_schedule;
    const std::int64_t m_openedInRecording;
    std::optional<Substitution> m_rules;
    std::unique_ptr<Speaker> m_speaker;
    std::unique_ptr<client::Client> m_client;
    client::Status m_status;
    net::Reactor::Timer m_timer;
    Clock::time_point m_begin;
    Clock::time_point m_opened;
    bool m_open = false;
    bool m_over = false;
    bool m_sidKnown = false;
    bool m_sessionClosed = false;  ///< that of Engine.IO, by the server
    bool m_violated = false;       ///< by the server, so that the client fails the connection
    bool m_sending = false;
    bool m_pumping = false;
    bool m_pumpAgain = false;
    std::size_t m_next = 0;  ///< in the schedule
    std::size_t m_answeredUpTo = 0;
    std::set<std::size_t> m_givenUp;  ///< steps of the server that are not waited for any more
    std::optional<std::size_t> m_waitingFor;
    std::size_t m_answeredThen = 0;
    Clock::time_point m_waitingSince;

    mutable std::mutex m_mutex;  ///< of what follows
    std::unique_ptr<Ledger> m_ledger;
    std::size_t m_done = 0;
    std::size_t m_all = 0;
    bool m_finished = false;
    std::string m_failure;
    std::set<std::string> m_remarks;
};

class RunningReplayer final : public Replayer {
public:
    RunningReplayer(net::Reactor& reactor, std::shared_ptr<Run> run)
        : m_reactor(reactor), m_run(std::move(run)) {}
    ~RunningReplayer() override {
        m_reactor.call([this] { m_run->shutDown(); });
    }

    void stop() override {
        m_reactor.post([run = m_run] { run->stop(); });
    }
    Progress progress() const override { return m_run->progress(); }
    Report report() const override { return m_run->report(); }

private:
    net::Reactor& m_reactor;
    std::shared_ptr<Run> m_run;
};

}  // namespace

std::unique_ptr<Replayer> Replayer::start(net::Reactor& reactor,
                                          std::shared_ptr<transcript::Transcript> transcript,
                                          Plan plan, ReplayOptions options,
                                          std::function<void()> changed) {
    auto run = std::make_shared<Run>(reactor, std::move(transcript), std::move(plan),
                                     std::move(options), std::move(changed));
    auto replayer = std::make_unique<RunningReplayer>(reactor, run);
    reactor.post([run] { run->start(); });
    return replayer;
}

}  // namespace framescope::replay
