// The main thread waits on a bell that the connection, the transcript's loader, standard input and
// signals ring. It goes through three phases: what was asked for is carried out, the connection is
// closed in order, and the transcript is read to its end.
#include "app/cli/send/send_run.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "app/cli/connect/line_input.h"
#include "app/cli/connect/row_follower.h"
#include "app/cli/connect/whole_input.h"
#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"
#include "app/cli/live/bell.h"
#include "app/cli/live/interrupts.h"
#include "app/cli/send/dry_run.h"
#include "capture/client/client.h"
#include "capture/net/reactor.h"
#include "capture/script/mailbox.h"
#include "capture/script/runner.h"
#include "capture/script/script_parser.h"
#include "dissector/core/duration_text.h"

namespace framescope::cli {
namespace {

using Clock = std::chrono::steady_clock;
using script::RunState;
using std::chrono::milliseconds;

/// On top of the time that the connection gives its peer for the answer to a close.
constexpr milliseconds kClosingGrace{2'000};

class SendRun {
public:
    SendRun(const Options& options, const SendOptions& send, Output& output)
        : m_options(options), m_send(send), m_output(output) {}

    int run();

private:
    enum class Phase : std::uint8_t { Sending, Closing, Reading };

    std::optional<std::string> prepare();
    void start();
    void step();
    void takeLines();
    void tell();
    void closeConnection();
    void checkClosing();
    Clock::time_point nextTime() const;
    void ring() { m_bell.ring(); }
    bool abandoned() const { return m_interrupts.count() >= 2; }
    void settleCode();
    void say(std::string sentence);

    const Options& m_options;
    const SendOptions& m_send;
    Output& m_output;
    Bell m_bell;
    Interrupts m_interrupts{[this] { ring(); }};  ///< before whatever makes threads
    script::Script m_script;
    client::ClientOptions m_clientOptions;
    net::Reactor m_reactor;
    std::shared_ptr<transcript::Transcript> m_transcript;
    std::optional<RowFollower> m_rows;
    script::Mailbox m_mailbox{[this] { ring(); }};
    std::unique_ptr<client::Client> m_client;
    std::optional<script::Runner> m_runner;
    std::optional<LineInput> m_input;
    Phase m_phase = Phase::Sending;
    bool m_saidDoubt = false;
    std::string m_saidLast;  ///< what the connection has said of itself
    std::uint32_t m_saidAttempt = 0;
    bool m_badLine = false;
    bool m_inputEnded = false;
    bool m_interrupted = false;  ///< before everything was done
    int m_code = kAsExpected;
    std::optional<Clock::time_point> m_closeBy;
};

/// What is read before there is a connection. A sentence where it cannot be, or is no script.
std::optional<std::string> SendRun::prepare() {
    m_clientOptions = m_send.client;
    m_script = m_send.messages;
    if (!m_send.requestFile.empty()) {
        auto request = readWhole(m_send.requestFile, "request");
        if (!request) return request.error().sentence;
        m_clientOptions.handshake.rawRequest = *std::move(request);
    }
    if (!m_send.scriptFile.empty()) {
        const auto text = readWhole(m_send.scriptFile, "script");
        if (!text) return text.error().sentence;
        const bool isInput = m_send.scriptFile == "-";
        auto script = script::parseScript(*text, isInput ? "standard input" : m_send.scriptFile);
        if (!script) return script.error().sentence;
        m_script = *std::move(script);
    }
    return std::nullopt;
}

int SendRun::run() {
    if (const auto mistake = prepare()) {
        complain(*mistake);
        return kBadUsage;
    }
    if (m_send.dryRun) return runDry(m_options, m_send, m_script, m_output);
    start();
    step();
    while (!m_rows->finished() && !abandoned()) {
        const auto time = std::chrono::ceil<milliseconds>(nextTime() - Clock::now());
        m_bell.wait(std::max(time, milliseconds(0)));
        step();
    }
    // Nothing calls back any more from here on.
    m_client.reset();
    const int ended = m_rows->end();
    return abandoned() ? static_cast<int>(kInterrupted) : std::max(ended, m_code);
}

void SendRun::start() {
    m_transcript = transcript::begin(m_send.client.urls.front(), m_options.live.destination,
                                     [this] { ring(); });
    m_rows.emplace(m_options, m_output, *m_transcript, [this] { ring(); });
    m_client = client::Client::make(m_reactor, m_transcript, std::move(m_clientOptions), m_mailbox);
    m_runner.emplace(*m_client, m_mailbox, [this] { ring(); });
    m_runner->append(std::move(m_script));
    if (m_send.readsLines) {
        if (isatty(STDIN_FILENO) == 1) {
            complain("Every line you type is sent as a message; Ctrl-D ends.");
        }
        m_input.emplace(STDIN_FILENO, [this] { ring(); });
    } else {
        m_runner->noMore();
    }
    m_client->connect();
}

void SendRun::step() {
    m_rows->step();
    tell();
    const auto now = Clock::now();
    if (m_phase == Phase::Sending) {
        const bool isClosed = m_mailbox.state() == client::State::Closed;
        const bool allRead = isClosed && m_rows->hasAllOf(*m_transcript);
        if (allRead) m_rows->step();
        m_runner->step({m_rows->session(), allRead, now});
        if (m_input && m_runner->state() == RunState::Idle) takeLines();
        const RunState state = m_runner->state();
        const bool isOver = state != RunState::Running && state != RunState::Idle;
        m_interrupted = m_interrupts.count() > 0 && !isOver;
        // Whoever types has nobody to type to any more.
        const bool nobodyListens = state == RunState::Idle && isClosed;
        if (isOver || m_interrupted || nobodyListens || !m_rows->wantsMore()) closeConnection();
    }
    if (m_phase == Phase::Closing) checkClosing();
}

void SendRun::takeLines() {
    while (m_runner->state() == RunState::Idle) {
        const auto line = m_input->take();
        if (!line) {
            if (!m_input->ended() || m_inputEnded) break;
            m_inputEnded = true;
            if (const std::string trouble = m_input->trouble(); !trouble.empty()) {
                complain(trouble);
                m_badLine = true;
            }
            m_runner->append({{{}, m_send.settle}});
            m_runner->noMore();
        } else if (auto draft =
                       script::draftOf({compose::Payload::Kind::Text, *line}, m_send.form)) {
            m_runner->append({{{}, script::SendStep{*std::move(draft), {}, m_send.keySeed}}});
        } else {
            complain(draft.error().sentence);
            m_badLine = true;
            continue;
        }
        m_runner->step({m_rows->session(), false, Clock::now()});
    }
}

/// What a person should know beside the rows.
void SendRun::tell() {
    for (const std::string& remark : m_mailbox.takeRemarks()) {
        m_saidLast = remark;
        complain(printableLine(remark));
    }
    const client::State state = m_mailbox.state();
    if (state == client::State::Waiting) {
        const client::Status status = m_mailbox.news().status;
        if (status.attempt != m_saidAttempt) {
            m_saidAttempt = status.attempt;
            const std::string again =
                "Trying again in " +
                durationText(std::chrono::nanoseconds(status.untilNextAttempt).count()) + ".";
            say(status.sentence.empty() ? again : status.sentence + " " + again);
        }
    }
    if (m_saidDoubt || state != client::State::Open) return;
    m_saidDoubt = true;
    const auto peer = m_mailbox.news().status.peer;
    if (peer && peer->tls && !peer->tls->verified) {
        complain(
            "The server's certificate is not trusted" +
            (peer->tls->doubt.empty() ? std::string(".") : ": " + printableLine(peer->tls->doubt)));
    }
}

/// Complains, leaving out what a remark has said just before.
void SendRun::say(std::string sentence) {
    const std::size_t at = m_saidLast.empty() ? std::string::npos : sentence.find(m_saidLast);
    if (at != std::string::npos) {
        sentence.erase(at, m_saidLast.size());
        if (sentence.substr(at).starts_with(' ')) sentence.erase(at, 1);
        while (sentence.ends_with(' ')) sentence.pop_back();
    }
    if (!sentence.empty()) complain(printableLine(sentence));
}

/// What the program will say of how it went.
void SendRun::settleCode() {
    const auto news = m_mailbox.news();
    switch (m_runner->state()) {
        case RunState::Done:
            break;
        case RunState::Unexpected:
            m_code = kUnexpected;
            return;
        case RunState::NotConnected:
            m_code = kNoConnection;
            return;
        case RunState::Mistake:
            m_code = kBadUsage;
            return;
        case RunState::Idle:
            // The server has closed while lines were waited for.
            if (news.status.state == client::State::Closed &&
                !(news.wasOpen && news.status.clean)) {
                m_code = kNoConnection;
                return;
            }
            if (m_interrupted && !news.wasOpen) m_code = kInterrupted;
            break;
        case RunState::Running:
            if (m_interrupted && !(news.wasOpen && m_runner->isSettling())) m_code = kInterrupted;
            break;
    }
    if (m_badLine) m_code = kBadUsage;
}

void SendRun::closeConnection() {
    settleCode();
    const RunState state = m_runner->state();
    if (state == RunState::Unexpected || state == RunState::NotConnected ||
        state == RunState::Mistake) {
        const script::Failure& failure = m_runner->failure();
        std::string_view rest = failure.sentence;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            say(std::string(rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (!failure.instead.empty()) complain("These rows came, the last ones:");
        m_output.flush();
        m_rows->complainRows(failure.instead);
    } else if (const auto news = m_mailbox.news();
               news.status.state == client::State::Closed && !news.status.sentence.empty()) {
        say(news.status.sentence);
        m_saidLast = news.status.sentence;
    }
    m_phase = Phase::Closing;
    if (m_mailbox.state() == client::State::Closed) return;
    const Goodbye& goodbye = m_send.goodbye;
    m_closeBy = Clock::now() + m_send.client.closeTimeout + kClosingGrace;
    if (goodbye.cut) {
        m_client->cut();
        m_closeBy = Clock::now();
    } else {
        m_client->close(goodbye.code, goodbye.reason);
    }
}

void SendRun::checkClosing() {
    const bool isClosed = m_mailbox.state() == client::State::Closed;
    if (!isClosed && m_closeBy && Clock::now() < *m_closeBy) return;
    if (!isClosed) m_client->cut();
    const client::Status status = m_mailbox.news().status;
    if (m_code == kAsExpected && status.lost && !m_runner->foresawTrouble()) {
        tell();
        say(status.sentence);
        m_code = kNoConnection;
    }
    m_phase = Phase::Reading;
    // Cuts what is left of the connection; the transcript has all that will ever be in it.
    m_runner.reset();
    m_client.reset();
    m_transcript->flush();
    m_transcript->stop();
    m_rows->step();
}

Clock::time_point SendRun::nextTime() const {
    Clock::time_point next = m_rows->nextTime();
    if (m_phase == Phase::Sending && m_runner->nextTime()) {
        next = std::min(next, *m_runner->nextTime());
    }
    if (m_phase == Phase::Closing && m_closeBy) next = std::min(next, *m_closeBy);
    return next;
}

}  // namespace

int runSend(const Options& options, const SendOptions& send, Output& output) {
    return SendRun(options, send, output).run();
}

}  // namespace framescope::cli
