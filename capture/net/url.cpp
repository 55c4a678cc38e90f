// A URL is cut at the characters that end its parts, in the order of RFC 3986: fragment, scheme,
// authority, then path and query. What a person types and a request line cannot hold (spaces,
// letters that are not ASCII) is percent-encoded in the target; in the host it is an error.
#include "capture/net/url.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <optional>

namespace framescope::net {
namespace {

/// No server takes longer ones; most end at 8 KiB.
constexpr std::size_t kMaxLength = 65536;
/// Of a name in the DNS (RFC 1035 section 2.3.4).
constexpr std::size_t kMaxHost = 253;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool isAscii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}
/// Unreserved characters (RFC 3986 section 2.3).
bool isUnreserved(char c) {
    return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
bool isOneOf(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

void appendEncoded(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
}

int hexValue(char c) {
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Percent signs that begin no escape stand for themselves.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 &&
                            hexValue(text[i + 2]) >= 0;
        if (!escape) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
        i += 2;
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kWhite = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kWhite);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::uint16_t portOf(bool secure) {
    return secure ? 443 : 80;
}

std::string_view schemeOf(const Url& url) {
    if (url.webSocket) return url.secure ? "wss" : "ws";
    return url.secure ? "https" : "http";
}

bool isIpv6(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string inBrackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

std::optional<Error> readScheme(std::string_view scheme, Url& url) {
    std::string lower(scheme);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    url.webSocket = lower == "ws" || lower == "wss";
    url.secure = lower == "wss" || lower == "https";
    if (url.webSocket || url.secure || lower == "http") return std::nullopt;
    return Error{"A URL begins with ws, wss, http or https, and " + quoted(scheme) +
                 " is none of them."};
}

std::optional<Error> readPort(std::string_view text, Url& url) {
    if (text.empty()) return std::nullopt;  // "host:" means the scheme's own (section 6.2.3)
    std::uint32_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) {
        return Error{"A port is a number from 1 to 65535, and " + quoted(text) + " is none."};
    }
    url.port = static_cast<std::uint16_t>(port);
    return std::nullopt;
}

std::optional<Error> readName(std::string_view host, Url& url) {
    if (host.empty()) return Error{"The URL names no host."};
    if (host.size() > kMaxHost) return Error{"The host's name is longer than 253 characters."};
    if (!std::all_of(host.begin(), host.end(), isAscii)) {
        return Error{"The host " + quoted(host) +
                     " is not written in ASCII: use its form that begins with \"xn--\"."};
    }
    const bool good = std::all_of(host.begin(), host.end(), [](char c) {
        return isUnreserved(c) || isOneOf(c, "!$&'()*+,;=");
    });
    if (!good && std::count(host.begin(), host.end(), ':') > 0) {
        return Error{"An IPv6 address in a URL stands in brackets: \"[::1]\"."};
    }
    if (!good) return Error{quoted(host) + " is no name of a host."};
    url.host = host;
    return std::nullopt;
}

/// host and port, without user information.
std::optional<Error> readHostAndPort(std::string_view text, Url& url) {
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        url.host = text.substr(1, close == std::string_view::npos ? close : close - 1);
        if (close == std::string_view::npos || !isIpv6(url.host)) {
            return Error{quoted(text) + " is no IPv6 address in brackets."};
        }
        const std::string_view behind = text.substr(close + 1);
        if (!behind.empty() && behind.front() != ':') {
            return Error{quoted(behind) + " cannot follow an address in brackets."};
        }
        return readPort(behind.empty() ? behind : behind.substr(1), url);
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return readName(text, url);
    // More than one colon is an address without its brackets, and no port.
    const bool one = text.find(':', colon + 1) == std::string_view::npos;
    if (auto error = readName(one ? text.substr(0, colon) : text, url)) return error;
    return readPort(text.substr(colon + 1), url);
}

std::string targetOf(std::string_view text) {
    std::string target = text.starts_with('/') ? "" : "/";
    for (const char c : text) {
        if (c == ' ' || !isAscii(c)) {
            appendEncoded(target, c);
        } else {
            target += c;
        }
    }
    return target;
}

}  // namespace

Result<Url> parseUrl(std::string_view text) {
    if (text.size() > kMaxLength) return Error{"The URL is longer than 65536 characters."};
    text = trimmed(text);
    if (text.empty()) return Error{"There is no URL."};
    if (std::any_of(text.begin(), text.end(), isControl)) {
        return Error{"The URL holds a control character or a line end."};
    }
    text = text.substr(0, text.find('#'));
    Url url;
    const std::size_t schemeEnd = text.find("://");
    // Behind the first slash or question mark "://" is a part of the target.
    if (schemeEnd != std::string_view::npos && text.find_first_of("/?") > schemeEnd) {
        if (auto error = readScheme(text.substr(0, schemeEnd), url)) return *error;
        text = text.substr(schemeEnd + 3);
    }
    std::string_view authority = text.substr(0, text.find_first_of("/?"));
    url.target = targetOf(text.substr(authority.size()));
    const std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
        url.userInfo = decoded(authority.substr(0, at));
        authority = authority.substr(at + 1);
    }
    url.port = portOf(url.secure);
    if (auto error = readHostAndPort(authority, url)) return *error;
    return url;
}

std::string toText(const Url& url) {
    std::string text(schemeOf(url));
    text += "://";
    for (const char c : url.userInfo) {
        if (isUnreserved(c) || isOneOf(c, "!$&'()*+,;=:")) {
            text += c;
        } else {
            appendEncoded(text, c);
        }
    }
    if (!url.userInfo.empty()) text += '@';
    return text + hostOf(url) + url.target;
}

std::string hostOf(const Url& url) {
    std::string host = inBrackets(url.host);
    if (url.port != portOf(url.secure)) host += ':' + std::to_string(url.port);
    return host;
}

}  // namespace framescope::net
