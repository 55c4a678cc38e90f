#include "dissector/websocket/closing.h"

#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"

namespace framescope::websocket {
namespace {

constexpr std::uint16_t kNoStatus = 1005;
constexpr std::uint16_t kAbnormal = 1006;

bool isEnd(EndReason reason) {
    return reason == EndReason::Fin || reason == EndReason::Reset;
}

const char* sideName(Direction sender) {
    return sender == Direction::ClientToServer ? "client" : "server";
}

/// Frames may be missing and none closed it: how it was closed is not known.
bool isUnknown(const WebSocketClosing& closing, EndReason reason) {
    return !closing.begun() && (closing.dataMissing || !isEnd(reason));
}

}  // namespace

std::uint16_t reportedCode(const WebSocketClosing& closing) {
    if (!closing.begun()) return kAbnormal;
    return closing.code == 0 ? kNoStatus : closing.code;
}

bool isClean(const WebSocketClosing& closing, EndReason reason) {
    return closing.answered() && isEnd(reason);
}

std::string closingText(const WebSocketClosing& closing, EndReason reason, Direction by) {
    if (isUnknown(closing, reason)) return {};
    if (!closing.begun()) {
        return std::string(reason == EndReason::Reset ? "reset" : "closed") + " by the " +
               sideName(by) + " without a close frame (" + std::to_string(kAbnormal) + ")";
    }
    std::string text = "closed by the ";
    text += sideName(closing.first);
    if (closing.code == 0) {
        text += " without a code";
    } else {
        text += " with " + std::to_string(closing.code) + " ";
        text += closeCodeName(closing.code);
    }
    if (!closing.answered()) {
        text += closing.dataMissing ? "" : ", not answered";
    } else if (isClean(closing, reason)) {
        text += ", clean";
    }
    if (reason == EndReason::Reset) text += std::string(", reset by the ") + sideName(by);
    return text;
}

void describeClosing(const WebSocketClosing& closing, EndReason reason, Direction by,
                     std::string_view reasonText, FieldTree& tree) {
    std::string text = closingText(closing, reason, by);
    if (text.empty()) return;
    tree.open(FieldId::WebSocketClosing, Place{}, 0, std::move(text));
    tree.addComputed(FieldId::WebSocketCloseClean, std::uint64_t{isClean(closing, reason)});
    tree.addComputed(FieldId::WebSocketCloseBy,
                     std::string(sideName(closing.begun() ? closing.first : by)));
    const std::uint16_t code = reportedCode(closing);
    std::string name = std::to_string(code) + " ";
    name += closeCodeName(code);
    tree.addComputed(FieldId::WebSocketCloseCode, std::uint64_t{code}, std::move(name));
    if (closing.reason != 0) {
        tree.addComputed(FieldId::WebSocketCloseReason, std::string(reasonText),
                         printable(reasonText));
    }
    tree.close();
}

}  // namespace framescope::websocket
