// Everything lives on the reactor's thread; the object that callers hold posts there and reads the
// table of clients.
#include "capture/server/test_server.h"

#include <map>
#include <utility>

#include "capture/server/client_table.h"
#include "capture/server/connection.h"
#include "capture/server/routes.h"

namespace framescope::server {
namespace {

/// Connections at once; more are closed as they come.
constexpr std::size_t kMostConnections = 20'000;

using Misbehaviours = std::vector<Misbehaviour>;

class Core final : public ConnectionHost, public std::enable_shared_from_this<Core> {
public:
    Core(net::Reactor& reactor, const ServerOptions& options, std::function<void()> changed)
        : m_reactor(reactor),
          m_options(options),
          m_misbehaviours(std::make_shared<Misbehaviours>(options.misbehaviours)),
          m_clients(reactor, std::move(changed)),
          m_routes(reactor, m_clients, options) {}

    // On the reactor's thread:
    Result<Endpoint> listen(std::shared_ptr<transcript::Transcript> transcript) {
        net::ListenOptions listening;
        listening.host = m_options.host;
        listening.port = m_options.port;
        if (m_options.tls) {
            auto certificate = net::makeCertificate();
            if (!certificate) return certificate.error();
            listening.certificate = *std::move(certificate);
        }
        auto listener = net::listenOn(
            m_reactor, listening,
            [this](std::unique_ptr<net::AcceptedTransport> transport) {
                accept(std::move(transport));
            },
            std::move(transcript));
        if (!listener) return listener.error();
        m_listener = *std::move(listener);
        return m_listener->address();
    }
    void close() {
        m_clients.silence();
        m_listener.reset();
        m_closing = true;
        m_routes.close();
        m_connections.clear();
    }
    void setMisbehaviours(Misbehaviours misbehaviours) {
        *m_misbehaviours = std::move(misbehaviours);
    }
    ServerStatus status() const { return m_clients.status(); }  ///< thread-safe

    net::Reactor& reactor() override { return m_reactor; }
    ClientTable& clients() override { return m_clients; }
    std::uint64_t mostBody() const override { return m_options.maxMessage; }
    FaultList faultsOfServer() const override { return {{}, m_misbehaviours}; }
    Result<FaultList> faultsOf(const Request& request) const override {
        Misbehaviours own;
        if (const auto text = request.parameter("misbehave")) {
            auto asked = parseMisbehaviours(*text);
            if (!asked) return asked.error();
            own = *std::move(asked);
        }
        for (const auto& [path, misbehaviours] : m_options.ofPaths) {
            if (path != request.path) continue;
            own.insert(own.end(), misbehaviours.begin(), misbehaviours.end());
        }
        return FaultList(std::move(own), m_misbehaviours);
    }
    void handle(std::shared_ptr<Exchange> exchange) override { m_routes.handle(exchange); }
    void retire(std::uint64_t connection) override {
        if (m_closing) return;
        m_reactor.post([self = weak_from_this(), connection] {
            if (const auto core = self.lock()) core->m_connections.erase(connection);
        });
    }

private:
    void accept(std::unique_ptr<net::AcceptedTransport> transport) {
        m_clients.countConnection();
        if (m_connections.size() >= kMostConnections) return;
        const std::uint64_t id = m_nextId++;
        auto& connection = m_connections[id];
        connection = std::make_unique<Connection>(*this, id, std::move(transport));
        connection->start();
    }

    net::Reactor& m_reactor;
    ServerOptions m_options;
    std::shared_ptr<Misbehaviours> m_misbehaviours;
    ClientTable m_clients;
    Routes m_routes;
    std::unique_ptr<net::Listener> m_listener;
    std::map<std::uint64_t, std::unique_ptr<Connection>> m_connections;
    std::uint64_t m_nextId = 1;
    bool m_closing = false;
};

std::string urlOf(const Endpoint& address, bool tls) {
    return std::string(tls ? "https://" : "http://") + address.text() + "/";
}

class TestServerOnReactor final : public TestServer {
public:
    TestServerOnReactor(net::Reactor& reactor, std::shared_ptr<Core> core, const Endpoint& address,
                        bool tls)
        : m_reactor(reactor), m_core(std::move(core)), m_address(address), m_tls(tls) {}
    ~TestServerOnReactor() override {
        m_reactor.call([this] {
            m_core->close();
            m_core.reset();
        });
    }

    std::string url() const override { return urlOf(m_address, m_tls); }
    std::uint16_t port() const override { return m_address.port; }
    ServerStatus status() const override {
        ServerStatus status = m_core->status();
        status.url = url();
        return status;
    }
    void setMisbehaviours(Misbehaviours misbehaviours) override {
        m_reactor.call([&] { m_core->setMisbehaviours(std::move(misbehaviours)); });
    }

private:
    net::Reactor& m_reactor;
    std::shared_ptr<Core> m_core;
    Endpoint m_address;
    bool m_tls;
};

}  // namespace

Result<std::unique_ptr<TestServer>> TestServer::start(
    net::Reactor& reactor, const ServerOptions& options,
    std::shared_ptr<transcript::Transcript> transcript, std::function<void()> changed) {
    std::shared_ptr<Core> core;
    Result<Endpoint> address = Error{};
    reactor.call([&] {
        core = std::make_shared<Core>(reactor, options, std::move(changed));
        address = core->listen(std::move(transcript));
        if (!address) core.reset();
    });
    if (!address) return address.error();
    return std::unique_ptr<TestServer>(
        std::make_unique<TestServerOnReactor>(reactor, std::move(core), *address, options.tls));
}

}  // namespace framescope::server
