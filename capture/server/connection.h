// One TCP connection: requests one after the other, each answered before the next is looked at,
// until one of them switches to something else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "capture/net/transport.h"
#include "capture/server/client_table.h"
#include "capture/server/exchange.h"
#include "capture/server/http_reader.h"
#include "capture/server/inlet.h"
#include "capture/server/outlet.h"

namespace framescope::server {

/// What connections need of the server. Outlives them.
class ConnectionHost {
public:
    virtual net::Reactor& reactor() = 0;
    virtual ClientTable& clients() = 0;
    virtual std::uint64_t mostBody() const = 0;
    /// What holds for every request of every path.
    virtual FaultList faultsOfServer() const = 0;
    /// What holds for a request; an Error where its query cannot be read.
    virtual Result<FaultList> faultsOf(const Request& request) const = 0;
    virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
    /// The connection is over: destroys it, though not before the current call has returned.
    virtual void retire(std::uint64_t connection) = 0;

protected:
    ~ConnectionHost() = default;
};

class Connection final : public net::TransportHandler, private ExchangeEnd, private StreamOwner {
public:
    Connection(ConnectionHost& host, std::uint64_t id,
               std::unique_ptr<net::AcceptedTransport> transport);
    ~Connection() override;

    void start();

    void established(const net::Established& info) override;
    void received(ByteView bytes) override;
    void drained() override;
    void ended(const net::TransportEnd& end) override;

private:
    void take(ByteView bytes);
    void serve();
    void refuse(const BadRequest& bad);
    void handOver();
    void watchWaiting();
    void over(std::string sentence);

    // ExchangeEnd
    void send(Response response, bool more) override;
    void sendPart(ByteView bytes) override;
    void endBody() override;
    void switchTo(Response response, std::unique_ptr<StreamHandler> handler) override;
    void reset(std::string sentence) override;
    ClientEntry& client() override;
    const std::string& address() const override { return m_address; }
    // StreamOwner
    Outlet& outlet() override { return m_outlet; }
    void cut(std::string sentence) override;
    void noteEnding(std::string sentence) override;

    void writeHead(const Response& response);
    void answered();

    ConnectionHost& m_host;
    std::uint64_t m_id;
    std::string m_address;
    std::unique_ptr<net::AcceptedTransport> m_transport;
    Outlet m_outlet;
    Inlet m_inlet;
    HttpReader m_reader;
    net::Reactor::Timer m_stalled;  ///< much waits for the client
    std::size_t m_waitedBefore = 0;
    std::unique_ptr<ClientEntry> m_entry;
    std::shared_ptr<Exchange> m_exchange;  ///< not answered yet
    std::unique_ptr<StreamHandler> m_stream;
    // Of the current answer:
    bool m_keepAlive = true;
    bool m_head = false;  ///< of a HEAD: without its body
    bool m_chunked = false;
    bool m_serving = false;
    bool m_over = false;
};

}  // namespace framescope::server
