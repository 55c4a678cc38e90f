// A dissection made by hand: a packet with a TCP segment in it that holds a masked WebSocket frame
// with a Socket.IO event, and an issue on one bit of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"

namespace framescope::test {

inline constexpr std::string_view kEvent = R"(42/chat,12["message",{"room":"lobby"}])";

inline std::shared_ptr<Dissection> handMadeDissection() {
    auto made = std::make_shared<Dissection>();
    FieldTree& fields = made->fields;
    const auto text = asBytes(kEvent);
    const SourceId packet = made->addSource(SourceKind::Packet, "Packet", Bytes(132, 0x11));
    const std::string framed = std::string("\x81\xa6\1\2\3\4", 6) + std::string(kEvent);
    const SourceId frame =
        made->addSource(SourceKind::Frame, "Frame", Bytes(framed.begin(), framed.end()));
    const SourceId plain =
        made->addSource(SourceKind::Unmasked, "Unmasked", Bytes(text.begin(), text.end()));

    fields.open(FieldId::Frame, {packet, 0}, 132, "31, 132 bytes");
    fields.addComputed(FieldId::FrameNumber, std::uint64_t{31});
    fields.close();
    fields.open(FieldId::Ip, {packet, 14}, 20, "127.0.0.1 to 127.0.0.1");
    fields.add(FieldId::IpSrc, {packet, 26}, 4, std::uint64_t{0x7f000001});
    fields.close();
    const FieldIndex webSocket =
        fields.open(FieldId::WebSocket, {frame, 0}, framed.size(), "text, final");
    fields.add(FieldId::WebSocketFin, {frame, 0}, 1, std::uint64_t{1}, "final", {0, 1});
    fields.add(FieldId::WebSocketOpcode, {frame, 0}, 1, std::uint64_t{1}, "text (1)", {4, 4});
    fields.add(FieldId::WebSocketMaskingKey, {frame, 2}, 4, std::uint64_t{0x01020304});
    fields.close();
    IssueSink issues;
    issues.add(IssueCode::WebSocketReservedOpcode,
               static_cast<std::uint16_t>(FieldId::WebSocketOpcode));
    fields.attach(issues, webSocket);
    fields.open(FieldId::SocketIo, {plain, 1}, text.size() - 1, "EVENT");
    fields.add(FieldId::SocketIoNsp, {plain, 2}, 5, std::string("/chat"));
    fields.add(FieldId::SocketIoEvent, {plain, 11}, 9, std::string("message"));
    fields.close();
    return made;
}

}  // namespace framescope::test
