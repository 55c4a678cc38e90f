// The registered codes stand in one table: number, name, whether an endpoint may send it.
#include "dissector/websocket/close.h"

#include <algorithm>
#include <array>

#include "dissector/field/field_id.h"
#include "dissector/payload/utf8.h"

namespace framescope::websocket {
namespace {

struct CloseCode {
    std::uint16_t code;
    std::string_view name;
    bool sendable;
};

// IANA, "WebSocket Close Code Number Registry". Section 7.4.1 keeps 1004 reserved and forbids 1005,
// 1006 and 1015 on the wire: they tell an application what happened where no code was received.
constexpr std::array kCodes = {
    CloseCode{1000, "normal closure", true},
    CloseCode{1001, "going away", true},
    CloseCode{1002, "protocol error", true},
    CloseCode{1003, "unsupported data", true},
    CloseCode{1004, "reserved", false},
    CloseCode{1005, "no status received", false},
    CloseCode{1006, "abnormal closure", false},
    CloseCode{1007, "invalid payload data", true},
    CloseCode{1008, "policy violation", true},
    CloseCode{1009, "message too big", true},
    CloseCode{1010, "mandatory extension", true},
    CloseCode{1011, "internal error", true},
    CloseCode{1012, "service restart", true},
    CloseCode{1013, "try again later", true},
    CloseCode{1014, "bad gateway", true},
    CloseCode{1015, "TLS handshake", false},
    CloseCode{3000, "unauthorized", true},
    CloseCode{3003, "forbidden", true},
    CloseCode{3008, "timeout", true},
};

const CloseCode* registered(std::uint16_t code) {
    const auto* const entry = std::ranges::find(kCodes, code, &CloseCode::code);
    return entry == kCodes.end() ? nullptr : entry;
}

}  // namespace

CloseBody parseCloseBody(ByteView payload) {
    CloseBody body;
    if (payload.size() >= 2) {
        body.code = readBe16(payload.data());
        payload = payload.subspan(2);
    }
    body.reason = asText(payload);
    return body;
}

void encode(const CloseBody& body, ByteWriter& out) {
    if (body.code) out.be16(*body.code);
    out.text(body.reason);
}

void checkClose(const CloseBody& body, IssueSink& issues) {
    if (!body.code) {
        if (!body.reason.empty()) {
            issues.add(IssueCode::WebSocketCloseBodyOneByte,
                       static_cast<std::uint16_t>(FieldId::WebSocketPayloadClose));
        }
        return;
    }
    if (!mayBeSent(*body.code)) {
        std::string detail = std::to_string(*body.code) + " ";
        detail += closeCodeName(*body.code);
        issues.add(IssueCode::WebSocketCloseCodeForbidden,
                   static_cast<std::uint16_t>(FieldId::WebSocketPayloadCloseStatusCode),
                   std::move(detail));
    }
    if (const auto at = findInvalidUtf8(body.reason)) {
        issues.add(IssueCode::WebSocketCloseReasonNotUtf8,
                   static_cast<std::uint16_t>(FieldId::WebSocketPayloadCloseReason),
                   "at byte " + std::to_string(*at) + " of the reason");
    }
}

std::string_view closeCodeName(std::uint16_t code) {
    if (const CloseCode* entry = registered(code)) return entry->name;
    if (code >= 4000 && code < 5000) return "private use";
    if (code >= 1000 && code < 4000) return "not registered";
    return "not defined";
}

bool mayBeSent(std::uint16_t code) {
    if (const CloseCode* entry = registered(code)) return entry->sendable;
    // Section 7.4.2: 3000 to 3999 are for libraries and applications, which may be ahead of the
    // registry; 4000 to 4999 are private.
    return code >= 3000 && code < 5000;
}

}  // namespace framescope::websocket
