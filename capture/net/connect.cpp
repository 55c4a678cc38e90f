// Opening a connection, step by step: look up the name, try its addresses one after the other, ask
// the proxy for a tunnel, agree on TLS. The time for connecting is shared among the addresses that
// are left, so one that does not answer leaves time for the next.
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "capture/net/end_sentences.h"
#include "capture/net/endpoints.h"
#include "capture/net/lookup.h"
#include "capture/net/loop.h"
#include "capture/net/proxy_tunnel.h"
#include "capture/net/stream.h"
#include "capture/net/tls_context.h"
#include "capture/net/tls_session.h"
#include "capture/net/transport.h"

namespace framescope::net {
namespace {

using Cause = TransportEnd::Cause;
using Clock = std::chrono::steady_clock;

std::string hostAndPort(const std::string& host, std::uint16_t port) {
    const std::string shown = host.find(':') == std::string::npos ? host : '[' + host + ']';
    return shown + ':' + std::to_string(port);
}

class Dialing : public std::enable_shared_from_this<Dialing> {
public:
    Dialing(std::shared_ptr<Reactor::Loop> loop, ConnectOptions options, TransportHandler& handler,
            std::shared_ptr<transcript::Transcript> transcript)
        : m_loop(std::move(loop)),
          m_options(std::move(options)),
          m_handler(&handler),
          m_notes(std::move(transcript), Direction::ClientToServer),
          m_socket(m_loop->io),
          m_deadline(m_loop->io),
          m_attemptEnd(m_loop->io) {}

    /// Nothing is called before this has returned.
    void start() {
        m_loop->post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->lookUpHost();
        });
    }

    /// The open connection; null before.
    Stream* stream() const { return m_open ? m_stream.get() : nullptr; }

    void pauseReading(bool paused) {
        m_paused = paused;
        if (m_open) m_stream->pauseReading(paused);
    }

    /// Ends without a word.
    void abandon() {
        m_handler = nullptr;
        stop();
    }

    /// Ends before the connection was open; the handler hears of it.
    void giveUp() {
        if (m_over) return;
        stop();
        m_loop->post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (self)
                self->tell({Cause::Finished,
                            "The connection was given up before it was "
                            "open."});
        });
    }

private:
    void stop() {
        m_over = true;
        m_deadline.cancel();
        m_attemptEnd.cancel();
        asio::error_code ignored;
        m_socket.close(ignored);
        m_tunnel.reset();
        if (m_stream) m_stream->close();
    }

    void tell(const TransportEnd& end) {
        if (TransportHandler* const handler = std::exchange(m_handler, nullptr)) {
            handler->ended(end);
        }
    }

    void fail(const TransportEnd& end) {
        if (m_over) return;
        stop();
        tell(end);
    }

    bool viaProxy() const { return !m_options.proxy.host.empty(); }
    const std::string& nextHost() const {
        return viaProxy() ? m_options.proxy.host : m_options.url.host;
    }
    std::uint16_t nextPort() const {
        return viaProxy() ? m_options.proxy.port : m_options.url.port;
    }
    std::string target() const { return hostAndPort(m_options.url.host, m_options.url.port); }

    void lookUpHost() {
        if (m_over) return;
        if (m_options.url.secure) {
            auto context = m_loop->tlsContexts.of(m_options.tls);
            if (!context) return fail({Cause::Failed, context.error().sentence});
            m_tlsContext = *std::move(context);
        }
        m_deadline.expires_after(m_options.connectTimeout);
        m_deadline.async_wait([weak = weak_from_this()](const asio::error_code& error) {
            const auto self = weak.lock();
            if (self && !error) self->timeIsOver();
        });
        lookUp(*m_loop, nextHost(),
               [weak = weak_from_this()](Result<std::vector<IpAddress>> found) {
                   const auto self = weak.lock();
                   if (!self || self->m_over) return;
                   if (!found) return self->fail({Cause::Failed, found.error().sentence});
                   self->m_addresses = *std::move(found);
                   self->tryNextAddress();
               });
    }

    void timeIsOver() {
        if (m_over || m_stage == Stage::Tls) return;
        const std::string within = " within " + durationText(m_options.connectTimeout) + '.';
        if (m_stage == Stage::Tunnel) {
            return fail(
                {Cause::Timeout, "The proxy " + m_stream->peer() + " did not answer" + within});
        }
        if (m_addresses.empty()) {
            return fail({Cause::Timeout,
                         "The name \"" + nextHost() + "\" could not be looked up" + within});
        }
        for (; m_next <= m_addresses.size(); ++m_next) attemptFailed({});
        fail(noConnection(m_failed, m_options.connectTimeout));
    }

    void attemptFailed(const std::error_code& error) {
        m_failed.push_back({Endpoint{m_addresses[m_next - 1], nextPort()}.text(), error});
    }

    void tryNextAddress() {
        asio::error_code error;
        m_socket.close(error);
        if (m_next == m_addresses.size()) {
            return fail(noConnection(m_failed, m_options.connectTimeout));
        }
        const std::size_t left = m_addresses.size() - m_next;
        const auto endpoint = asioEndpoint(m_addresses[m_next++], nextPort());
        m_socket.open(endpoint.protocol(), error);
        if (error) {
            attemptFailed(errorFrom(error));
            return tryNextAddress();
        }
        const std::size_t attempt = m_next;
        if (left > 1) {
            const auto remaining = m_deadline.expiry() - Clock::now();
            m_attemptEnd.expires_after(remaining / static_cast<int>(left));
            m_attemptEnd.async_wait(
                [weak = weak_from_this(), attempt](const asio::error_code& cancelled) {
                    if (const auto self = weak.lock(); self && !cancelled) {
                        self->attempted(attempt, {});
                    }
                });
        }
        m_socket.async_connect(
            endpoint, [weak = weak_from_this(), attempt](const asio::error_code& failed) {
                if (failed == asio::error::operation_aborted) return;
                const auto self = weak.lock();
                if (!self) return;
                failed ? self->attempted(attempt, errorFrom(failed)) : self->connected(attempt);
            });
    }

    /// No error: its time is over.
    void attempted(std::size_t attempt, const std::error_code& error) {
        if (m_over || m_stage != Stage::Connecting || attempt != m_next) return;
        m_attemptEnd.cancel();
        attemptFailed(error);
        tryNextAddress();
    }

    void connected(std::size_t attempt) {
        if (m_over || m_stage != Stage::Connecting || attempt != m_next) return;
        m_attemptEnd.cancel();
        m_stream = std::make_shared<Stream>(m_loop, std::move(m_socket), std::move(m_notes),
                                            m_options.idleTimeout);
        m_stream->notes().open(m_stream->local(), m_stream->remote(), m_options.url.secure);
        if (addressOf(nextHost()).version == 0) {
            m_stream->callPeer(hostAndPort(nextHost(), nextPort()));
        }
        if (!viaProxy()) return secure();
        m_stage = Stage::Tunnel;
        m_tunnel = std::make_shared<ProxyTunnel>(
            m_stream, target(), m_options.proxy.userInfo,
            [weak = weak_from_this()](std::optional<TransportEnd> failure) {
                const auto self = weak.lock();
                if (!self || self->m_over) return;
                if (failure) return self->fail(*failure);
                self->m_stream->callPeer(self->target());
                self->secure();
            });
        const auto tunnel = m_tunnel;  // lives on while it is asked, whatever comes of it
        tunnel->ask();
    }

    void secure() {
        m_deadline.cancel();
        m_stage = Stage::Tls;
        if (!m_tlsContext) return establish();
        const std::string& name =
            m_options.tls.serverName.empty() ? m_options.url.host : m_options.tls.serverName;
        auto session = TlsSession::ofClient(m_tlsContext, m_stream->socket().native_handle(), name,
                                            m_options.tls.verify, m_stream->peer());
        if (!session) return fail({Cause::Failed, session.error().sentence});
        m_stream->secure(*std::move(session), m_options.tlsTimeout,
                         [weak = weak_from_this()](std::optional<TransportEnd> failure) {
                             const auto self = weak.lock();
                             if (!self || self->m_over) return;
                             failure ? self->fail(*failure) : self->establish();
                         });
    }

    void establish() {
        m_open = true;
        const auto stream = m_stream;
        stream->pauseReading(m_paused);
        m_handler->established(stream->established());
        // The handler may have destroyed or reset the transport by now.
        if (m_handler != nullptr) stream->open(*m_handler);
    }

    enum class Stage : std::uint8_t { Connecting, Tunnel, Tls };

    std::shared_ptr<Reactor::Loop> m_loop;
    ConnectOptions m_options;
    TransportHandler* m_handler;
    ConnectionNotes m_notes;  ///< until there is a stream
    asio::ip::tcp::socket m_socket;
    asio::steady_timer m_deadline;
    asio::steady_timer m_attemptEnd;
    std::shared_ptr<TlsContext> m_tlsContext;
    std::vector<IpAddress> m_addresses;
    std::size_t m_next = 0;  ///< index of the address to try next
    std::vector<FailedAttempt> m_failed;
    std::shared_ptr<ProxyTunnel> m_tunnel;
    std::shared_ptr<Stream> m_stream;
    Stage m_stage = Stage::Connecting;
    bool m_open = false;
    bool m_over = false;
    bool m_paused = false;
};

class ClientTransport final : public Transport {
public:
    explicit ClientTransport(std::shared_ptr<Dialing> dialing) : m_dialing(std::move(dialing)) {}
    ~ClientTransport() override { m_dialing->abandon(); }
    ClientTransport(const ClientTransport&) = delete;
    ClientTransport& operator=(const ClientTransport&) = delete;

    void send(ByteView bytes) override {
        if (Stream* const stream = m_dialing->stream()) stream->send(bytes);
    }
    std::size_t waiting() const override {
        const Stream* const stream = m_dialing->stream();
        return stream != nullptr ? stream->waiting() : 0;
    }
    void finish() override {
        Stream* const stream = m_dialing->stream();
        stream != nullptr ? stream->finish() : m_dialing->giveUp();
    }
    void reset() override {
        if (Stream* const stream = m_dialing->stream()) stream->reset();
        m_dialing->abandon();
    }
    void pauseReading(bool paused) override { m_dialing->pauseReading(paused); }

private:
    std::shared_ptr<Dialing> m_dialing;
};

}  // namespace

std::unique_ptr<Transport> connectTo(Reactor& reactor, const ConnectOptions& options,
                                     TransportHandler& handler,
                                     std::shared_ptr<transcript::Transcript> transcript) {
    auto dialing = std::make_shared<Dialing>(reactor.loop().shared_from_this(), options, handler,
                                             std::move(transcript));
    dialing->start();
    return std::make_unique<ClientTransport>(std::move(dialing));
}

}  // namespace framescope::net
