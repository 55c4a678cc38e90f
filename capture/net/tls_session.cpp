// The descriptor is reached through a BIO of our own: OpenSSL's would raise SIGPIPE where the peer
// has reset, and it keeps the socket's error to itself.
#include "capture/net/tls_session.h"

#include <algorithm>
#include <cerrno>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "capture/net/lookup.h"
#include "capture/net/tls_context.h"
#include "dissector/payload/utf8.h"

namespace framescope::net {
namespace {

/// Names of a certificate that a sentence lists.
constexpr int kMaxNames = 5;
/// Characters of a name that a sentence quotes.
constexpr std::size_t kQuotedName = 200;

std::string textOf(const X509_NAME* name) {
    const OwnedBio out(::BIO_new(::BIO_s_mem()));
    if (!out || name == nullptr) return {};
    ::X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const long length = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::string textOf(const GENERAL_NAME& name) {
    const ASN1_STRING* value = name.type == GEN_DNS     ? name.d.dNSName
                               : name.type == GEN_IPADD ? name.d.iPAddress
                                                        : nullptr;
    if (value == nullptr) return {};
    const auto* data = ::ASN1_STRING_get0_data(value);
    const auto length = static_cast<std::size_t>(::ASN1_STRING_length(value));
    if (name.type == GEN_DNS) return {reinterpret_cast<const char*>(data), length};
    IpAddress address;
    if (length != 4 && length != 16) return {};
    address.version = length == 4 ? 4 : 6;
    std::copy_n(data, length, address.bytes.begin());
    return address.text();
}

/// "localhost, 127.0.0.1": the names a certificate is for.
std::string namesOf(const X509* certificate) {
    std::string names;
    auto* all = static_cast<GENERAL_NAMES*>(
        ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = all != nullptr ? sk_GENERAL_NAME_num(all) : 0;
    for (int i = 0; i < std::min(count, kMaxNames); ++i) {
        const std::string name = textOf(*sk_GENERAL_NAME_value(all, i));
        if (name.empty()) continue;
        names += (names.empty() ? "" : ", ") + name;
    }
    if (count > kMaxNames) names += " and others";
    ::GENERAL_NAMES_free(all);
    return names.empty() ? textOf(::X509_get_subject_name(certificate)) : names;
}

bool isOfName(int error) {
    return error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/// Failures that mean that the peer's bytes are no TLS at all.
bool isOtherProtocol(int reason) {
    switch (reason) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
        case SSL_R_UNKNOWN_PROTOCOL:
            return true;
        default:
            return false;
    }
}

}  // namespace

struct TlsSession::BioMethod {
    static Socket& socketOf(BIO* bio) { return *static_cast<Socket*>(::BIO_get_data(bio)); }

    static int moved(BIO* bio, ssize_t n, int retry) {
        ::BIO_clear_retry_flags(bio);
        if (n >= 0) return static_cast<int>(n);
        if (errno == EAGAIN || errno == EINTR) {
            ::BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
        } else {
            socketOf(bio).error = errno;
        }
        return -1;
    }
    static int write(BIO* bio, const char* bytes, int length) {
        const auto size = static_cast<std::size_t>(length);
        return moved(bio, ::send(socketOf(bio).fd, bytes, size, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
    }
    static int read(BIO* bio, char* out, int length) {
        const ssize_t n = ::recv(socketOf(bio).fd, out, static_cast<std::size_t>(length), 0);
        if (n == 0) socketOf(bio).ended = true;
        return moved(bio, n, BIO_FLAGS_READ);
    }
    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_EOF) return socketOf(bio).ended ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
    static const BIO_METHOD* get() {
        static const BIO_METHOD* const method = [] {
            BIO_METHOD* made =
                ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
            ::BIO_meth_set_write(made, write);
            ::BIO_meth_set_read(made, read);
            ::BIO_meth_set_ctrl(made, control);
            return made;
        }();
        return method;
    }
};

TlsSession::TlsSession(std::shared_ptr<TlsContext> context, int socket, std::string peer)
    : m_context(std::move(context)),
      m_socket{socket, 0, false},
      m_ssl(::SSL_new(m_context->get())),
      m_peer(std::move(peer)) {
    BIO* bio = ::BIO_new(BioMethod::get());
    ::BIO_set_data(bio, &m_socket);
    ::BIO_set_init(bio, 1);
    ::SSL_set_bio(m_ssl.get(), bio, bio);
    SSL_set_app_data(m_ssl.get(), this);
}

TlsSession::~TlsSession() = default;

bool TlsSession::checkName() {
    SSL* const ssl = m_ssl.get();
    X509_VERIFY_PARAM* const check = ::SSL_get0_param(ssl);
    if (addressOf(m_name).version != 0) {
        return ::X509_VERIFY_PARAM_set1_ip_asc(check, m_name.c_str()) == 1;
    }
    // RFC 6066 section 3: names only, never addresses, and without the dot at their end.
    const std::string host = m_name.ends_with('.') ? m_name.substr(0, m_name.size() - 1) : m_name;
    // An empty name means to OpenSSL that any will do, and it leaves off a NUL at the end.
    if (host.empty() || host.find('\0') != std::string::npos) return false;
    ::X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 &&
           ::X509_VERIFY_PARAM_set1_host(check, host.c_str(), host.size()) == 1;
}

Result<std::unique_ptr<TlsSession>> TlsSession::ofClient(std::shared_ptr<TlsContext> context,
                                                         int socket, const std::string& name,
                                                         bool verify, std::string peer) {
    std::unique_ptr<TlsSession> session(
        new TlsSession(std::move(context), socket, std::move(peer)));
    session->m_isClient = true;
    session->m_name = name;
    session->m_verify = verify;
    SSL* const ssl = session->m_ssl.get();
    ::SSL_set_connect_state(ssl);
    ::SSL_set_verify(ssl, SSL_VERIFY_PEER, certificateChecked);
    if (!session->checkName()) {
        ::ERR_clear_error();
        return Error{'"' + printable(name, kQuotedName) +
                     "\" is no name that a server's certificate could be checked for."};
    }
    return session;
}

std::unique_ptr<TlsSession> TlsSession::ofServer(std::shared_ptr<TlsContext> context, int socket,
                                                 std::string peer) {
    std::unique_ptr<TlsSession> session(
        new TlsSession(std::move(context), socket, std::move(peer)));
    ::SSL_set_accept_state(session->m_ssl.get());
    return session;
}

int TlsSession::certificateChecked(int good, X509_STORE_CTX* check) {
    const auto* ssl = static_cast<const SSL*>(
        ::X509_STORE_CTX_get_ex_data(check, ::SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* session = static_cast<TlsSession*>(SSL_get_app_data(ssl));
    const int error = ::X509_STORE_CTX_get_error(check);
    auto& doubts = session->m_doubts;
    if (good == 0 && std::find(doubts.begin(), doubts.end(), error) == doubts.end()) {
        doubts.push_back(error);
        // A certificate that is refused can be asked for now only.
        if (isOfName(error)) session->m_peerNames = namesOf(::X509_STORE_CTX_get0_cert(check));
    }
    return session->m_verify ? good : 1;
}

std::string TlsSession::doubt() const {
    std::string text;
    for (const int error : m_doubts) {
        if (!text.empty()) text += "; ";
        if (isOfName(error)) {
            text += "it is for another name (" + m_peerNames + ')';
        } else {
            text += ::X509_verify_cert_error_string(error);
        }
    }
    return text;
}

std::string TlsSession::failureOfTls(unsigned long error) const {
    if (m_isClient && m_verify && !m_open && !m_doubts.empty()) {
        return "The certificate of " + m_name + " is not trusted: " + doubt() + '.';
    }
    const int reason = ERR_GET_REASON(error);
    const char* known = ::ERR_reason_error_string(error);
    const std::string text = known != nullptr ? known : "an unknown error";
    if (!m_open && isOtherProtocol(reason)) return m_peer + " does not speak TLS.";
    if (reason > SSL_AD_REASON_OFFSET) return m_peer + " ended TLS with an alert: " + text + '.';
    return "TLS with " + m_peer + " failed: " + text + '.';
}

IoResult TlsSession::resultOf(int returned) {
    using Kind = IoResult::Kind;
    const int kind = ::SSL_get_error(m_ssl.get(), returned);
    const unsigned long error = ::ERR_peek_error();
    ::ERR_clear_error();
    if (kind == SSL_ERROR_WANT_READ) return {.kind = Kind::WaitsForRead};
    if (kind == SSL_ERROR_WANT_WRITE) return {.kind = Kind::WaitsForWrite};
    if (kind == SSL_ERROR_ZERO_RETURN) return {.kind = Kind::End};
    if (m_socket.error != 0) {
        return {.kind = Kind::Failed, .error = {m_socket.error, std::generic_category()}};
    }
    if (m_socket.ended) {
        return {.kind = Kind::End,
                .sentence = m_open ? m_peer + " closed the connection without ending TLS first."
                                   : m_peer + " closed the connection during the TLS handshake."};
    }
    return {.kind = Kind::Failed,
            .error = std::make_error_code(std::errc::protocol_error),
            .sentence = failureOfTls(error)};
}

IoResult TlsSession::handshake() {
    ::ERR_clear_error();
    const int returned = ::SSL_do_handshake(m_ssl.get());
    if (returned != 1) return resultOf(returned);
    m_open = true;
    return {};
}

IoResult TlsSession::read(std::span<std::uint8_t> out) {
    ::ERR_clear_error();
    std::size_t bytes = 0;
    const int returned = ::SSL_read_ex(m_ssl.get(), out.data(), out.size(), &bytes);
    if (returned != 1) return resultOf(returned);
    return {.bytes = bytes};
}

IoResult TlsSession::write(ByteView bytes) {
    ::ERR_clear_error();
    std::size_t written = 0;
    const int returned = ::SSL_write_ex(m_ssl.get(), bytes.data(), bytes.size(), &written);
    if (returned != 1) return resultOf(returned);
    return {.bytes = written};
}

IoResult TlsSession::shutDown() {
    ::ERR_clear_error();
    if (!m_open) return {};
    const int returned = ::SSL_shutdown(m_ssl.get());
    // 0: sent, and the peer's has not come yet.
    return returned >= 0 ? IoResult{} : resultOf(returned);
}

TlsSummary TlsSession::summary() const {
    TlsSummary summary;
    summary.version = ::SSL_get_version(m_ssl.get());
    summary.cipher = ::SSL_get_cipher_name(m_ssl.get());
    if (const OwnedCertificate peer(::SSL_get1_peer_certificate(m_ssl.get())); peer) {
        summary.certificate = textOf(::X509_get_subject_name(peer.get()));
        summary.verified = m_isClient && m_doubts.empty();
    }
    summary.doubt = doubt();
    return summary;
}

}  // namespace framescope::net
