// The hub protocol of ASP.NET Core SignalR: a handshake in JSON, then messages in JSON, each ended
// by the byte 0x1e, or in MessagePack, each with its length in front (as a base-128 number). A
// WebSocket message may hold several. Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/json_members.h"
#include "dissector/subprotocol/wire_array.h"

namespace framescope::signalr {

/// Numbers of the hub protocol; the handshake has none and is given 0.
enum class MessageType : std::uint8_t {
    Handshake,
    Invocation,
    StreamItem,
    Completion,
    StreamInvocation,
    CancelInvocation,
    Ping,
    Close,
    Ack,
    Sequence,
};
/// "Invocation", "StreamItem", ...; empty for other numbers.
std::string_view typeName(std::uint64_t type);

/// One message. A view; ranges count from the first byte of the WebSocket message.
struct Message {
    WireFormat format = WireFormat::Json;
    MessageType type = MessageType::Handshake;
    bool knownType = true;   ///< false: a number that is no type; `type` means nothing then
    bool terminated = true;  ///< the 0x1e is there; the length is covered
    ByteRange range;         ///< with separator or length
    ByteRange content;       ///< without
    JsonMembers json;        ///< of a message in JSON
    WireArray array;         ///< of one in MessagePack

    std::optional<std::string> invocationId() const;
    std::optional<std::string> target() const;
    std::optional<std::string> error() const;
};

/// Messages of one WebSocket message that are read.
inline constexpr std::size_t kMaxMessages = 1000;

/// The messages in a WebSocket message. Stops at what is none.
std::vector<Message> parse(ByteView bytes);
/// A JSON message with its separator, or a MessagePack array with its length.
void encode(WireFormat format, ByteView content, ByteWriter& out);
void check(const Message& message, IssueSink& issues);
/// Appends the message's line and its fields; the WebSocket message begins at `place`.
FieldIndex describe(const Message& message, FieldTree& tree, Place place);
/// `Invocation #1  Send  ["bob","hi"]`.
std::string summary(const Message& message, std::size_t maxChars);

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::signalr
