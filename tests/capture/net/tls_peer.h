// A TLS server written straight on OpenSSL and blocking sockets, for what a server of ours does not
// do: ask for a certificate, speak an old version, end without saying so.
#pragma once

#include <functional>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string>
#include <sys/socket.h>
#include <thread>

#include "capture/file/file_descriptor.h"
#include "capture/net/transport.h"

namespace framescope::test {

class TlsPeer {
public:
    using Conversation = std::function<void(SSL*, int socket)>;

    /// Accepts one connection; `conversation` is called on a thread of its own when the handshake
    /// is done. `prepare` may change the context.
    TlsPeer(const net::ServerCertificate& identity, const std::function<void(SSL_CTX*)>& prepare,
            Conversation conversation)
        : m_context(::SSL_CTX_new(::TLS_server_method())) {
        BIO* certificate = ::BIO_new_mem_buf(identity.certificate.data(), -1);
        BIO* key = ::BIO_new_mem_buf(identity.key.data(), -1);
        X509* x509 = ::PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
        EVP_PKEY* pkey = ::PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
        ::SSL_CTX_use_certificate(m_context, x509);
        ::SSL_CTX_use_PrivateKey(m_context, pkey);
        ::X509_free(x509);
        ::EVP_PKEY_free(pkey);
        ::BIO_free(certificate);
        ::BIO_free(key);
        if (prepare) prepare(m_context);

        m_listening = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        ::bind(m_listening.get(), reinterpret_cast<sockaddr*>(&address), length);
        ::listen(m_listening.get(), 4);
        ::getsockname(m_listening.get(), reinterpret_cast<sockaddr*>(&address), &length);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this, conversation = std::move(conversation)] {
            const FileDescriptor socket(::accept(m_listening.get(), nullptr, nullptr));
            if (!socket) return;
            SSL* ssl = ::SSL_new(m_context);
            ::SSL_set_fd(ssl, socket.get());
            if (::SSL_accept(ssl) == 1) conversation(ssl, socket.get());
            ::SSL_free(ssl);
        });
    }
    ~TlsPeer() {
        ::shutdown(m_listening.get(), SHUT_RDWR);  // ends accept()
        m_thread.join();
        ::SSL_CTX_free(m_context);
    }
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    std::uint16_t port() const { return m_port; }

private:
    SSL_CTX* m_context;
    FileDescriptor m_listening;
    std::uint16_t m_port = 0;
    std::thread m_thread;
};

}  // namespace framescope::test
