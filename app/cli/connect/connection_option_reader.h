// Options of how a connection of our own is opened: TLS, proxy, timeouts. The commands send and
// replay have them in common.
#pragma once

#include <array>
#include <getopt.h>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/command_options.h"
#include "capture/net/transport.h"

namespace framescope::cli {

class ConnectionOptionReader {
public:
    enum LongOption {
        kInsecure = kCommandOption + 512,
        kCaFile,
        kCertificate,
        kKey,
        kServerName,
        kKeyLog,
        kProxy,
        kTimeout,
        kIdle,
    };
    static constexpr std::array<option, 9> kOptions = {{
        {"insecure", no_argument, nullptr, kInsecure},
        {"ca", required_argument, nullptr, kCaFile},
        {"cert", required_argument, nullptr, kCertificate},
        {"key", required_argument, nullptr, kKey},
        {"sni", required_argument, nullptr, kServerName},
        {"keylog", required_argument, nullptr, kKeyLog},
        {"proxy", required_argument, nullptr, kProxy},
        {"timeout", required_argument, nullptr, kTimeout},
        {"idle", required_argument, nullptr, kIdle},
    }};

    static bool knows(int option) { return option >= kInsecure && option <= kIdle; }
    /// A sentence where the value is none.
    std::optional<std::string> take(int option, std::string_view value);
    /// What does not go together, or nothing.
    std::optional<std::string> mistake() const;
    /// All but the URL.
    const net::ConnectOptions& options() const { return m_options; }
    /// Whether --timeout was given.
    bool hasTimeout() const { return m_hasTimeout; }

private:
    std::optional<std::string> setProxy(std::string_view text);

    net::ConnectOptions m_options;
    bool m_hasTimeout = false;
};

/// Lines for the help texts of the commands that have these options.
inline constexpr std::string_view kConnectionHelp =
    R"(  --insecure                       any certificate of the server will do
  --ca FILE                        certificates to trust, PEM, instead of the system's
  --cert FILE, --key FILE          certificate and key of the client, PEM
  --sni NAME                       name to ask for and to check, instead of the URL's
  --keylog FILE                    append the secrets of TLS, for other programs
  --proxy [USER:PASSWORD@]HOST:PORT
                                   connect through this HTTP proxy (CONNECT)
  --timeout SECONDS                for connecting, for TLS, and for the handshake, each;
                                   10 without it
  --idle SECONDS                   the connection is lost when nothing has passed for so
                                   long
)";

}  // namespace framescope::cli
