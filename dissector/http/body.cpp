// The rules of RFC 9112 section 6.3 in their order.
#include "dissector/http/body.h"

#include <charconv>
#include <optional>
#include <string>

#include "dissector/field/field_id.h"

namespace framescope::http {
namespace {

constexpr auto kLengthPart = static_cast<std::uint16_t>(FieldId::HttpContentLength);
constexpr auto kCodingPart = static_cast<std::uint16_t>(FieldId::HttpTransferEncoding);

std::optional<std::uint64_t> parseLength(std::string_view text) {
    std::uint64_t length = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, length);
    // from_chars takes no sign for unsigned numbers, as the grammar (1*DIGIT) wants it.
    if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
    return length;
}

/// Nothing if the headers do not agree on a number.
std::optional<std::uint64_t> agreedLength(const Head& head, IssueSink& issues) {
    std::optional<std::uint64_t> agreed;
    for (const std::string_view element : head.elements("Content-Length")) {
        const auto length = parseLength(element);
        if (!length) {
            issues.add(IssueCode::HttpFramingAmbiguous, kLengthPart,
                       "Content-Length is not a number");
            return std::nullopt;
        }
        if (agreed && *agreed != *length) {
            issues.add(
                IssueCode::HttpFramingAmbiguous, kLengthPart,
                "Content-Length is " + std::to_string(*agreed) + " and " + std::to_string(*length));
            return agreed;
        }
        agreed = length;
    }
    if (!agreed) {
        issues.add(IssueCode::HttpFramingAmbiguous, kLengthPart, "Content-Length is empty");
    }
    return agreed;
}

}  // namespace

BodyFraming bodyFraming(const Head& head, std::string_view requestMethod, IssueSink& issues) {
    const bool response = head.kind == HeadKind::Response;
    if (response) {
        if (head.status == 101) return {BodyKind::Tunnel};
        if (requestMethod == "HEAD" || head.status / 100 == 1 || head.status == 204 ||
            head.status == 304) {
            return {BodyKind::None};
        }
        if (requestMethod == "CONNECT" && head.status / 100 == 2) return {BodyKind::Tunnel};
    }
    const BodyFraming toTheEnd{response ? BodyKind::UntilClose : BodyKind::None};
    const bool hasLength = head.find("Content-Length") != nullptr;
    if (head.find("Transfer-Encoding") != nullptr) {
        if (hasLength) {
            issues.add(IssueCode::HttpFramingAmbiguous, kCodingPart,
                       "Content-Length and Transfer-Encoding are both there");
        }
        const auto codings = head.elements("Transfer-Encoding");
        if (!codings.empty() && equalsIgnoreCase(codings.back(), "chunked")) {
            return {BodyKind::Chunked};
        }
        if (response) return toTheEnd;
        issues.add(IssueCode::HttpFramingAmbiguous, kCodingPart,
                   "the last transfer coding of the request is not chunked");
        // A server cannot tell where such a request ends and should close behind it.
        return {BodyKind::UntilClose};
    }
    if (hasLength) {
        const auto length = agreedLength(head, issues);
        if (!length) return toTheEnd;
        if (*length == 0) return {BodyKind::None};
        return {BodyKind::Length, *length};
    }
    return toTheEnd;
}

bool isInterim(const Head& response) {
    return response.kind == HeadKind::Response && response.status / 100 == 1 &&
           response.status != 101;
}

bool keepsAlive(const Head& head) {
    if (head.lists("Connection", "close")) return false;
    if (head.version == "HTTP/1.0") return head.lists("Connection", "keep-alive");
    return true;
}

}  // namespace framescope::http
