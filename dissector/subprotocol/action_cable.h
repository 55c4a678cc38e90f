// Action Cable of Ruby on Rails (actioncable-v1-json): JSON objects; commands from the client,
// types and messages from the server. What a channel is called, and what is sent to it, are texts
// that hold JSON again. Parse, encode, check, describe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/json_members.h"

namespace framescope::actioncable {

/// A message; a view of its text.
struct Message {
    JsonMembers members;
    std::optional<std::string> command;     ///< of a client: subscribe, unsubscribe, message
    std::optional<std::string> type;        ///< of a server; a message of a channel has none
    std::optional<std::string> identifier;  ///< of a channel, JSON
    std::optional<std::string> channel;     ///< its name, from the identifier
    std::optional<std::string> action;      ///< from the data of a command

    bool operator==(const Message& other) const { return members.text == other.members.text; }
};

/// Nothing if the text begins no JSON object with a command, a type or an identifier. It may be
/// cut.
std::optional<Message> parse(std::string_view text);
/// {"command":...,"identifier":...,"data":...}; empty texts are left out.
void encode(std::string_view command, std::string_view identifier, std::string_view data,
            ByteWriter& out);
void check(const Message& message, IssueSink& issues);
FieldIndex describe(const Message& message, FieldTree& tree, Place place);
/// `message  ChatChannel  speak  {"action":"speak"}`, "confirm_subscription  ChatChannel".
std::string summary(const Message& message, std::size_t maxChars);

/// What a server greets with.
inline constexpr std::string_view kWelcome = R"({"type":"welcome"})";

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::actioncable
