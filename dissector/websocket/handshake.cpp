// SHA-1 and base64 come from OpenSSL; the comparisons follow RFC 6455 sections 4.1 and 4.2.2.
#include "dissector/websocket/handshake.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

#include "dissector/field/field_id.h"

namespace framescope::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

constexpr auto kKeyPart = static_cast<std::uint16_t>(FieldId::HttpSecWebSocketKey);
constexpr auto kAcceptPart = static_cast<std::uint16_t>(FieldId::HttpSecWebSocketAccept);

/// Value of a base64 digit, -1 for other characters (RFC 4648 section 4).
constexpr int base64Digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

}  // namespace

std::string acceptFor(std::string_view key) {
    std::string text(key);
    text += kGuid;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    // SHA-1 may be switched off by the machine's policy; then no value can be told.
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
        return {};
    }
    std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return {encoded.begin(), encoded.begin() + length};
}

bool isWellFormedKey(std::string_view key) {
    // 16 bytes are 22 digits and two signs of padding; four bits of the last digit are unused.
    if (key.size() != 24 || !key.ends_with("==")) return false;
    const std::string_view digits = key.substr(0, 22);
    return std::ranges::all_of(digits, [](char c) { return base64Digit(c) >= 0; }) &&
           (base64Digit(digits.back()) & 0xf) == 0;
}

bool asksForWebSocket(const http::Head& request) {
    return request.kind == http::HeadKind::Request && request.lists("Upgrade", "websocket");
}

bool agreesToWebSocket(const http::Head& response) {
    return response.kind == http::HeadKind::Response && response.status == 101 &&
           (response.lists("Upgrade", "websocket") ||
            response.find("Sec-WebSocket-Accept") != nullptr);
}

bool namesDeflate(const http::Head& head) {
    return head.lists("Sec-WebSocket-Extensions", "permessage-deflate");
}

void checkKey(const http::Head& request, IssueSink& issues) {
    const http::Header* key = request.find("Sec-WebSocket-Key");
    if (key == nullptr) {
        issues.add(IssueCode::HttpKeyMalformed, 0, "the request has none");
    } else if (!isWellFormedKey(key->value)) {
        issues.add(IssueCode::HttpKeyMalformed, kKeyPart);
    }
}

void checkAccept(const http::Head& response, std::string_view requestKey, IssueSink& issues) {
    checkAcceptIs(response, requestKey.empty() ? std::string() : acceptFor(requestKey), issues);
}

void checkAcceptIs(const http::Head& response, std::string_view expected, IssueSink& issues) {
    const http::Header* accept = response.find("Sec-WebSocket-Accept");
    if (accept == nullptr) {
        issues.add(IssueCode::HttpAcceptMissing);
        return;
    }
    if (!expected.empty() && accept->value != expected) {
        issues.add(IssueCode::HttpAcceptWrong, kAcceptPart, "expected " + std::string(expected));
    }
}

}  // namespace framescope::websocket
