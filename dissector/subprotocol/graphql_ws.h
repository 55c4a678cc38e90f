// GraphQL over WebSocket: JSON objects with a type. Two subprotocols share the outline and differ
// in the types: graphql-transport-ws (of the graphql-ws library), and the older one which calls
// itself graphql-ws (of subscriptions-transport-ws). Parse, encode, check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/json_members.h"

namespace framescope::graphql {

/// A message; a view of its text.
struct Message {
    JsonMembers members;
    std::string type;

    std::optional<std::string> id() const { return members.string("id"); }
    /// The payload's operationName, or the name that stands in its query.
    std::optional<std::string> operationName() const;
    bool operator==(const Message& other) const { return members.text == other.members.text; }
};

/// How a type of message belongs together with others of the same id.
enum class Role : std::uint8_t { Unknown, Connection, Ping, Pong, Request, Response, End };
/// `Unknown` for a text that is no type in either subprotocol.
Role roleOf(std::string_view type);

/// Nothing if the text begins no JSON object with a member `type` that is a text. It may be cut.
std::optional<Message> parse(std::string_view text);
/// {"id":...,"type":...,"payload":...}; an empty id or payload is left out, the payload is JSON.
void encode(std::string_view type, std::string_view id, std::string_view payload, ByteWriter& out);
void check(const Message& message, IssueSink& issues);
FieldIndex describe(const Message& message, FieldTree& tree, Place place);
/// `subscribe #1  onNews  {"query":...}`.
std::string summary(const Message& message, std::size_t maxChars);

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::graphql
