// Accepting connections. With TLS a connection is handed over when its handshake is done; until
// then the listener keeps it, and lets go of it when the handshake fails.
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <set>
#include <utility>

#include "capture/net/endpoints.h"
#include "capture/net/lookup.h"
#include "capture/net/loop.h"
#include "capture/net/stream.h"
#include "capture/net/tls_context.h"
#include "capture/net/tls_session.h"
#include "capture/net/transport.h"

namespace framescope::net {
namespace {

using Accepted = std::function<void(std::unique_ptr<AcceptedTransport>)>;
using asio::ip::tcp;

constexpr std::chrono::milliseconds kHandshakeTime{10'000};
/// Connections with an unfinished handshake; who comes then waits in the system's queue.
constexpr std::size_t kMaxHandshakes = 1024;
/// When the process has no descriptor left, one may come free.
constexpr std::chrono::milliseconds kTryAgainAfter{100};

class ServerTransport final : public AcceptedTransport {
public:
    explicit ServerTransport(std::shared_ptr<Stream> stream)
        : m_stream(std::move(stream)), m_info(m_stream->established()) {}
    ~ServerTransport() override { m_stream->close(); }
    ServerTransport(const ServerTransport&) = delete;
    ServerTransport& operator=(const ServerTransport&) = delete;

    const Established& info() const override { return m_info; }
    void attach(TransportHandler& handler) override { m_stream->open(handler); }
    void send(ByteView bytes) override { m_stream->send(bytes); }
    std::size_t waiting() const override { return m_stream->waiting(); }
    void finish() override { m_stream->finish(); }
    void reset() override { m_stream->reset(); }
    void pauseReading(bool paused) override { m_stream->pauseReading(paused); }

private:
    std::shared_ptr<Stream> m_stream;
    Established m_info;
};

class Accepting : public std::enable_shared_from_this<Accepting> {
public:
    Accepting(std::shared_ptr<Reactor::Loop> loop, Accepted accepted,
              std::shared_ptr<TlsContext> tls, std::shared_ptr<transcript::Transcript> transcript)
        : m_loop(std::move(loop)),
          m_acceptor(m_loop->io),
          m_tryAgain(m_loop->io),
          m_accepted(std::move(accepted)),
          m_tls(std::move(tls)),
          m_transcript(std::move(transcript)) {}

    /// Listens; what went wrong, if anything.
    asio::error_code listen(const tcp::endpoint& endpoint) {
        asio::error_code error;
        m_acceptor.open(endpoint.protocol(), error);
        if (!error) m_acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) m_acceptor.bind(endpoint, error);
        if (!error) m_acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (!error) m_address = endpointFrom(m_acceptor.local_endpoint(error));
        if (!error) acceptNext();
        return error;
    }

    void stop() {
        m_stopped = true;
        asio::error_code ignored;
        m_acceptor.close(ignored);
        m_tryAgain.cancel();
        for (const auto& stream : std::exchange(m_handshakes, {})) stream->close();
    }

    const Endpoint& address() const { return m_address; }

private:
    void acceptNext() {
        if (m_stopped || m_handshakes.size() >= kMaxHandshakes || m_isAccepting) return;
        m_isAccepting = true;
        m_acceptor.async_accept(
            [weak = weak_from_this()](const asio::error_code& error, tcp::socket socket) {
                const auto self = weak.lock();
                if (!self || self->m_stopped) return;
                self->m_isAccepting = false;
                if (error && error != asio::error::connection_aborted) return self->waitALittle();
                if (!error) self->take(std::move(socket));
                self->acceptNext();
            });
    }

    void waitALittle() {
        m_tryAgain.expires_after(kTryAgainAfter);
        m_tryAgain.async_wait([weak = weak_from_this()](const asio::error_code& error) {
            const auto self = weak.lock();
            if (self && !error) self->acceptNext();
        });
    }

    void take(tcp::socket socket) {
        const auto stream = std::make_shared<Stream>(
            m_loop, std::move(socket), ConnectionNotes(m_transcript, Direction::ServerToClient),
            std::chrono::milliseconds{0});
        stream->notes().open(stream->local(), stream->remote(), m_tls != nullptr);
        if (!m_tls) return handOver(stream);
        m_handshakes.insert(stream);
        auto session =
            TlsSession::ofServer(m_tls, stream->socket().native_handle(), stream->peer());
        stream->secure(std::move(session), kHandshakeTime,
                       [weak = weak_from_this(),
                        of = std::weak_ptr(stream)](const std::optional<TransportEnd>& failure) {
                           const auto self = weak.lock();
                           const auto done = of.lock();
                           if (!self || !done || self->m_stopped) return;
                           self->m_handshakes.erase(done);
                           failure ? done->close() : self->handOver(done);
                           self->acceptNext();
                       });
    }

    void handOver(const std::shared_ptr<Stream>& stream) {
        // A copy: who is called may destroy the listener.
        const Accepted accepted = m_accepted;
        accepted(std::make_unique<ServerTransport>(stream));
    }

    std::shared_ptr<Reactor::Loop> m_loop;
    tcp::acceptor m_acceptor;
    asio::steady_timer m_tryAgain;
    Accepted m_accepted;
    std::shared_ptr<TlsContext> m_tls;
    std::shared_ptr<transcript::Transcript> m_transcript;
    std::set<std::shared_ptr<Stream>> m_handshakes;
    Endpoint m_address;
    bool m_isAccepting = false;
    bool m_stopped = false;
};

class AcceptingListener final : public Listener {
public:
    explicit AcceptingListener(std::shared_ptr<Accepting> accepting)
        : m_accepting(std::move(accepting)) {}
    ~AcceptingListener() override { m_accepting->stop(); }
    AcceptingListener(const AcceptingListener&) = delete;
    AcceptingListener& operator=(const AcceptingListener&) = delete;

    Endpoint address() const override { return m_accepting->address(); }

private:
    std::shared_ptr<Accepting> m_accepting;
};

Error cannotListen(const Endpoint& wanted, const asio::error_code& error) {
    if (error == asio::error::address_in_use) {
        return Error{wanted.text() + " is taken: somebody listens there already."};
    }
    if (errorFrom(error) == std::errc::address_not_available) {
        return Error{wanted.address.text() + " is no address of this machine."};
    }
    if (error == asio::error::access_denied) {
        return Error{"Listening at " + wanted.text() +
                     " takes rights that this program does not have; ports from 1024 on are free "
                     "for everybody."};
    }
    return Error{wanted.text() +
                 " cannot be listened at: " + std::generic_category().message(error.value()) + '.'};
}

}  // namespace

Result<std::unique_ptr<Listener>> listenOn(Reactor& reactor, const ListenOptions& options,
                                           Accepted accepted,
                                           std::shared_ptr<transcript::Transcript> transcript) {
    const Endpoint wanted{addressOf(options.host == "localhost" ? "127.0.0.1" : options.host),
                          options.port};
    if (wanted.address.version == 0) {
        return Error{'"' + options.host + "\" is no IP address to listen at."};
    }
    std::shared_ptr<TlsContext> tls;
    if (options.certificate) {
        auto context = TlsContext::ofServer(*options.certificate, options.keyLogFile);
        if (!context) return context.error();
        tls = *std::move(context);
    }
    const auto accepting =
        std::make_shared<Accepting>(reactor.loop().shared_from_this(), std::move(accepted),
                                    std::move(tls), std::move(transcript));
    if (const auto error = accepting->listen(asioEndpoint(wanted.address, wanted.port))) {
        return cannotListen(wanted, error);
    }
    return std::unique_ptr<Listener>(std::make_unique<AcceptingListener>(accepting));
}

}  // namespace framescope::net
