// Watching connections from a test: what a handler was told, and waiting for it with a bound. What
// happens on the reactor's thread is kept here under a lock.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/net/transport.h"

namespace framescope::test {

inline constexpr std::chrono::seconds kNetPatience{20};

/// A value that another thread changes and a test waits for.
template <typename State>
class Watched {
public:
    void change(const std::function<void(State&)>& how) {
        {
            const std::lock_guard lock(m_mutex);
            how(m_state);
        }
        m_changed.notify_all();
    }
    State get() const {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }
    /// False when the time was over before `wanted` held.
    bool waitFor(const std::function<bool(const State&)>& wanted) const {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, kNetPatience, [&] { return wanted(m_state); });
    }

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
    State m_state{};
};

/// What a handler was told.
struct Heard {
    std::optional<net::Established> established;
    Bytes bytes;
    int drained = 0;
    std::optional<net::TransportEnd> end;
    int ends = 0;
};

/// A handler that keeps what it is told, and may do something on each occasion.
class NetProbe : public net::TransportHandler {
public:
    std::function<void()> onEstablished;
    std::function<void(ByteView)> onReceived;
    std::function<void()> onDrained;
    std::function<void()> onEnded;

    void established(const net::Established& info) override {
        m_heard.change([&](Heard& heard) { heard.established = info; });
        if (onEstablished) onEstablished();
    }
    void received(ByteView bytes) override {
        m_heard.change([&](Heard& heard) {
            heard.bytes.insert(heard.bytes.end(), bytes.begin(), bytes.end());
        });
        if (onReceived) onReceived(bytes);
    }
    void drained() override {
        m_heard.change([](Heard& heard) { ++heard.drained; });
        if (onDrained) onDrained();
    }
    void ended(const net::TransportEnd& end) override {
        m_heard.change([&](Heard& heard) {
            heard.end = end;
            ++heard.ends;
        });
        if (onEnded) onEnded();
    }

    Heard heard() const { return m_heard.get(); }
    bool waitFor(const std::function<bool(const Heard&)>& wanted) const {
        return m_heard.waitFor(wanted);
    }
    bool waitForOpen() const {
        return waitFor([](const Heard& heard) { return heard.established || heard.end; }) &&
               heard().established.has_value();
    }
    bool waitForBytes(std::size_t count) const {
        return waitFor([&](const Heard& heard) { return heard.bytes.size() >= count; });
    }
    /// The end, or one that says that none came.
    net::TransportEnd waitForEnd() const {
        if (!waitFor([](const Heard& heard) { return heard.end.has_value(); })) {
            return {net::TransportEnd::Cause::Failed, "No end came."};
        }
        return *heard().end;
    }
    std::string text() const { return std::string(asText(heard().bytes)); }

private:
    Watched<Heard> m_heard;
};

/// A listener whose connections are each given to a probe.
class NetServer {
public:
    struct Client {
        NetProbe probe;
        std::unique_ptr<net::AcceptedTransport> transport;
    };
    /// What is done with each connection, before it is attached to its probe. On the reactor's
    /// thread.
    std::function<void(Client&)> onAccepted;
    bool attaches = true;

    explicit NetServer(net::Reactor& reactor) : m_reactor(reactor) {}
    ~NetServer() {
        m_reactor.call([this] {
            m_listener.reset();
            m_clients.clear();
        });
    }
    NetServer(const NetServer&) = delete;
    NetServer& operator=(const NetServer&) = delete;

    /// The sentence of the error; empty if it listens.
    std::string listen(const net::ListenOptions& options,
                       std::shared_ptr<transcript::Transcript> transcript = nullptr) {
        std::string failure;
        m_reactor.call([&] {
            auto made = net::listenOn(
                m_reactor, options, [this](auto transport) { take(std::move(transport)); },
                std::move(transcript));
            if (!made) {
                failure = made.error().sentence;
            } else {
                m_listener = *std::move(made);
                m_address = m_listener->address();
            }
        });
        return failure;
    }
    const Endpoint& address() const { return m_address; }
    void stopListening() {
        m_reactor.call([this] { m_listener.reset(); });
    }
    bool waitForClients(std::size_t count) const {
        return m_count.waitFor([&](std::size_t now) { return now >= count; });
    }
    std::size_t clientCount() const { return m_count.get(); }
    /// The client that came first, second, ...; waits for it. Null if it does not come.
    Client* client(std::size_t index = 0) {
        if (!waitForClients(index + 1)) return nullptr;
        Client* found = nullptr;
        m_reactor.call([&] { found = m_clients[index].get(); });
        return found;
    }

private:
    void take(std::unique_ptr<net::AcceptedTransport> transport) {
        auto& client = *m_clients.emplace_back(std::make_unique<Client>());
        client.transport = std::move(transport);
        if (onAccepted) onAccepted(client);
        if (attaches && client.transport) client.transport->attach(client.probe);
        m_count.change([](std::size_t& count) { ++count; });
    }

    net::Reactor& m_reactor;
    std::unique_ptr<net::Listener> m_listener;
    Endpoint m_address;
    std::vector<std::unique_ptr<Client>> m_clients;
    Watched<std::size_t> m_count;
};

/// A transport that lives on a reactor: made, used and destroyed on its thread.
class NetClient {
public:
    NetProbe probe;

    /// `prepare` is called before there is a transport.
    NetClient(net::Reactor& reactor, const net::ConnectOptions& options,
              std::shared_ptr<transcript::Transcript> transcript = nullptr,
              const std::function<void(NetClient&)>& prepare = {})
        : m_reactor(reactor) {
        if (prepare) prepare(*this);
        m_reactor.call([&] {
            m_transport = net::connectTo(m_reactor, options, probe, std::move(transcript));
        });
    }
    ~NetClient() { destroy(); }
    NetClient(const NetClient&) = delete;
    NetClient& operator=(const NetClient&) = delete;

    void destroy() {
        m_reactor.call([this] { m_transport.reset(); });
    }
    void send(ByteView bytes) {
        m_reactor.call([&] { m_transport->send(bytes); });
    }
    void send(std::string_view text) { send(asBytes(text)); }
    void with(const std::function<void(net::Transport&)>& what) {
        m_reactor.call([&] { what(*m_transport); });
    }
    /// For use on the reactor's thread only.
    std::unique_ptr<net::Transport>& transport() { return m_transport; }

private:
    net::Reactor& m_reactor;
    std::unique_ptr<net::Transport> m_transport;
};

/// Whether the system knows the name at all: a bare root has no /etc/hosts.
inline bool localhostIsKnown() {
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

/// Options for a server that listens at an address.
inline net::ConnectOptions connectOptions(const Endpoint& address, bool secure = false) {
    net::ConnectOptions options;
    options.url.host = address.address.text();
    options.url.port = address.port;
    options.url.secure = secure;
    return options;
}

/// Bytes in which no stretch looks like another.
inline Bytes netPattern(std::size_t length, std::uint32_t seed = 1) {
    Bytes bytes(length);
    for (auto& byte : bytes) {
        seed = seed * 1664525 + 1013904223;
        byte = static_cast<std::uint8_t>(seed >> 24);
    }
    return bytes;
}

}  // namespace framescope::test
