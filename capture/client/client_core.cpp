// Any call of the observer may lead back here, even to shutDown(), so what a member means is asked
// again behind each. Only this thread writes the status, so it reads it without the lock.
#include "capture/client/client_core.h"

#include <algorithm>
#include <utility>

#include "capture/client/backoff.h"

namespace framescope::client {
namespace {

compose::WireState wireAtStart(const ClientOptions& options) {
    compose::WireState wire;
    const bool engineIo = options.speaks == Speaks::EngineIo || options.speaks == Speaks::SocketIo;
    if (!engineIo) return wire;
    wire.engineVersion = options.engineIo.revision;
    wire.polling = options.engineIo.way != EngineIoOptions::Way::WebSocketOnly;
    wire.base64 = options.engineIo.base64 && options.engineIo.revision < 4;
    wire.msgpack = options.speaks == Speaks::SocketIo && options.socketIo.msgpack;
    return wire;
}

/// About what a draft keeps, in bytes.
std::size_t weightOf(const compose::FrameDraft& draft) {
    std::size_t weight =
        sizeof draft + draft.payload.text.size() + draft.fragments.size() * sizeof(std::uint64_t);
    for (const auto& [first, frame] : draft.between) weight += weightOf(frame);
    return weight;
}
std::size_t weightOf(const compose::EngineIoDraft& draft) {
    return sizeof draft + draft.data.text.size();
}
std::size_t weightOf(const compose::SocketIoDraft& draft) {
    std::size_t weight = sizeof draft + draft.nsp.size() + draft.data.size() + draft.event.size();
    for (const compose::Payload& one : draft.attachments) weight += sizeof one + one.text.size();
    return weight;
}
std::size_t weightOf(const compose::RawDraft& draft) {
    return sizeof draft + draft.bytes.text.size();
}

}  // namespace

ClientCore::ClientCore(net::Reactor& reactor, Connector connector, ClientOptions options,
                       Observer& observer)
    : m_reactor(reactor),
      m_connector(std::move(connector)),
      m_options(std::move(options)),
      m_observer(&observer),
      m_chance(std::random_device{}()),
      m_handshakeTimer(reactor),
      m_closeTimer(reactor),
      m_retryTimer(reactor) {
    m_status.wire = wireAtStart(m_options);
    if (!m_options.urls.empty()) m_status.url = m_options.urls.front();
}

Status ClientCore::status() const {
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

Result<compose::Prepared> ClientCore::prepare(const compose::Draft& draft,
                                              std::uint64_t keySeed) const {
    std::unique_lock composing(m_composerMutex);
    compose::Composer composer = m_composer;
    std::unique_lock lock(m_mutex);
    const compose::WireState wire = m_status.wire;
    lock.unlock();
    composing.unlock();
    return composer.prepare(draft, wire, keySeed);
}

void ClientCore::after(net::Reactor::Timer& timer, std::chrono::milliseconds delay,
                       void (ClientCore::*what)()) {
    timer.start(delay, [weak = weak_from_this(), what] {
        if (const auto self = weak.lock()) ((*self).*what)();
    });
}

void ClientCore::tell() {
    if (m_observer != nullptr) m_observer->statusChanged(m_status);
}

void ClientCore::changed(const std::function<void(Status&)>& change) {
    if (m_observer == nullptr) return;
    {
        const std::scoped_lock lock(m_mutex);
        change(m_status);
    }
    tell();
}

void ClientCore::connect() {
    if (m_observer == nullptr || state() != State::Idle) return;
    if (m_options.urls.empty()) {
        toClosed("No URL was given.", false);
        return;
    }
    attempt();
}

void ClientCore::attempt() {
    const std::string text = m_options.urls[m_nextUrl++ % m_options.urls.size()];
    {
        const std::scoped_lock lock(m_composerMutex, m_mutex);
        const std::uint32_t number = m_status.attempt + 1;
        m_status = {};
        m_status.attempt = number;
        m_status.url = text;
        m_status.state = State::Connecting;
        m_status.wire = wireAtStart(m_options);
        m_composer = compose::Composer();
    }
    m_opened = false;
    tell();
    if (m_observer == nullptr || state() != State::Connecting) return;
    auto url = net::parseUrl(text);
    if (!url) {
        fail(url.error().sentence, false);
        return;
    }
    net::ConnectOptions target = m_options.connection;
    target.url = std::move(*url);
    m_conversation = makeConversation({m_reactor, m_connector, std::move(target), m_options});
    const std::shared_ptr<Conversation> conversation = m_conversation;
    conversation->start(weak_from_this());
}

void ClientCore::established(const net::Established& peer) {
    if (state() != State::Connecting) return;
    after(m_handshakeTimer, m_options.handshakeTimeout, &ClientCore::handshakeTimedOut);
    changed([&peer](Status& status) {
        status.peer = peer;
        status.state = State::Handshaking;
    });
}

void ClientCore::answered(const http::Head& response, const std::string& body) {
    changed([&](Status& status) {
        status.response = response;
        status.responseBody = body;
    });
}

void ClientCore::opened() {
    if (state() != State::Handshaking) return;
    m_handshakeTimer.stop();
    m_opened = true;
    m_failures = 0;
    changed([](Status& status) { status.state = State::Open; });
    if (state() == State::Open) startPeriodic();
}

void ClientCore::incoming(Incoming incoming) {
    if (m_observer == nullptr) return;
    incoming.timeNs = nowNs();
    m_observer->received(incoming);
}

void ClientCore::remark(const std::string& sentence) {
    if (m_observer != nullptr) m_observer->remark(sentence);
}

void ClientCore::send(compose::Draft draft, Done done, std::uint64_t keySeed) {
    if (m_observer == nullptr) return;
    const auto refuse = [&done](const std::string& sentence) {
        if (done) done(Error{sentence});
    };
    if (!m_conversation) {
        refuse("Nothing can be sent: the connection is not open.");
        return;
    }
    const Readiness readiness = m_conversation->readiness(draft);
    if (readiness == Readiness::No) {
        refuse("Nothing can be sent: the connection is not open.");
    } else if (unsent() > Client::kMaxUnsent) {
        refuse("Nothing more is sent at the moment: " + std::to_string(unsent() >> 20) +
               " MiB wait already for the server, which does not read them.");
    } else if (readiness == Readiness::Later || !m_waiting.empty()) {
        if (m_waiting.size() >= kMaxWaiting) {
            refuse("Too many messages wait for the upgrade to be over.");
            return;
        }
        const std::size_t weight = std::visit([](const auto& one) { return weightOf(one); }, draft);
        m_waitingBytes += weight;
        m_waiting.push_back({std::move(draft), std::move(done), keySeed, weight});
    } else {
        auto sent = sendNow(draft, keySeed, static_cast<bool>(done));
        if (done) done(std::move(sent));
    }
}

std::size_t ClientCore::unsent() const {
    return m_waitingBytes + (m_conversation ? m_conversation->waiting() : 0);
}

Result<Sent> ClientCore::sendNow(const compose::Draft& draft, std::uint64_t keySeed,
                                 bool wantsBytes) {
    std::optional<Result<compose::Prepared>> prepared;
    {
        const std::scoped_lock composing(m_composerMutex);
        prepared.emplace(m_composer.prepare(draft, m_status.wire, keySeed));
        const std::scoped_lock lock(m_mutex);
        if (*prepared && (*prepared)->ackId && *(*prepared)->ackId >= m_status.wire.nextAckId) {
            m_status.wire.nextAckId = *(*prepared)->ackId + 1;
        }
    }
    if (!*prepared) return prepared->error();
    Sent sent;
    sent.timeNs = nowNs();
    sent.ackId = (*prepared)->ackId;
    if (wantsBytes) sent.bytes = (*prepared)->joined();
    const std::shared_ptr<Conversation> conversation = m_conversation;
    const auto passed = conversation->send(draft, **prepared);
    if (!passed) return passed.error();
    return sent;
}

void ClientCore::transmit(compose::Draft draft) {
    send(
        std::move(draft),
        [weak = weak_from_this()](const Result<Sent>& sent) {
            const auto self = weak.lock();
            if (self && !sent) self->remark(sent.error().sentence);
        },
        0);
}

void ClientCore::readyAgain() {
    while (m_conversation && !m_waiting.empty() &&
           m_conversation->readiness(m_waiting.front().draft) == Readiness::Now) {
        const Waiting next = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_waitingBytes -= next.weight;
        auto sent = sendNow(next.draft, next.keySeed, static_cast<bool>(next.done));
        if (next.done) next.done(std::move(sent));
    }
}

void ClientCore::refuseWaiting(const std::string& sentence) {
    const std::deque<Waiting> waiting = std::exchange(m_waiting, {});
    m_waitingBytes = 0;
    for (const Waiting& one : waiting) {
        if (m_observer != nullptr && one.done) one.done(Error{sentence});
    }
}

void ClientCore::close(std::optional<std::uint16_t> code, const std::string& reason) {
    if (m_observer == nullptr) return;
    m_closeAsked = true;
    switch (state()) {
        case State::Idle:
        case State::Waiting:
            m_retryTimer.stop();
            toClosed({}, false);
            break;
        case State::Connecting:
        case State::Handshaking:
            if (m_conversation) m_conversation->abandon();
            toClosed({}, false);
            break;
        case State::Open:
        case State::Closing: {
            const std::shared_ptr<Conversation> conversation = m_conversation;
            if (conversation) conversation->close(code, reason);
            break;
        }
        case State::Closed:
            break;
    }
}

void ClientCore::cut() {
    if (m_observer == nullptr || state() == State::Closed) return;
    m_closeAsked = true;
    m_retryTimer.stop();
    if (m_conversation) m_conversation->cut();
    toClosed("The connection was cut by us.", false);
}

void ClientCore::closing(bool ours) {
    if (m_observer == nullptr) return;
    if (ours) after(m_closeTimer, m_options.closeTimeout, &ClientCore::closeTimedOut);
    if (state() == State::Open || state() == State::Handshaking) {
        m_handshakeTimer.stop();
        changed([](Status& status) { status.state = State::Closing; });
    }
}

void ClientCore::ended(const Ending& ending) {
    if (m_observer == nullptr || state() == State::Closed || state() == State::Waiting) return;
    {
        const std::scoped_lock lock(m_mutex);
        m_status.endedBy = ending.cause;
        m_status.lost = ending.lost && m_opened;
    }
    if (m_closeAsked || ending.sentence.empty()) {
        toClosed(ending.sentence, ending.clean);
    } else {
        fail(ending.sentence, ending.clean);
    }
}

/// An attempt, or a connection, came to an end that we did not ask for.
void ClientCore::fail(const std::string& sentence, bool clean) {
    const Reconnecting& again = m_options.reconnecting;
    if (!m_opened) ++m_failures;
    if (!again.enabled || (again.attempts != 0 && m_failures >= again.attempts)) {
        toClosed(sentence, clean);
        return;
    }
    m_handshakeTimer.stop();
    m_closeTimer.stop();
    m_periodicTimers.clear();
    m_conversation.reset();
    const double chance = std::uniform_real_distribution<>(0.0, 1.0)(m_chance);
    const auto delay = reconnectDelay(again, m_failures, chance);
    after(m_retryTimer, delay, &ClientCore::tryAgain);
    changed([&](Status& status) {
        status.state = State::Waiting;
        status.sentence = sentence;
        status.clean = clean;
        status.untilNextAttempt = delay;
        status.namespaces.clear();
    });
    refuseWaiting(sentence);
}

void ClientCore::tryAgain() {
    if (m_observer != nullptr && state() == State::Waiting) attempt();
}

void ClientCore::toClosed(const std::string& sentence, bool clean) {
    m_handshakeTimer.stop();
    m_closeTimer.stop();
    m_retryTimer.stop();
    m_periodicTimers.clear();
    m_conversation.reset();
    changed([&](Status& status) {
        status.state = State::Closed;
        status.sentence = sentence;
        status.clean = clean;
        status.untilNextAttempt = {};
        status.namespaces.clear();
    });
    refuseWaiting("The connection was closed before this could be sent.");
}

void ClientCore::handshakeTimedOut() {
    const std::shared_ptr<Conversation> conversation = m_conversation;
    if (!conversation || state() != State::Handshaking) return;
    conversation->giveUp("The handshake was not over after " +
                         std::to_string(m_options.handshakeTimeout.count()) + " ms.");
}

void ClientCore::closeTimedOut() {
    const std::shared_ptr<Conversation> conversation = m_conversation;
    if (!conversation || state() != State::Closing) return;
    conversation->giveUp("The server did not close its side within " +
                         std::to_string(m_options.closeTimeout.count()) + " ms.");
}

void ClientCore::setAnswersPings(bool answers) {
    m_options.answersPings = answers;
    if (m_conversation) m_conversation->setAnswersPings(answers);
}

void ClientCore::setAnswersHeartbeats(bool answers) {
    m_options.engineIo.answersHeartbeats = answers;
    if (m_conversation) m_conversation->setAnswersHeartbeats(answers);
}

void ClientCore::setPeriodic(std::vector<Periodic> periodic) {
    m_options.periodic = std::move(periodic);
    if (m_observer != nullptr && state() == State::Open) startPeriodic();
}

void ClientCore::startPeriodic() {
    m_periodicTimers.clear();
    ++m_periodicGeneration;
    for (std::size_t i = 0; i < m_options.periodic.size(); ++i) {
        m_periodicTimers.push_back(std::make_unique<net::Reactor::Timer>(m_reactor));
        schedule(i);
    }
}

void ClientCore::schedule(std::size_t index) {
    // Without a pause nothing else would run any more.
    const auto interval =
        std::max(m_options.periodic[index].interval, std::chrono::milliseconds(1));
    m_periodicTimers[index]->start(
        interval, [weak = weak_from_this(), index, generation = m_periodicGeneration] {
            if (const auto self = weak.lock()) self->firePeriodic(index, generation);
        });
}

void ClientCore::firePeriodic(std::size_t index, std::uint64_t generation) {
    const auto isCurrent = [this, generation] {
        return m_observer != nullptr && state() == State::Open &&
               generation == m_periodicGeneration;
    };
    if (!isCurrent()) return;
    if (unsent() > Client::kMaxUnsentPeriodic) {
        schedule(index);
        if (std::exchange(m_leavesPeriodicOut, true)) return;
        remark("Periodic messages are left out until the server has read what waits for it.");
        return;
    }
    m_leavesPeriodicOut = false;
    // What cannot be sent now, cannot be the next time: it is said once.
    const auto trouble = std::make_shared<std::string>();
    send(
        m_options.periodic[index].draft,
        [trouble](const Result<Sent>& sent) {
            if (!sent) *trouble = sent.error().sentence;
        },
        0);
    if (!isCurrent()) return;
    if (trouble->empty()) {
        schedule(index);
    } else {
        remark("A periodic message is not sent any more: " + *trouble);
    }
}

void ClientCore::shutDown() {
    m_observer = nullptr;
    m_handshakeTimer.stop();
    m_closeTimer.stop();
    m_retryTimer.stop();
    m_periodicTimers.clear();
    m_waiting.clear();
    m_waitingBytes = 0;
    if (const auto conversation = std::exchange(m_conversation, nullptr)) conversation->abandon();
}

}  // namespace framescope::client
