// Judging is left to the dissector's checks; whatever they call an error refuses the handshake.
#include "capture/server/upgrade.h"

#include <algorithm>
#include <array>

#include "dissector/http/head.h"
#include "dissector/issue/issue.h"
#include "dissector/websocket/handshake.h"

namespace framescope::server {
namespace {

constexpr std::string_view kDeflate = "permessage-deflate";
/// Subprotocols that are agreed to, where a client offers them.
constexpr std::array<std::string_view, 2> kSubprotocols = {"echo", "chat"};
/// Whether the server can keep what an offer asks of it.
bool canKeep(const websocket::Extension& offer) {
    if (offer.name != kDeflate) return false;
    IssueSink issues;
    websocket::checkOffers({offer}, issues);
    return issues.empty();
}

std::string faultOf(const Request& request) {
    IssueSink issues;
    websocket::checkRequest(request.head, issues);
    for (const Issue& issue : issues.issues()) {
        // An extension that is not understood is declined, not refused (RFC 6455 section 9.1).
        if (issue.code == IssueCode::HandshakeExtensionParameters) continue;
        const IssueInfo& info = issueInfo(issue.code);
        if (info.severity != Severity::Error) continue;
        return std::string(info.sentence) + " (" + std::string(info.specification) + ")";
    }
    return {};
}

std::string chosenSubprotocol(const Request& request) {
    for (const std::string_view offered : request.head.elements("Sec-WebSocket-Protocol")) {
        if (std::ranges::find(kSubprotocols, offered) != kSubprotocols.end()) {
            return std::string(offered);
        }
    }
    return {};
}

}  // namespace

bool wantsWebSocket(const Request& request) {
    return request.head.lists("Upgrade", "websocket") ||
           (request.head.find("Sec-WebSocket-Key") != nullptr &&
            request.head.lists("Connection", "Upgrade"));
}

std::string agreeToDeflate(const std::vector<websocket::Extension>& offers) {
    const auto offer = std::ranges::find_if(offers, canKeep);
    if (offer == offers.end()) return {};
    std::string agreed(kDeflate);
    for (const websocket::ExtensionParameter& parameter : offer->parameters) {
        // Without a value a client only says that it can be told one (RFC 7692 section 7.1.2.2).
        if (parameter.name == "client_max_window_bits" && !parameter.value) continue;
        agreed += "; " + parameter.name;
        if (parameter.value) agreed += "=" + *parameter.value;
    }
    return agreed;
}

UpgradeAnswer answerUpgrade(const Request& request, const FaultList& faults) {
    UpgradeAnswer answer;
    if (const auto refuse = faults.due(Fault::Refuse)) {
        answer.response =
            textResponse(static_cast<std::uint16_t>(numberOf(*refuse)), "Refused, as asked.");
        return answer;
    }
    const std::string_view version = request.head.value("Sec-WebSocket-Version");
    if (!version.empty() && version != "13") {
        // RFC 6455 section 4.2.2: a version that is not spoken is answered with those that are.
        answer.response = textResponse(426, "Sec-WebSocket-Version is not 13.");
        answer.response.add("Sec-WebSocket-Version", "13");
        answer.response.add("Upgrade", "websocket");
        return answer;
    }
    if (const std::string fault = faultOf(request); !fault.empty()) {
        answer.response = textResponse(400, fault);
        return answer;
    }
    answer.agreed = true;
    Response& response = answer.response;
    response.status = 101;
    response.add("Upgrade", "websocket");
    response.add("Connection", "Upgrade");
    const std::string key = faults.due(Fault::WrongAccept)
                                ? std::string("AAAAAAAAAAAAAAAAAAAAAA==")
                                : std::string(request.head.value("Sec-WebSocket-Key"));
    response.add("Sec-WebSocket-Accept", websocket::acceptFor(key));
    const std::string subprotocol =
        faults.due(Fault::UnaskedSubprotocol) ? "unasked" : chosenSubprotocol(request);
    if (!subprotocol.empty()) response.add("Sec-WebSocket-Protocol", subprotocol);

    const std::vector<websocket::Extension> offers = websocket::extensionsOf(request.head);
    std::string extension = agreeToDeflate(offers);
    if (!extension.empty()) {
        const std::vector<websocket::Extension> agreed = {websocket::parseExtension(extension)};
        answer.compression = websocket::compressionOf(agreed, &offers);
    }
    if (faults.due(Fault::UnaskedExtension)) {
        const bool offered =
            std::ranges::find(offers, kDeflate, &websocket::Extension::name) != offers.end();
        const std::string unasked(offered ? "x-unasked" : kDeflate);
        extension += (extension.empty() ? "" : ", ") + unasked;
    }
    if (!extension.empty()) response.add("Sec-WebSocket-Extensions", extension);
    return answer;
}

}  // namespace framescope::server
