// The addresses a connection can be opened to: ws, wss, http and https (RFC 6455 section 3, RFC
// 9110 section 4.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/result.h"

namespace framescope::net {

/// A URL, taken apart. `target` goes into the request line as it stands.
struct Url {
    bool secure = false;       ///< wss or https
    bool webSocket = true;     ///< ws or wss
    std::string userInfo;      ///< "user:password", decoded; empty if there is none
    std::string host;          ///< a name, or an IP address without brackets
    std::uint16_t port = 0;    ///< never 0 once parsed: the scheme's own where none is written
    std::string target = "/";  ///< path and query, without the fragment

    bool operator==(const Url&) const = default;
};

/// Reads a URL as a person types it; without a scheme ws is meant. An Error says what is wrong.
Result<Url> parseUrl(std::string_view text);
/// The URL as text again; the port only where it is not the scheme's own.
std::string toText(const Url& url);
/// What goes into the Host header: with the port where it is not the scheme's own, an IPv6 address
/// in brackets.
std::string hostOf(const Url& url);

}  // namespace framescope::net
