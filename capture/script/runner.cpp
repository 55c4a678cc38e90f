// A step is begun once and then asked again until it is over; whatever it must remember meanwhile
// stands in the members of "the step that is being carried out".
#include "capture/script/runner.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "capture/compose/draft_json.h"
#include "capture/script/row_value.h"
#include "capture/session/session_row.h"

namespace framescope::script {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kRowsShown = 5;
/// Steps at a stretch, so that whoever calls can also look after other things.
constexpr int kMaxStretch = 10'000;

std::string timeText(milliseconds time) {
    if (time.count() % 1000 == 0) return std::to_string(time.count() / 1000) + " s";
    return std::to_string(time.count()) + " ms";
}

std::string rowsText(std::uint64_t count) {
    return count == 1 ? "a row" : std::to_string(count) + " rows";
}

/// Steps that say of themselves when they need a connection, and what it means if there is none.
bool waitsByItself(const Step& step) {
    if (const auto* const expect = std::get_if<ExpectStep>(&step.action)) return !expect->absent;
    return !std::holds_alternative<WaitStep>(step.action) &&
           !std::holds_alternative<CloseStep>(step.action) &&
           !std::holds_alternative<CutStep>(step.action);
}

bool isReceived(const Record& record) {
    return record.connection != kNoConnection && record.direction == Direction::ServerToClient;
}

}  // namespace

/// Shared with the connection, which may answer after the runner is gone.
struct Runner::SendBox {
    std::mutex mutex;
    std::optional<Result<client::Sent>> result;
};

Runner::Runner(client::Client& client, Mailbox& mailbox, std::function<void()> wake)
    : m_client(client), m_mailbox(mailbox), m_wake(std::move(wake)) {}

Runner::~Runner() = default;

void Runner::append(Script script) {
    for (Step& step : script) m_steps.push_back(std::move(step));
    if (m_state == RunState::Idle && !m_steps.empty()) m_state = RunState::Running;
}

const Step* Runner::current() const {
    if (!m_loops.empty()) return &m_loops.back().steps[m_loops.back().next];
    return m_steps.empty() ? nullptr : &m_steps.front();
}

bool Runner::isSettling() const {
    const Step* const step = current();
    return step != nullptr && std::holds_alternative<SettleStep>(step->action);
}

void Runner::begin() {
    m_begun = true;
    m_acted = false;
    m_sent.reset();
    m_refusedClosing = false;
    m_filter.reset();
    m_scan = m_cursor;
    m_matches = 0;
}

void Runner::step(const Sight& sight) {
    m_nextTime.reset();
    for (int i = 0; m_state == RunState::Running || m_state == RunState::Idle; ++i) {
        if (i == kMaxStretch) return callAt(sight.now);
        const Step* const step = current();
        if (step == nullptr) {
            if (m_noMore && !awaitConnection()) return;
            m_state = m_noMore ? RunState::Done : RunState::Idle;
            return;
        }
        if (!m_begun && !waitsByItself(*step) && !awaitConnection()) return;
        if (!m_begun) {
            begin();
            m_beginning = sight.now;
        }
        const Stepped stepped =
            std::visit([&](const auto& action) { return carryOut(action, sight); }, step->action);
        if (stepped == Stepped::Waits) return;
        // A repetition has entered its first round and is itself over behind the last one.
        if (!std::holds_alternative<RepeatStep>(step->action) || m_acted) finishStep();
        m_begun = false;
    }
}

/// Goes on to the step behind, out of every loop that ended with this one.
void Runner::finishStep() {
    ++m_stepsDone;
    while (!m_loops.empty()) {
        Loop& loop = m_loops.back();
        if (++loop.next < loop.steps.size()) return;
        loop.next = 0;
        if (++loop.round <= loop.rounds) {
            m_variables.set("round", std::to_string(loop.round));
            return;
        }
        m_loops.pop_back();
        // Back in an outer loop its own round counts again.
        if (!m_loops.empty()) m_variables.set("round", std::to_string(m_loops.back().round));
        ++m_stepsDone;
    }
    m_steps.pop_front();
}

void Runner::fail(RunState state, std::string sentence, std::vector<RecordId> instead) {
    const Step* const step = current();
    m_state = state;
    m_failure = {(step != nullptr ? step->where.prefix() : std::string()) + std::move(sentence),
                 std::move(instead)};
}

void Runner::callAt(Clock::time_point time) {
    if (!m_nextTime || time < *m_nextTime) m_nextTime = time;
}

bool Runner::connectionIsOver() const {
    return m_mailbox.state() == client::State::Closed;
}

/// Every script connects first. True once it has, or where an expectation has found what came
/// instead, so that the refusal is what the script is about.
bool Runner::awaitConnection() {
    if (m_mailbox.wasOpen()) return true;
    if (!connectionIsOver()) return false;
    if (m_found) return true;
    fail(RunState::NotConnected, whyNoConnection());
    return false;
}

std::string Runner::whyNoConnection() const {
    const Mailbox::News news = m_mailbox.news();
    if (!news.status.sentence.empty()) return news.status.sentence;
    return news.wasOpen ? "The connection was closed." : "There is no connection.";
}

Runner::Stepped Runner::carryOut(const RepeatStep& step, const Sight&) {
    // `m_acted` says that there is nothing to enter.
    m_acted = step.rounds == 0;
    if (!m_acted) {
        m_loops.push_back({step.steps, 0, 1, step.rounds});
        m_variables.set("round", "1");
    }
    return Stepped::Over;
}

Runner::Stepped Runner::carryOut(const WaitStep& step, const Sight& sight) {
    if (sight.now >= m_beginning + step.time) return Stepped::Over;
    callAt(m_beginning + step.time);
    return Stepped::Waits;
}

/// The draft of a step; nothing where it failed.
std::optional<compose::Draft> Runner::draftOf(const SendStep& step) {
    if (step.draft) return step.draft;
    const auto json = m_variables.expandJson(step.json);
    if (!json) {
        fail(RunState::Mistake, json.error().sentence);
        return std::nullopt;
    }
    auto draft = compose::parseDraft(*json);
    if (!draft) {
        fail(RunState::Mistake, draft.error().sentence);
        return std::nullopt;
    }
    return *std::move(draft);
}

/// What comes behind a close frame may be sent as well, if the connection lets it.
bool Runner::mayHand(client::State state) const {
    return state == client::State::Open || (state == client::State::Closing && !m_refusedClosing);
}

/// Gives a message to the connection as soon as that is open, and waits until it was sent.
Runner::Stepped Runner::hand(compose::Draft draft, std::uint64_t keySeed) {
    const client::State state = m_mailbox.state();
    if (m_sent) {
        std::optional<Result<client::Sent>> result;
        {
            const std::lock_guard lock(m_sent->mutex);
            result = m_sent->result;
        }
        if (!result) return Stepped::Waits;
        if (*result) {
            ++m_messages;
            if ((*result)->ackId) m_mailbox.await(*(*result)->ackId, m_messages);
            m_sentAny = true;
            return Stepped::Over;
        }
        if (m_client.status().state == client::State::Open) {
            fail(RunState::Mistake, result->error().sentence);
            return Stepped::Waits;
        }
        // It was not open any more; perhaps it will be again.
        m_sent.reset();
        m_refusedClosing = state == client::State::Closing;
        if (state == client::State::Open) return Stepped::Waits;
    }
    if (state == client::State::Closed) {
        fail(RunState::NotConnected,
             (m_mailbox.news().wasOpen ? "A message was not sent any more. " : "") +
                 whyNoConnection());
        return Stepped::Waits;
    }
    if (!mayHand(state)) return Stepped::Waits;
    m_answersBefore = m_mailbox.news().answers;
    m_sent = std::make_shared<SendBox>();
    m_client.send(
        std::move(draft),
        [box = m_sent, wake = m_wake](Result<client::Sent> result) {
            {
                const std::lock_guard lock(box->mutex);
                box->result.emplace(std::move(result));
            }
            wake();
        },
        keySeed);
    return Stepped::Waits;
}

Runner::Stepped Runner::carryOut(const SendStep& step, const Sight&) {
    // The draft is made when it can be sent; variables do not change before that.
    if (m_sent) {
        const Stepped stepped = hand({}, step.keySeed);
        if (stepped == Stepped::Over || m_sent || m_state != RunState::Running) return stepped;
    }
    if (!mayHand(m_mailbox.state())) return hand({}, step.keySeed);
    auto draft = draftOf(step);
    if (!draft) return Stepped::Waits;
    return hand(*std::move(draft), step.keySeed);
}

bool Runner::expectationFilter(const ExpectStep& step) {
    if (step.filter) {
        m_filter = step.filter;
        return true;
    }
    const auto text = m_variables.expandFilter(step.filterText);
    if (!text) {
        fail(RunState::Mistake, text.error().sentence);
        return false;
    }
    auto compiled = compileFilter(*text);
    if (const auto* const error = std::get_if<FilterError>(&compiled)) {
        fail(RunState::Mistake, "In the filter " + *text + ", at character " +
                                    std::to_string(error->position + 1) + ": " + error->sentence);
        return false;
    }
    m_filter = std::get<Filter>(std::move(compiled));
    return true;
}

Runner::Stepped Runner::carryOut(const ExpectStep& step, const Sight& sight) {
    if (!m_filter && !expectationFilter(step)) return Stepped::Waits;
    const RecordId rows = sight.session == nullptr ? 0 : sight.session->rowCount();
    for (; m_scan < rows; ++m_scan) {
        SessionRow row(*sight.session, m_scan);
        if (!step.anyDirection && !isReceived(row.record())) continue;
        if (!m_filter->matches(row)) continue;
        if (step.absent) {
            fail(RunState::Unexpected, "A row came that must not match: " + step.filterText,
                 {m_scan});
            return Stepped::Waits;
        }
        if (++m_matches < step.count) continue;
        m_found = m_scan;
        m_foresawTrouble = m_foresawTrouble || row.record().kind == RowKind::TcpEnd ||
                           step.filterText.find("issue.") != std::string::npos;
        m_cursor = m_scan + 1;
        return Stepped::Over;
    }
    const bool noMoreRows = connectionIsOver() && sight.allRead;
    const Clock::time_point end = m_beginning + step.within;
    if (!noMoreRows && sight.now < end) {
        callAt(end);
        return Stepped::Waits;
    }
    if (step.absent) return Stepped::Over;
    failExpectation(
        step, sight,
        noMoreRows ? " before the connection ended: " : " within " + timeText(step.within) + ": ");
    return Stepped::Waits;
}

void Runner::failExpectation(const ExpectStep& step, const Sight& sight, std::string why) {
    std::string sentence = "Expected " + rowsText(step.count) + std::move(why) + step.filterText;
    if (m_matches > 0) sentence += " (" + std::to_string(m_matches) + " came)";
    const Mailbox::News news = m_mailbox.news();
    std::vector<RecordId> instead;
    if (sight.session != nullptr) {
        instead = receivedSince(*sight.session, m_cursor, step.anyDirection);
    }
    if (instead.empty()) sentence += "\nNothing came instead.";
    if (!news.status.sentence.empty()) sentence += "\n" + news.status.sentence;
    fail(RunState::Unexpected, std::move(sentence), std::move(instead));
}

/// The last rows from `first` on that an expectation looks at.
std::vector<RecordId> Runner::receivedSince(const Session& session, RecordId first,
                                            bool anyDirection) const {
    std::vector<RecordId> rows;
    for (RecordId row = session.rowCount(); row > first && rows.size() < kRowsShown; --row) {
        if (anyDirection || isReceived(session.record(row - 1))) rows.insert(rows.begin(), row - 1);
    }
    return rows;
}

Runner::Stepped Runner::carryOut(const SetStep& step, const Sight& sight) {
    for (const SetStep::Variable& variable : step.variables) {
        if (!variable.field) {
            auto value = m_variables.expand(variable.value);
            if (!value) {
                fail(RunState::Mistake, value.error().sentence);
                return Stepped::Waits;
            }
            m_variables.set(variable.name, *std::move(value));
            continue;
        }
        if (!m_found || sight.session == nullptr) {
            fail(RunState::Mistake,
                 "A variable is set from the row that an expectation has found; there was none "
                 "yet.");
            return Stepped::Waits;
        }
        SessionRow row(*sight.session, *m_found);
        auto value = rowValue(row.tree(), *variable.field, variable.pointer);
        if (!value) {
            fail(RunState::Unexpected, value.error().sentence, {*m_found});
            return Stepped::Waits;
        }
        m_variables.set(variable.name, *std::move(value));
    }
    return Stepped::Over;
}

Runner::Stepped Runner::carryOut(const CloseStep& step, const Sight&) {
    if (connectionIsOver()) return Stepped::Over;
    if (!m_acted) {
        m_acted = true;
        auto reason = m_variables.expand(step.reason);
        if (!reason) {
            fail(RunState::Mistake, reason.error().sentence);
            return Stepped::Waits;
        }
        m_client.close(step.code, *std::move(reason));
    }
    return connectionIsOver() ? Stepped::Over : Stepped::Waits;
}

Runner::Stepped Runner::carryOut(const CutStep&, const Sight&) {
    m_client.cut();
    return Stepped::Over;
}

Runner::Stepped Runner::carryOut(const NamespaceStep& step, const Sight& sight) {
    if (!m_acted) {
        compose::SocketIoDraft connect;
        connect.type = socketio::PacketType::Connect;
        const auto name = m_variables.expand(step.name);
        const auto auth = step.auth.empty() ? name : m_variables.expandJson(step.auth);
        if (!name || !auth) {
            fail(RunState::Mistake, (name ? auth : name).error().sentence);
            return Stepped::Waits;
        }
        connect.nsp = *name;
        if (!step.auth.empty()) connect.data = *auth;
        const Stepped sent = hand(std::move(connect), 0);
        if (sent == Stepped::Waits) return sent;
        m_acted = true;
        m_beginning = sight.now;
    }
    const auto name = m_variables.expand(step.name);
    for (const std::string& connected : m_mailbox.news().status.namespaces) {
        if (name && connected == *name) return Stepped::Over;
    }
    const Clock::time_point end = m_beginning + step.within;
    if (!connectionIsOver() && sight.now < end) {
        callAt(end);
        return Stepped::Waits;
    }
    std::vector<RecordId> instead;
    if (sight.session != nullptr) instead = receivedSince(*sight.session, m_cursor, false);
    fail(RunState::Unexpected,
         "The namespace " + step.name + " was not connected within " + timeText(step.within) + ".",
         std::move(instead));
    return Stepped::Waits;
}

Runner::Stepped Runner::failAcknowledgements(const Mailbox::News& news, const std::string& until) {
    const std::string first = "message " + std::to_string(news.firstAwaited);
    const std::string which = news.awaited == 1 ? first
                                                : std::to_string(news.awaited) +
                                                      " messages, the first being " + first + ",";
    std::string sentence = "No acknowledgement came for " + which + until;
    if (!news.status.sentence.empty()) sentence += "\n" + news.status.sentence;
    fail(RunState::Unexpected, std::move(sentence));
    return Stepped::Waits;
}

Runner::Stepped Runner::carryOut(const SettleStep& step, const Sight& sight) {
    const Mailbox::News news = m_mailbox.news();
    if (news.status.state == client::State::Closed) {
        if (!news.wasOpen) fail(RunState::NotConnected, whyNoConnection());
        if (news.wasOpen && news.awaited > 0 && !news.status.lost) {
            return failAcknowledgements(news, " before the connection ended.");
        }
        return news.wasOpen ? Stepped::Over : Stepped::Waits;
    }
    if (!m_acted) {
        if (!news.wasOpen) return Stepped::Waits;
        m_acted = true;
        m_beginning = sight.now;
    }
    const bool atMostIsKnown = step.atMost != milliseconds::max();
    if (atMostIsKnown && sight.now >= m_beginning + step.atMost) {
        if (news.awaited == 0) return Stepped::Over;
        return failAcknowledgements(news, " within " + timeText(step.atMost) + ".");
    }
    if (atMostIsKnown) callAt(m_beginning + step.atMost);
    if (!step.forAnswer) return Stepped::Waits;
    if (!m_sentAny) return Stepped::Over;
    if (news.answers > m_answersBefore && news.awaited == 0) {
        if (sight.now >= news.lastAnswer + step.quiet) return Stepped::Over;
        callAt(news.lastAnswer + step.quiet);
    }
    return Stepped::Waits;
}

}  // namespace framescope::script
