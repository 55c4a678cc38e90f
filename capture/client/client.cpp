// The facade: calls are posted to the reactor, where the core lives; what can be asked at any time
// is copied under the core's lock.
#include "capture/client/client.h"

#include <chrono>
#include <utility>

#include "capture/client/client_core.h"
#include "capture/client/client_with_connector.h"

namespace framescope::client {
namespace {

class PostingClient final : public Client {
public:
    PostingClient(net::Reactor& reactor, Connector connector, ClientOptions options,
                  Observer& observer)
        : m_reactor(reactor),
          m_core(std::make_shared<ClientCore>(reactor, std::move(connector), std::move(options),
                                              observer)) {}
    /// Waits for the reactor, so that the observer is not in a call any more either.
    ~PostingClient() override {
        m_reactor.call([this] { m_core->shutDown(); });
    }

    void connect() override {
        m_reactor.post([core = m_core] { core->connect(); });
    }
    void send(compose::Draft draft, std::function<void(Result<Sent>)> done,
              std::uint64_t keySeed) override {
        m_reactor.post(
            [core = m_core, draft = std::move(draft), done = std::move(done), keySeed]() mutable {
                core->send(std::move(draft), std::move(done), keySeed);
            });
    }
    Result<compose::Prepared> prepare(const compose::Draft& draft,
                                      std::uint64_t keySeed) const override {
        return m_core->prepare(draft, keySeed);
    }
    void close(std::optional<std::uint16_t> code, std::string reason) override {
        m_reactor.post(
            [core = m_core, code, reason = std::move(reason)] { core->close(code, reason); });
    }
    void cut() override {
        m_reactor.post([core = m_core] { core->cut(); });
    }
    Status status() const override { return m_core->status(); }
    void setAnswersPings(bool answers) override {
        m_reactor.post([core = m_core, answers] { core->setAnswersPings(answers); });
    }
    void setAnswersHeartbeats(bool answers) override {
        m_reactor.post([core = m_core, answers] { core->setAnswersHeartbeats(answers); });
    }
    void setPeriodic(std::vector<Periodic> periodic) override {
        m_reactor.post([core = m_core, periodic = std::move(periodic)]() mutable {
            core->setPeriodic(std::move(periodic));
        });
    }

private:
    net::Reactor& m_reactor;
    std::shared_ptr<ClientCore> m_core;
};

}  // namespace

std::unique_ptr<Client> makeWithConnector(net::Reactor& reactor, Connector connector,
                                          ClientOptions options, Observer& observer) {
    return std::make_unique<PostingClient>(reactor, std::move(connector), std::move(options),
                                           observer);
}

std::string_view stateName(State state) {
    switch (state) {
        case State::Idle:
            return "idle";
        case State::Connecting:
            return "connecting";
        case State::Handshaking:
            return "handshaking";
        case State::Open:
            return "open";
        case State::Closing:
            return "closing";
        case State::Waiting:
            return "waiting";
        case State::Closed:
            return "closed";
    }
    return "";
}

std::int64_t nowNs() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::shared_ptr<Conversation> makeConversation(const Surroundings& surroundings) {
    switch (surroundings.options.speaks) {
        case Speaks::Raw:
            return makeRaw(surroundings);
        case Speaks::WebSocket:
            return makeWebSocket(surroundings);
        case Speaks::EngineIo:
        case Speaks::SocketIo:
            break;
    }
    return makeEngineIo(surroundings);
}

}  // namespace framescope::client
