// Targets, queries and headers in the few ways in which routes need them.
#include "capture/server/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "dissector/engineio/target.h"

namespace framescope::server {
namespace {

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string decodePercent(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            const int high = hexDigit(text[at + 1]);
            const int low = hexDigit(text[at + 2]);
            if (high >= 0 && low >= 0) {
                result += static_cast<char>(high << 4 | low);
                at += 2;
                continue;
            }
        }
        result += text[at];
    }
    return result;
}

std::string pathOf(std::string_view target) {
    // A proxy is asked with the whole URL (RFC 9112 section 3.2.2).
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
        if (!target.starts_with(scheme)) continue;
        const std::size_t slash = target.find_first_of("/?", scheme.size());
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    return decodePercent(target.substr(0, target.find_first_of("?#")));
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    const std::string_view value = engineio::parameterOf(head.target, name);
    if (value.data() == nullptr) return std::nullopt;
    return decodePercent(value);
}

std::optional<std::uint64_t> Request::number(std::string_view name, std::uint64_t otherwise,
                                             std::uint64_t least, std::uint64_t greatest) const {
    const auto text = parameter(name);
    if (!text) return otherwise;
    std::uint64_t value = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc() || stop != end || value < least || value > greatest) {
        return std::nullopt;
    }
    return value;
}

void Response::add(std::string name, std::string value) {
    http::Header header;
    header.name = std::move(name);
    header.value = std::move(value);
    headers.push_back(std::move(header));
}

std::string_view statusPhrase(std::uint16_t status) {
    struct Phrase {
        std::uint16_t status;
        std::string_view text;
    };
    static constexpr auto kPhrases = std::to_array<Phrase>({
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {418, "I'm a teapot"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    });
    const auto found = std::ranges::find(kPhrases, status, &Phrase::status);
    return found == kPhrases.end() ? std::string_view() : found->text;
}

Response textResponse(std::uint16_t status, std::string_view text) {
    Response response;
    response.status = status;
    response.add("Content-Type", "text/plain; charset=utf-8");
    response.body.assign(text.begin(), text.end());
    response.body.push_back('\n');
    return response;
}

void addCors(const Request& request, Response& response) {
    const std::string origin(request.head.value("Origin"));
    response.add("Access-Control-Allow-Origin", origin.empty() ? "*" : origin);
    if (origin.empty()) return;
    response.add("Access-Control-Allow-Credentials", "true");
    response.add("Vary", "Origin");
    if (!request.is("OPTIONS")) return;
    response.add("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
    const std::string headers(request.head.value("Access-Control-Request-Headers"));
    response.add("Access-Control-Allow-Headers",
                 headers.empty() ? "Content-Type, Last-Event-ID" : headers);
    response.add("Access-Control-Max-Age", "600");
}

}  // namespace framescope::server
