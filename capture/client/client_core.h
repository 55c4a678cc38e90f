// The part of a client that lives on the reactor's thread: attempts one after the other, what is
// sent and when, timers, and the status, which other threads copy under a lock.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "capture/client/conversation.h"

namespace framescope::client {

class ClientCore final : public ConversationOwner, public std::enable_shared_from_this<ClientCore> {
public:
    using Done = std::function<void(Result<Sent>)>;

    /// Drafts that wait for an upgrade to be over; further ones are refused.
    static constexpr std::size_t kMaxWaiting = 65'536;

    ClientCore(net::Reactor& reactor, Connector connector, ClientOptions options,
               Observer& observer);

    // Thread-safe.
    Status status() const;
    Result<compose::Prepared> prepare(const compose::Draft& draft, std::uint64_t keySeed) const;

    // On the reactor's thread.
    void connect();
    void send(compose::Draft draft, Done done, std::uint64_t keySeed);
    void close(std::optional<std::uint16_t> code, const std::string& reason);
    void cut();
    void setAnswersPings(bool answers);
    void setAnswersHeartbeats(bool answers);
    void setPeriodic(std::vector<Periodic> periodic);
    /// Everything ends without a word; nobody is called any more.
    void shutDown();

    // ConversationOwner
    void established(const net::Established& peer) override;
    void answered(const http::Head& response, const std::string& body) override;
    void opened() override;
    void changed(const std::function<void(Status&)>& change) override;
    void transmit(compose::Draft draft) override;
    void readyAgain() override;
    void incoming(Incoming incoming) override;
    void remark(const std::string& sentence) override;
    void closing(bool ours) override;
    void ended(const Ending& ending) override;

private:
    struct Waiting {
        compose::Draft draft;
        Done done;
        std::uint64_t keySeed = 0;
        std::size_t weight = 0;  ///< about what it keeps, in bytes
    };

    State state() const { return m_status.state; }
    void attempt();
    Result<Sent> sendNow(const compose::Draft& draft, std::uint64_t keySeed, bool wantsBytes);
    void fail(const std::string& sentence, bool clean);
    void toClosed(const std::string& sentence, bool clean);
    void refuseWaiting(const std::string& sentence);
    /// Bytes that were given to send() and did not go out.
    std::size_t unsent() const;
    void startPeriodic();
    void schedule(std::size_t index);
    void firePeriodic(std::size_t index, std::uint64_t generation);
    void tell();
    void after(net::Reactor::Timer& timer, std::chrono::milliseconds delay,
               void (ClientCore::*what)());
    void handshakeTimedOut();
    void closeTimedOut();
    void tryAgain();

    net::Reactor& m_reactor;
    Connector m_connector;
    ClientOptions m_options;
    Observer* m_observer;  ///< null once shut down
    std::shared_ptr<Conversation> m_conversation;

    mutable std::mutex m_mutex;  ///< guards m_status against readers elsewhere
    Status m_status;
    /// Guards m_composer against them; held while a message is made, which may take long. Locked
    /// before m_mutex where both are.
    mutable std::mutex m_composerMutex;
    compose::Composer m_composer;

    std::size_t m_nextUrl = 0;
    std::uint32_t m_failures = 0;  ///< attempts in a row that did not succeed
    bool m_opened = false;         ///< this attempt has been open
    bool m_closeAsked = false;
    std::minstd_rand m_chance;
    std::deque<Waiting> m_waiting;
    std::size_t m_waitingBytes = 0;  ///< their weights
    bool m_leavesPeriodicOut = false;
    net::Reactor::Timer m_handshakeTimer;
    net::Reactor::Timer m_closeTimer;
    net::Reactor::Timer m_retryTimer;
    std::vector<std::unique_ptr<net::Reactor::Timer>> m_periodicTimers;
    std::uint64_t m_periodicGeneration = 0;
};

}  // namespace framescope::client
