// What TLS connections of one kind have in common: certificates, keys, whom they trust, and the
// file that their secrets are appended to. TLS 1.2 and 1.3.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "capture/file/file_descriptor.h"
#include "capture/net/openssl_owned.h"
#include "capture/net/transport.h"

namespace framescope::net {

class TlsContext {
public:
    /// An Error when one of the files cannot be read or is not what it should be.
    static Result<std::shared_ptr<TlsContext>> ofClient(const TlsOptions& options);
    static Result<std::shared_ptr<TlsContext>> ofServer(const ServerCertificate& certificate,
                                                        const std::filesystem::path& keyLogFile);

    SSL_CTX* get() const { return m_context.get(); }

private:
    explicit TlsContext(OwnedContext context) : m_context(std::move(context)) {}

    static Result<std::shared_ptr<TlsContext>> make(const SSL_METHOD* method,
                                                    const std::filesystem::path& keyLogFile);
    std::optional<Error> trust(const std::filesystem::path& caFile);
    std::optional<Error> identifyAs(const std::filesystem::path& certificateFile,
                                    const std::filesystem::path& keyFile);
    std::optional<Error> identifyAs(const ServerCertificate& certificate);
    std::optional<Error> logKeysTo(const std::filesystem::path& file);
    static void logKey(const SSL* ssl, const char* line);

    OwnedContext m_context;
    FileDescriptor m_keyLog;
};

/// Contexts of client connections: those that want the same share one as long as any of them is
/// there, since reading the system's certificates takes milliseconds. Changed files are seen once
/// none of those connections is left.
class ClientContexts {
public:
    Result<std::shared_ptr<TlsContext>> of(const TlsOptions& options);

private:
    struct Kept {
        TlsOptions options;
        std::weak_ptr<TlsContext> context;
    };
    std::vector<Kept> m_kept;
};

}  // namespace framescope::net
