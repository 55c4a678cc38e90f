// A byte stream to a peer: TCP, or TLS over TCP, perhaps through a proxy. Everything above it is
// written against this interface and knows no sockets.
//
// All calls, and all calls of the handler, happen on the reactor's thread. Destroying a transport
// closes it without a word to its handler.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/net/url.h"
#include "capture/result.h"
#include "dissector/core/bytes.h"
#include "dissector/ip/ip_address.h"

namespace framescope::transcript {
class Transcript;
}

namespace framescope::net {

class Reactor;

/// What was agreed with the peer of a TLS connection, for people to read.
struct TlsSummary {
    std::string version;  ///< "TLSv1.3"
    std::string cipher;
    std::string certificate;  ///< subject of the peer's certificate; empty if it gave none
    bool verified = false;    ///< the chain and the name were checked and are right
    std::string doubt;        ///< why not, where checking is off; empty if there is no doubt
};

/// An open connection.
struct Established {
    Endpoint local;
    Endpoint remote;  ///< of the proxy, where there is one
    std::optional<TlsSummary> tls;
};

/// How a connection ended, or why it could not be opened.
struct TransportEnd {
    enum class Cause : std::uint8_t {
        PeerFinished,  ///< FIN (with TLS: close_notify, or a FIN without it)
        PeerReset,     ///< RST
        Timeout,       ///< of connecting, of the TLS handshake, or of idling
        Failed,        ///< the name is not known, nobody listens, the certificate is not trusted
        Finished,      ///< both sides finished, we first
    };
    Cause cause = Cause::Failed;
    std::string sentence;  ///< a whole sentence for a person
};

class TransportHandler {
public:
    virtual ~TransportHandler() = default;
    /// The connection, its tunnel and its TLS are there: bytes can flow.
    virtual void established(const Established& info) = 0;
    /// The next bytes from the peer.
    virtual void received(ByteView bytes) = 0;
    /// Everything that send() was given went out to the socket. Only after it had to wait.
    virtual void drained() {}
    /// Final; nothing follows. After PeerFinished nothing can be sent either.
    virtual void ended(const TransportEnd& end) = 0;
};

class Transport {
public:
    virtual ~Transport() = default;
    /// Queues bytes; what the socket does not take waits. Nothing before established().
    virtual void send(ByteView bytes) = 0;
    /// Bytes that wait.
    virtual std::size_t waiting() const = 0;
    /// Ends our direction once everything was sent: close_notify, FIN. What the peer still sends is
    /// received; ended() follows when it finishes too, or after two seconds in which nothing more
    /// could be sent. Before established() it gives up, and ended() follows as well.
    virtual void finish() = 0;
    /// Cuts the connection at once: RST, what waits is lost. ended() is not called.
    virtual void reset() = 0;
    /// While paused nothing is read, so that the peer's window fills; nor is it noticed that the
    /// peer has finished or reset, unless by sending.
    virtual void pauseReading(bool paused) = 0;
};

/// What a client wants of TLS.
struct TlsOptions {
    bool verify = true;                     ///< check chain and name
    std::filesystem::path caFile;           ///< PEM; empty: the system's
    std::filesystem::path certificateFile;  ///< PEM, of the client; empty: none
    std::filesystem::path keyFile;          ///< PEM; empty: the key is in certificateFile
    std::string serverName;                 ///< SNI and the name to check; empty: the URL's host
    std::filesystem::path keyLogFile;       ///< secrets are appended (NSS format); empty: none

    bool operator==(const TlsOptions&) const = default;
};

/// A proxy that CONNECT is asked of (RFC 9110 section 9.3.6).
struct ProxyOptions {
    std::string host;  ///< empty: no proxy
    std::uint16_t port = 8080;
    std::string userInfo;  ///< "user:password" for Basic authentication; empty: none
};

struct ConnectOptions {
    Url url;
    TlsOptions tls;
    ProxyOptions proxy;
    std::chrono::milliseconds connectTimeout{10'000};  ///< TCP, over all addresses, and the tunnel
    std::chrono::milliseconds tlsTimeout{10'000};
    std::chrono::milliseconds idleTimeout{0};  ///< without a byte either way; 0: never
};

/// Opens a connection; addresses of a name are tried in their order. `handler` must outlive the
/// transport. What passes is noted in `transcript` (may be null), with TLS as clear bytes.
std::unique_ptr<Transport> connectTo(Reactor& reactor, const ConnectOptions& options,
                                     TransportHandler& handler,
                                     std::shared_ptr<transcript::Transcript> transcript);

/// What a server wants of TLS; both in PEM.
struct ServerCertificate {
    std::string certificate;
    std::string key;
};
/// A certificate for localhost, 127.0.0.1 and ::1 that signs itself, valid for 30 days.
Result<ServerCertificate> makeCertificate();

/// Accepts connections. Destroying it stops listening; what was accepted lives on.
class Listener {
public:
    virtual ~Listener() = default;
    virtual Endpoint address() const = 0;
};

/// A connection that was accepted, TLS done where the listener has a certificate. It reads nothing
/// before attach().
class AcceptedTransport : public Transport {
public:
    virtual const Established& info() const = 0;
    virtual void attach(TransportHandler& handler) = 0;  ///< established() is not called
};

struct ListenOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                        ///< 0: any that is free
    std::optional<ServerCertificate> certificate;  ///< TLS where there is one
    std::filesystem::path keyLogFile;
};

/// Listens; `accepted` is called on the reactor's thread. An Error when the address is taken, or is
/// none of this machine. To be called on the reactor's thread.
Result<std::unique_ptr<Listener>> listenOn(
    Reactor& reactor, const ListenOptions& options,
    std::function<void(std::unique_ptr<AcceptedTransport>)> accepted,
    std::shared_ptr<transcript::Transcript> transcript);

}  // namespace framescope::net
