// WAMP 2 (wamp-proto.org) on WebSocket messages: arrays in JSON or MessagePack that begin with a
// message type. Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/subprotocol/wire_array.h"

namespace framescope::wamp {

/// What stands at a position of a message; which, follows from its type.
enum class Part : std::uint8_t {
    None,
    Realm,
    Uri,  ///< topic, procedure or reason
    Error,
    Session,
    Request,      ///< of a request of its own
    Answers,      ///< the request it belongs to
    RequestType,  ///< type of the request it belongs to
    Subscription,
    Publication,
    Registration,
    Auth,
    Details,
    Args,
    KwArgs,
};

/// A message. `array` has the type at position 0.
struct Message {
    WireArray array;
    std::uint8_t type = 0;  ///< 1 to 70

    /// The element that is this part; null if the message has none.
    const WireElement* find(Part part) const;
};

/// "HELLO", "CALL", ...; empty for a number that is no message type.
std::string_view typeName(std::uint64_t type);

/// Takes one message. Nothing if it is no array that begins with a number, or the number is no
/// message type. JSON may have been cut.
std::optional<Message> parse(WireFormat format, ByteView bytes);
/// Writes [type, parts...] as JSON; the parts are JSON already.
void encode(std::uint8_t type, const std::vector<std::string>& parts, ByteWriter& out);
void check(const Message& message, IssueSink& issues);
/// Appends the message's line and its fields; its first byte stands at `place`.
FieldIndex describe(const Message& message, FieldTree& tree, Place place);
/// `CALL #7  com.example.add  [1,2]`.
std::string summary(const Message& message, std::size_t maxChars);

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::wamp
