#include "dissector/record/row_link.h"

#include <array>

namespace framescope {
namespace {

struct LinkNames {
    LinkKind kind;
    std::string_view name;
    std::string_view ofEarlier;
    std::string_view ofLater;
};

constexpr std::array kLinks = {
    LinkNames{LinkKind::AckOf, "ack", "acknowledges", "acknowledged by"},
    LinkNames{LinkKind::AttachmentOf, "attachment", "attachment of", "attachment in"},
    LinkNames{LinkKind::PongOf, "pong", "answers the ping in", "answered by the pong in"},
    LinkNames{LinkKind::CloseOf, "close", "answers the close in", "close answered by"},
    LinkNames{LinkKind::ResponseTo, "response", "answers the request in", "answered by"},
    LinkNames{LinkKind::HeartbeatOf, "heartbeat", "heartbeat after", "heartbeat before"},
    LinkNames{LinkKind::ReconnectOf, "reconnect", "reconnects after", "reconnected by"},
    LinkNames{LinkKind::ContinuationOf, "continuation", "continues the event stream of",
              "continued by"},
    LinkNames{LinkKind::PartOf, "part", "continues a packet of", "packet continued in"},
};

const LinkNames& namesOf(LinkKind kind) {
    return kLinks[static_cast<std::size_t>(kind)];
}

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kLinks.size(); ++i) {
        if (static_cast<std::size_t>(kLinks[i].kind) != i) return false;
    }
    return true;
}
static_assert(inOrder(), "the table stands in the order of the enumeration");

}  // namespace

std::string_view linkKindName(LinkKind kind) {
    return namesOf(kind).name;
}

std::string_view linkText(LinkKind kind, bool ofEarlier) {
    return ofEarlier ? namesOf(kind).ofEarlier : namesOf(kind).ofLater;
}

}  // namespace framescope
