// Files are only looked for here; the connection reads them and says what is wrong with them.
#include "app/cli/connect/connection_option_reader.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

#include "app/cli/option_values.h"

namespace framescope::cli {

std::optional<std::string> ConnectionOptionReader::take(int option, std::string_view value) {
    net::TlsOptions& tls = m_options.tls;
    switch (option) {
        case kInsecure:
            tls.verify = false;
            return std::nullopt;
        case kCaFile:
            tls.caFile = value;
            break;
        case kCertificate:
            tls.certificateFile = value;
            break;
        case kKey:
            tls.keyFile = value;
            break;
        case kServerName:
            tls.serverName = value;
            break;
        case kKeyLog:
            tls.keyLogFile = value;
            break;
        case kProxy:
            return setProxy(value);
        case kIdle: {
            const auto time = secondsFrom(value);
            if (!time || time->count() == 0) {
                return "--idle takes seconds, more than 0, and not " + quoted(value) + ".";
            }
            m_options.idleTimeout = *time;
            return std::nullopt;
        }
        default: {
            const auto time = secondsFrom(value);
            if (!time || time->count() == 0) {
                return "--timeout takes seconds, more than 0, and not " + quoted(value) + ".";
            }
            m_hasTimeout = true;
            m_options.connectTimeout = *time;
            m_options.tlsTimeout = *time;
            return std::nullopt;
        }
    }
    if (value.empty()) return "--ca, --cert, --key, --sni and --keylog need a name.";
    return std::nullopt;
}

std::optional<std::string> ConnectionOptionReader::setProxy(std::string_view text) {
    net::ProxyOptions& proxy = m_options.proxy;
    std::string_view rest = text;
    if (rest.starts_with("http://")) rest.remove_prefix(7);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        proxy.userInfo = rest.substr(0, at);
        rest.remove_prefix(at + 1);
    }
    std::string_view host = rest;
    std::string_view portText;
    if (rest.starts_with('[')) {
        const std::size_t close = rest.find("]:");
        if (close != std::string_view::npos) {
            host = rest.substr(1, close - 1);
            portText = rest.substr(close + 2);
        }
    } else if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
        host = rest.substr(0, colon);
        portText = rest.substr(colon + 1);
    }
    const auto port = numberFrom(portText, 1, 65535);
    if (host.empty() || !port) {
        return quoted(text) +
               " is no value for --proxy: it is [USER:PASSWORD@]HOST:PORT, an IPv6 address in "
               "brackets.";
    }
    proxy.host = host;
    proxy.port = static_cast<std::uint16_t>(*port);
    return std::nullopt;
}

std::optional<std::string> ConnectionOptionReader::mistake() const {
    const net::TlsOptions& tls = m_options.tls;
    if (!tls.keyFile.empty() && tls.certificateFile.empty()) {
        return "--key goes with --cert, the certificate that it belongs to.";
    }
    if (!tls.verify && !tls.caFile.empty()) {
        return "--insecure checks no certificate, and --ca says which to trust; they do not go "
               "together.";
    }
    const std::pair<const char*, const std::filesystem::path&> files[] = {
        {"--ca", tls.caFile}, {"--cert", tls.certificateFile}, {"--key", tls.keyFile}};
    for (const auto& [option, file] : files) {
        if (file.empty() || ::access(file.c_str(), R_OK) == 0) continue;
        return "The file of " + std::string(option) + ", " + cli::quoted(file.native()) +
               ", cannot be read: " + std::strerror(errno) + ".";
    }
    return std::nullopt;
}

}  // namespace framescope::cli
