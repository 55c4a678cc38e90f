#include "dissector/http/judge.h"

#include <algorithm>
#include <array>
#include <string>

#include "dissector/field/field_id.h"
#include "dissector/payload/utf8.h"

namespace framescope::http {
namespace {

/// Parameters of a query that are looked at.
constexpr std::size_t kMaxParameters = 256;

/// Names of parameters that carry secrets, in lower case without - and _.
constexpr std::array<std::string_view, 24> kSecretNames = {
    "token",     "accesstoken", "authtoken", "idtoken",     "refreshtoken", "sessiontoken",
    "usertoken", "apitoken",    "bearer",    "bearertoken", "auth",         "authorization",
    "authkey",   "accesskey",   "apikey",    "key",         "secret",       "clientsecret",
    "jwt",       "password",    "passwd",    "pwd",         "csrftoken",    "xauthtoken",
};

bool isSecret(std::string_view name) {
    std::string plain;
    for (const char c : name.substr(0, 32)) {
        if (c == '-' || c == '_' || c == '.') continue;
        plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return std::ranges::find(kSecretNames, plain) != kSecretNames.end();
}

}  // namespace

BodyFraming judgeRequest(const Head& request, IssueSink& issues) {
    check(request, issues);
    const BodyFraming framing = bodyFraming(request, {}, issues);
    if (websocket::isHandshake(request)) websocket::checkRequest(request, issues);
    checkSecrets(request, issues);
    return framing;
}

BodyFraming judgeResponse(const Head& response, std::string_view requestMethod,
                          const websocket::Offer* offer, IssueSink& issues) {
    check(response, issues);
    const BodyFraming framing = bodyFraming(response, requestMethod, issues);
    if (websocket::agreesToWebSocket(response, offer) ||
        websocket::agreesButForStatus(response, offer)) {
        websocket::checkResponse(response, offer, issues);
    }
    return framing;
}

void checkSecrets(const Head& request, IssueSink& issues) {
    if (!request.value("Cookie").empty()) {
        issues.add(IssueCode::HttpCookieInClear, static_cast<std::uint16_t>(FieldId::HttpCookie));
    }
    for (const std::string_view name : {"Authorization", "Proxy-Authorization"}) {
        if (request.value(name).empty()) continue;
        const bool own = name == "Authorization";
        issues.add(
            IssueCode::HttpAuthorizationInClear,
            static_cast<std::uint16_t>(own ? FieldId::HttpAuthorization : FieldId::HttpHeader),
            std::string(name));
    }
    const std::size_t mark = request.target.find('?');
    if (mark == std::string::npos) return;
    std::string_view query = std::string_view(request.target).substr(mark + 1);
    for (std::size_t count = 0; !query.empty() && count < kMaxParameters; ++count) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(parameter.size() + 1, query.size()));
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos || equals + 1 == parameter.size()) continue;
        const std::string_view name = parameter.substr(0, equals);
        if (!isSecret(name)) continue;
        issues.add(IssueCode::HttpTokenInClear,
                   static_cast<std::uint16_t>(FieldId::HttpRequestUriQuery), printable(name, 40));
    }
}

}  // namespace framescope::http
