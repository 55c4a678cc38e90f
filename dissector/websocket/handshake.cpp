// SHA-1 and base64 come from OpenSSL; the checks follow RFC 6455 sections 4.1 (what a client sends
// and what it expects) and 4.2 (the same of a server), one issue for each rule.

// The newer way to SHA-1 (EVP) reads OpenSSL's configuration first and looks the digest up by name:
// five million instructions, as many as sixty connections take in all. It also gives no digest
// where the machine's policy allows no SHA-1 for signatures, which this is none of.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "dissector/websocket/handshake.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "dissector/field/field_id.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/named_headers.h"

namespace framescope::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kShownChars = 200;
/// Elements of a list that are kept or shown.
constexpr std::size_t kMaxElements = 100;

constexpr std::uint16_t part(FieldId field) {
    return static_cast<std::uint16_t>(field);
}

/// Values of the base64 digits, -1 for other characters (RFC 4648 section 4). A table, since the
/// processor cannot foresee which kind of character comes next.
constexpr std::array<std::int8_t, 256> kBase64Values = [] {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
        table[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}();

int base64Digit(char c) {
    return kBase64Values[static_cast<std::uint8_t>(c)];
}

/// A header that may stand in a head once only.
void checkOnce(const NamedHeaders& headers, Named once, FieldId field, IssueSink& issues) {
    const std::size_t count = headers.count(once);
    if (count <= 1) return;
    issues.add(IssueCode::HandshakeHeaderTwice, part(field),
               std::string(nameOf(once)) + ", " + std::to_string(count) + " times");
}

void checkUpgrade(const NamedHeaders& headers, IssueSink& issues) {
    const http::Header* const upgrade = headers.find(Named::Upgrade);
    // Section 4.1: a request includes the keyword among others, a response has it alone.
    const bool fits =
        headers.head().kind == http::HeadKind::Request
            ? headers.lists(Named::Upgrade, "websocket")
            : upgrade != nullptr && http::equalsIgnoreCase(upgrade->value, "websocket");
    if (upgrade == nullptr) {
        issues.add(IssueCode::HandshakeUpgradeMissing);
    } else if (!fits) {
        issues.add(IssueCode::HandshakeUpgradeMalformed, part(FieldId::HttpUpgrade));
    }
    checkOnce(headers, Named::Upgrade, FieldId::HttpUpgrade, issues);
}

void checkConnection(const NamedHeaders& headers, IssueSink& issues) {
    if (headers.find(Named::Connection) == nullptr) {
        issues.add(IssueCode::HandshakeConnectionMissing);
    } else if (!headers.lists(Named::Connection, "upgrade")) {
        issues.add(IssueCode::HandshakeConnectionMalformed, part(FieldId::HttpConnection));
    }
}

void checkKey(const NamedHeaders& headers, IssueSink& issues) {
    const http::Header* const key = headers.find(Named::Key);
    if (key == nullptr) {
        issues.add(IssueCode::HandshakeKeyMissing);
    } else if (!isWellFormedKey(key->value)) {
        issues.add(IssueCode::HandshakeKeyMalformed, part(FieldId::HttpSecWebSocketKey));
    }
    checkOnce(headers, Named::Key, FieldId::HttpSecWebSocketKey, issues);
}

void checkVersion(const NamedHeaders& headers, IssueSink& issues) {
    const http::Header* const version = headers.find(Named::Version);
    if (version == nullptr) {
        issues.add(IssueCode::HandshakeVersionMissing);
    } else if (version->value != "13") {
        issues.add(IssueCode::HandshakeVersionNot13, part(FieldId::HttpSecWebSocketVersion),
                   printable(version->value, kShownChars));
    }
    checkOnce(headers, Named::Version, FieldId::HttpSecWebSocketVersion, issues);
}

/// HTTP/1.1 or higher; what is no version has an issue of its own.
bool isOldVersion(std::string_view version) {
    if (version.size() != 8 || !version.starts_with("HTTP/")) return false;
    return version[5] == '0' || (version[5] == '1' && version[7] == '0');
}

void checkSubprotocol(const NamedHeaders& headers, const Offer& offer, IssueSink& issues) {
    const http::Header* const agreed = headers.find(Named::Protocol);
    if (agreed == nullptr || std::ranges::count(offer.subprotocols, agreed->value) != 0) return;
    issues.add(IssueCode::HandshakeSubprotocolNotOffered, part(FieldId::HttpSecWebSocketProtocol),
               printable(agreed->value, kShownChars));
}

/// The host of "host", "host:port", "[::1]:port".
std::string_view hostOf(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    return authority.substr(0, authority.find(':'));
}

/// The host of an origin: scheme "://" host [ ":" port ] (RFC 6454 section 6.2).
std::string_view originHost(std::string_view origin) {
    const std::size_t at = origin.find("://");
    if (at == std::string_view::npos) return {};
    return hostOf(origin.substr(at + 3));
}

}  // namespace

std::string acceptFor(std::string_view key) {
    SHA_CTX state;
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1_Init(&state);
    SHA1_Update(&state, key.data(), key.size());
    SHA1_Update(&state, kGuid.data(), kGuid.size());
    SHA1_Final(digest.data(), &state);
    std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {encoded.begin(), encoded.begin() + length};
}

bool isWellFormedKey(std::string_view key) {
    // 16 bytes are 22 digits and two signs of padding; four bits of the last digit are unused.
    if (key.size() != 24 || !key.ends_with("==")) return false;
    const std::string_view digits = key.substr(0, 22);
    int all = 0;  // negative if one of them is
    for (const char c : digits) all |= base64Digit(c);
    return all >= 0 && (base64Digit(digits.back()) & 0xf) == 0;
}

bool isHandshake(const http::Head& request) {
    return request.kind == http::HeadKind::Request &&
           (request.lists("Upgrade", "websocket") || request.find("Sec-WebSocket-Key") != nullptr ||
            request.find("Sec-WebSocket-Version") != nullptr);
}

bool speaksOfWebSocket(ByteView head) {
    constexpr std::string_view kWord = "websocket";
    // Its place in "Sec-WebSocket-Key" and in "Upgrade: websocket".
    constexpr std::array<std::size_t, 2> kPlaces = {4, 9};
    const std::string_view text = asText(head);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        for (const std::size_t place : kPlaces) {
            if (line.size() < place + kWord.size()) break;
            if (http::equalsIgnoreCase(line.substr(place, kWord.size()), kWord)) return true;
        }
        at = end + 1;
    }
    return false;
}

bool isStripped(const http::Head& request) {
    return request.find("Upgrade") == nullptr && !request.lists("Connection", "upgrade") &&
           isHandshake(request);
}

Offer offerOf(const http::Head& request) {
    Offer offer;
    const std::string_view key = request.value("Sec-WebSocket-Key");
    if (!key.empty()) offer.accept = acceptFor(key);
    for (const std::string_view name : request.elements("Sec-WebSocket-Protocol")) {
        if (offer.subprotocols.size() == kMaxElements) break;
        offer.subprotocols.emplace_back(name);
    }
    offer.extensions = extensionsOf(request);
    return offer;
}

bool agreesToWebSocket(const http::Head& response, const Offer* offer) {
    if (response.kind != http::HeadKind::Response) return false;
    // A damaged status: no other response answers the key.
    const bool unreadable = response.status == 0 && offer != nullptr &&
                            response.find("Sec-WebSocket-Accept") != nullptr;
    if (response.status != 101 && !unreadable) return false;
    return response.lists("Upgrade", "websocket") ||
           response.find("Sec-WebSocket-Accept") != nullptr ||
           (offer != nullptr && response.find("Upgrade") == nullptr);
}

bool mayHaveAgreedToCompress(const http::Head& response, const Offer* offer) {
    static constexpr std::string_view kExtension = "permessage-deflate";
    const auto isDeflate = [](const Extension& extension) { return extension.name == kExtension; };
    if (offer == nullptr || std::ranges::none_of(offer->extensions, isDeflate)) return false;
    // What can be read was judged as it stands.
    if (std::ranges::any_of(extensionsOf(response), isDeflate)) return false;
    return std::ranges::any_of(response.headers, [&](const http::Header& header) {
        return header.value.find(kExtension) != std::string::npos ||
               header.value.starts_with("Sec-WebSocket-Ext") ||
               http::equalsIgnoreCase(header.name, "Sec-WebSocket-Extensions");
    });
}

bool agreesButForStatus(const http::Head& response, const Offer* offer) {
    if (response.kind != http::HeadKind::Response || response.status == 101) return false;
    if (offer == nullptr || offer->accept.empty()) return false;
    return response.value("Sec-WebSocket-Accept") == offer->accept &&
           response.lists("Upgrade", "websocket") && response.find("Content-Length") == nullptr &&
           response.find("Transfer-Encoding") == nullptr;
}

std::string_view agreedSubprotocol(const http::Head& response) {
    return response.value("Sec-WebSocket-Protocol");
}

void checkRequest(const http::Head& request, IssueSink& issues) {
    if (isStripped(request)) {
        issues.add(IssueCode::HandshakeUpgradeStripped);
        return;
    }
    if (!request.method.empty() && request.method != "GET") {
        issues.add(IssueCode::HandshakeMethodNotGet, part(FieldId::HttpRequestMethod));
    }
    if (isOldVersion(request.version)) {
        issues.add(IssueCode::HandshakeHttpVersion, part(FieldId::HttpRequestVersion));
    }
    const NamedHeaders headers(request);
    if (headers.find(Named::Host) == nullptr) issues.add(IssueCode::HandshakeHostMissing);
    checkOnce(headers, Named::Host, FieldId::HttpHost, issues);
    checkOnce(headers, Named::Origin, FieldId::HttpOrigin, issues);
    checkUpgrade(headers, issues);
    checkConnection(headers, issues);
    checkKey(headers, issues);
    checkVersion(headers, issues);
    checkOffers(extensionsOf(request), issues);
    if (originOf(request) == OriginKind::Foreign) {
        issues.add(IssueCode::HandshakeOriginForeign, part(FieldId::HttpOrigin));
    }
}

void checkResponse(const http::Head& response, const Offer* offer, IssueSink& issues) {
    if (response.status != 0 && agreesButForStatus(response, offer)) {
        issues.add(IssueCode::HttpStartLineMalformed, part(FieldId::HttpResponseLine),
                   "everything else of this response agrees to the WebSocket, so its status " +
                       std::to_string(response.status) + " should be 101");
    }
    if (isOldVersion(response.version)) {
        issues.add(IssueCode::HandshakeHttpVersion, part(FieldId::HttpResponseVersion));
    }
    const NamedHeaders headers(response);
    checkUpgrade(headers, issues);
    checkConnection(headers, issues);
    const http::Header* const accept = headers.find(Named::Accept);
    if (accept == nullptr) {
        issues.add(IssueCode::HandshakeAcceptMissing);
    } else if (offer != nullptr && !offer->accept.empty() && accept->value != offer->accept) {
        issues.add(IssueCode::HandshakeAcceptWrong, part(FieldId::HttpSecWebSocketAccept),
                   "expected " + offer->accept);
    }
    checkOnce(headers, Named::Accept, FieldId::HttpSecWebSocketAccept, issues);
    checkOnce(headers, Named::Protocol, FieldId::HttpSecWebSocketProtocol, issues);
    if (offer != nullptr) checkSubprotocol(headers, *offer, issues);
    checkAgreed(extensionsOf(response), offer == nullptr ? nullptr : &offer->extensions, issues);
}

OriginKind originOf(const http::Head& request) {
    const http::Header* const origin = request.find("Origin");
    if (origin == nullptr) return OriginKind::Absent;
    const std::string_view host = hostOf(request.value("Host"));
    // Without a host there is nothing to compare with.
    const bool same = host.empty() || http::equalsIgnoreCase(originHost(origin->value), host);
    return same ? OriginKind::Same : OriginKind::Foreign;
}

void describeHeaderElements(const http::Header& header, FieldTree& tree, Place place) {
    const auto isNamed = [&header](std::string_view name) {
        return http::equalsIgnoreCase(header.name, name);
    };
    const bool extensions = isNamed("Sec-WebSocket-Extensions");
    const bool subprotocols = isNamed("Sec-WebSocket-Protocol");
    const bool versions = isNamed("Sec-WebSocket-Version");
    if (header.malformed || header.folded || (!extensions && !subprotocols && !versions)) return;
    const auto elements = http::splitList(header.value);
    // A single version is what its line says already.
    if (versions && elements.size() == 1) return;
    std::size_t count = 0;
    for (const std::string_view element : elements) {
        if (count++ == kMaxElements) break;
        const Place at = place.at(static_cast<std::uint64_t>(element.data() - header.value.data()));
        if (extensions) {
            describe(parseExtension(element), tree, at);
        } else {
            tree.add(subprotocols ? FieldId::HandshakeSubprotocol : FieldId::HandshakeVersion, at,
                     element.size(), std::string(element), printable(element, kShownChars));
        }
    }
}

void describeRequest(const http::Head& request, FieldTree& tree) {
    if (!isHandshake(request)) return;
    std::string value;
    std::string text;
    switch (originOf(request)) {
        case OriginKind::Absent:
            value = "absent";
            text = "none: not a browser";
            break;
        case OriginKind::Same:
            value = "same";
            text = "the host that is asked";
            break;
        case OriginKind::Foreign:
            value = "foreign";
            text = "another host than the one that is asked";
            break;
    }
    tree.addComputed(FieldId::HandshakeOrigin, std::move(value), std::move(text));
}

}  // namespace framescope::websocket
