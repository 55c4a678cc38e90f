#include "capture/net/tls_context.h"

#include <cerrno>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string>
#include <system_error>

namespace framescope::net {
namespace {

/// Secrets open what others only see encrypted: they are the user's own.
constexpr mode_t kKeyLogMode = 0600;
constexpr unsigned char kHttp11[] = "\x08http/1.1";

/// What OpenSSL says of the last failure, without its numbers; the first of several is the cause.
std::string reason() {
    const unsigned long error = ::ERR_peek_error();
    ::ERR_clear_error();
    if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
    const char* text = ::ERR_reason_error_string(error);
    return text != nullptr ? text : "it is damaged";
}

Error unusable(const std::filesystem::path& file, const std::string& what) {
    return Error{'"' + file.string() + "\" cannot be used as " + what + ": " + reason() + '.'};
}

/// Keys that need a password are refused; OpenSSL would ask for it on the terminal.
int noPassword(char*, int, int, void*) {
    return -1;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const SSL_METHOD* method,
                                                     const std::filesystem::path& keyLogFile) {
    ::ERR_clear_error();
    OwnedContext context(::SSL_CTX_new(method));
    if (!context) return Error{"TLS cannot be set up: " + reason() + '.'};
    ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    ::SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                          SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                          SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_default_passwd_cb(context.get(), noPassword);
    std::shared_ptr<TlsContext> made(new TlsContext(std::move(context)));
    if (auto error = made->logKeysTo(keyLogFile)) return *error;
    return made;
}

Result<std::shared_ptr<TlsContext>> TlsContext::ofClient(const TlsOptions& options) {
    auto made = make(::TLS_client_method(), options.keyLogFile);
    if (!made) return made;
    TlsContext& context = **made;
    if (auto error = context.trust(options.caFile)) return *error;
    if (auto error = context.identifyAs(options.certificateFile, options.keyFile)) return *error;
    // Servers that know several protocols shall not choose HTTP/2 (RFC 7301).
    ::SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11 - 1);
    return made;
}

Result<std::shared_ptr<TlsContext>> ClientContexts::of(const TlsOptions& options) {
    std::erase_if(m_kept, [](const Kept& kept) { return kept.context.expired(); });
    for (const Kept& kept : m_kept) {
        if (kept.options == options) return kept.context.lock();
    }
    auto made = TlsContext::ofClient(options);
    if (made) m_kept.push_back({options, *made});
    return made;
}

Result<std::shared_ptr<TlsContext>> TlsContext::ofServer(const ServerCertificate& certificate,
                                                         const std::filesystem::path& keyLogFile) {
    auto made = make(::TLS_server_method(), keyLogFile);
    if (!made) return made;
    if (auto error = (*made)->identifyAs(certificate)) return *error;
    return made;
}

std::optional<Error> TlsContext::trust(const std::filesystem::path& caFile) {
    const bool done = caFile.empty() ? ::SSL_CTX_set_default_verify_paths(get()) == 1
                                     : ::SSL_CTX_load_verify_file(get(), caFile.c_str()) == 1;
    if (done) return std::nullopt;
    if (caFile.empty()) return Error{"The system's certificates cannot be read: " + reason() + '.'};
    return unusable(caFile, "a list of trusted certificates");
}

std::optional<Error> TlsContext::identifyAs(const std::filesystem::path& certificateFile,
                                            const std::filesystem::path& keyFile) {
    if (certificateFile.empty()) return std::nullopt;
    if (::SSL_CTX_use_certificate_chain_file(get(), certificateFile.c_str()) != 1) {
        return unusable(certificateFile, "a certificate");
    }
    const std::filesystem::path& key = keyFile.empty() ? certificateFile : keyFile;
    if (::SSL_CTX_use_PrivateKey_file(get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return unusable(key, "a private key");
    }
    if (::SSL_CTX_check_private_key(get()) != 1) return unusable(key, "this certificate's key");
    return std::nullopt;
}

std::optional<Error> TlsContext::identifyAs(const ServerCertificate& certificate) {
    const OwnedBio chain(::BIO_new_mem_buf(certificate.certificate.data(),
                                           static_cast<int>(certificate.certificate.size())));
    const OwnedBio keyText(
        ::BIO_new_mem_buf(certificate.key.data(), static_cast<int>(certificate.key.size())));
    const OwnedCertificate first(::PEM_read_bio_X509(chain.get(), nullptr, noPassword, nullptr));
    if (!first || ::SSL_CTX_use_certificate(get(), first.get()) != 1) {
        return Error{"The server's certificate cannot be used: " + reason() + '.'};
    }
    while (X509* next = ::PEM_read_bio_X509(chain.get(), nullptr, noPassword, nullptr)) {
        if (::SSL_CTX_add0_chain_cert(get(), next) != 1) ::X509_free(next);
    }
    ::ERR_clear_error();  // the end of the text is an error to PEM_read_bio_X509
    const OwnedKey key(::PEM_read_bio_PrivateKey(keyText.get(), nullptr, noPassword, nullptr));
    if (!key || ::SSL_CTX_use_PrivateKey(get(), key.get()) != 1) {
        return Error{"The server's private key cannot be used: " + reason() + '.'};
    }
    return std::nullopt;
}

std::optional<Error> TlsContext::logKeysTo(const std::filesystem::path& file) {
    if (file.empty()) return std::nullopt;
    m_keyLog = FileDescriptor(
        ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kKeyLogMode));
    if (!m_keyLog) {
        return Error{'"' + file.string() + "\" cannot be written, so no secrets can be kept: " +
                     std::generic_category().message(errno) + '.'};
    }
    SSL_CTX_set_app_data(get(), this);
    ::SSL_CTX_set_keylog_callback(get(), logKey);
    return std::nullopt;
}

void TlsContext::logKey(const SSL* ssl, const char* line) {
    const auto* context =
        static_cast<const TlsContext*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
    // One write a line: other programs may append to the same file. Where it fails (the disk is
    // full) the connection goes on, as it does everywhere else where secrets are logged.
    const std::string text = std::string(line) + '\n';
    [[maybe_unused]] const ssize_t n = ::write(context->m_keyLog.get(), text.data(), text.size());
}

}  // namespace framescope::net
