// One TLS connection over a socket that never waits: OpenSSL reads and writes the descriptor,
// whoever owns the socket waits until it is ready and calls again.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/net/io_result.h"
#include "capture/net/openssl_owned.h"
#include "capture/net/transport.h"

namespace framescope::net {

class TlsContext;

class TlsSession {
public:
    /// The client's side. `name` is sent (unless it is an address) and checked; `peer` is what the
    /// server is called in sentences. `socket` stays the caller's and must outlive this. An Error
    /// where `name` is none that a certificate could be checked for.
    static Result<std::unique_ptr<TlsSession>> ofClient(std::shared_ptr<TlsContext> context,
                                                        int socket, const std::string& name,
                                                        bool verify, std::string peer);
    static std::unique_ptr<TlsSession> ofServer(std::shared_ptr<TlsContext> context, int socket,
                                                std::string peer);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    IoResult handshake();
    IoResult read(std::span<std::uint8_t> out);
    /// What it gives back to wait must be given again, with more behind it or without.
    IoResult write(ByteView bytes);
    /// Sends close_notify.
    IoResult shutDown();
    /// Once the handshake is done.
    TlsSummary summary() const;

private:
    /// What the socket itself said last.
    struct Socket {
        int fd = -1;
        int error = 0;
        bool ended = false;
    };
    struct BioMethod;

    TlsSession(std::shared_ptr<TlsContext> context, int socket, std::string peer);

    /// False where OpenSSL would check nothing, or not this name.
    bool checkName();
    IoResult resultOf(int returned);
    std::string failureOfTls(unsigned long error) const;
    /// What is wrong with the peer's certificate, for the end of a sentence; empty if nothing is.
    std::string doubt() const;
    static int certificateChecked(int good, X509_STORE_CTX* check);

    std::shared_ptr<TlsContext> m_context;
    Socket m_socket;
    OwnedSsl m_ssl;
    std::string m_peer;
    std::string m_name;  ///< that the peer's certificate must be for
    bool m_isClient = false;
    bool m_verify = true;
    bool m_open = false;        ///< the handshake is done
    std::string m_peerNames;    ///< where they are not the one wanted
    std::vector<int> m_doubts;  ///< X509_V_ERR_, each once
};

}  // namespace framescope::net
