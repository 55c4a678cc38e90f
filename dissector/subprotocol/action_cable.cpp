#include "dissector/subprotocol/action_cable.h"

#include <algorithm>
#include <array>

#include "dissector/layer/pending_rows.h"
#include "dissector/payload/utf8.h"

namespace framescope::actioncable {
namespace {

constexpr std::size_t kShownChars = 200;

constexpr std::array kCommands = {std::string_view("subscribe"), std::string_view("unsubscribe"),
                                  std::string_view("message"),   std::string_view("whisper"),
                                  std::string_view("history"),   std::string_view("pong")};
constexpr std::array kTypes = {
    std::string_view("welcome"), std::string_view("ping"), std::string_view("confirm_subscription"),
    std::string_view("reject_subscription"), std::string_view("disconnect")};

template <typename Words>
bool isOneOf(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

std::optional<std::string> memberOf(const std::optional<std::string>& json, std::string_view name) {
    if (!json) return std::nullopt;
    const auto members = readJsonMembers(*json);
    return members ? members->string(name) : std::nullopt;
}

}  // namespace

std::optional<Message> parse(std::string_view text) {
    auto members = readJsonMembers(text);
    if (!members || members->kind != JsonKind::Object) return std::nullopt;
    Message message;
    message.command = members->string("command");
    message.type = members->string("type");
    message.identifier = members->string("identifier");
    if (!message.command && !message.type && !message.identifier) return std::nullopt;
    message.channel = memberOf(message.identifier, "channel");
    message.action = memberOf(members->string("data"), "action");
    message.members = std::move(*members);
    return message;
}

void encode(std::string_view command, std::string_view identifier, std::string_view data,
            ByteWriter& out) {
    const auto quoted = [](std::string_view json) {
        std::string text = "\"";
        for (const char c : json) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        return text + "\"";
    };
    out.text("{\"command\":" + quoted(command));
    if (!identifier.empty()) out.text(",\"identifier\":" + quoted(identifier));
    if (!data.empty()) out.text(",\"data\":" + quoted(data));
    out.text("}");
}

void check(const Message& message, IssueSink& issues) {
    const auto complain = [&issues](FieldId part, std::string detail) {
        issues.add(IssueCode::ActionCableMessageMalformed, static_cast<std::uint16_t>(part),
                   std::move(detail));
    };
    if (!message.members.valid) return complain(FieldId::ActionCable, "it is not valid JSON");
    if (message.command) {
        if (!isOneOf(kCommands, *message.command)) {
            complain(FieldId::ActionCableCommand, "there is no such command");
        } else if (!message.identifier && *message.command != "pong") {
            complain(FieldId::ActionCableCommand, "its identifier is missing");
        }
    } else if (message.type) {
        const bool ofChannel = message.type->ends_with("_subscription");
        if (ofChannel && !message.identifier) {
            complain(FieldId::ActionCableType, "its identifier is missing");
        } else if (!isOneOf(kTypes, *message.type)) {
            complain(FieldId::ActionCableType, "there is no such type");
        }
    }
}

FieldIndex describe(const Message& message, FieldTree& tree, Place place) {
    const JsonMembers& members = message.members;
    const FieldIndex layer =
        tree.open(FieldId::ActionCable, place, members.text.size(), summary(message, kShownChars));
    const auto add = [&](FieldId id, std::string_view name) -> const JsonNode* {
        const JsonNode* const node = members.find(name);
        if (node == nullptr) return nullptr;
        std::string value = members.shown(*node);
        std::string shown = printable(value, kShownChars);
        tree.open(id, place.at(node->range.begin), node->range.size(), std::move(shown),
                  std::move(value));
        return node;
    };
    /// What an inner text says has no bytes of its own: its escapes stand in between.
    const auto inside = [&](FieldId id, const JsonNode* outer,
                            const std::optional<std::string>& value) {
        if (outer == nullptr || !value) return;
        tree.add(id, place.at(outer->range.begin), outer->range.size(), *value,
                 printable(*value, kShownChars));
    };
    if (add(FieldId::ActionCableCommand, "command") != nullptr) tree.close();
    if (add(FieldId::ActionCableType, "type") != nullptr) tree.close();
    if (const JsonNode* const node = add(FieldId::ActionCableIdentifier, "identifier")) {
        inside(FieldId::ActionCableChannel, node, message.channel);
        tree.close();
    }
    if (const JsonNode* const node = add(FieldId::ActionCableData, "data")) {
        inside(FieldId::ActionCableAction, node, message.action);
        tree.close();
    }
    if (const JsonNode* const node = add(FieldId::ActionCableMessage, "message")) {
        if (node->kind == JsonKind::Object || node->kind == JsonKind::Array) {
            describeJson(members.raw(*node), tree, place.at(node->range.begin));
        }
        tree.close();
    }
    if (add(FieldId::ActionCableReason, "reason") != nullptr) tree.close();
    tree.close();
    return layer;
}

std::string summary(const Message& message, std::size_t maxChars) {
    std::string line = message.command ? printable(*message.command, maxChars)
                       : message.type  ? printable(*message.type, maxChars)
                                       : std::string("message");
    const auto add = [&](const std::optional<std::string>& text) {
        if (text) line += "  " + printable(*text, maxChars);
    };
    if (message.channel) {
        add(message.channel);
    } else {
        add(message.identifier);
    }
    add(message.action);
    add(message.members.string("reason"));
    for (const std::string_view name : {"data", "message"}) {
        const JsonNode* const node = message.members.find(name);
        if (node != nullptr) line += "  " + printable(message.members.shown(*node), maxChars);
    }
    return elided(std::move(line), maxChars);
}

namespace {

/// Agreed on; a server without subprotocol would greet and ping like this at the usual path.
bool recognise(const MessageView& message, const ConnectionView& connection) {
    if (!message.text) return false;
    if (connection.subprotocol.starts_with("actioncable-")) return true;
    return message.direction == Direction::ServerToClient && message.asText() == kWelcome &&
           connection.path.find("cable") != std::string_view::npos;
}

class ActionCableReader : public MessageReader {
public:
    void read(const MessageView& view, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        if (!view.text) return;
        const auto message = parse(view.asText());
        if (!message) return;
        record.protocol = Protocol::ActionCable;
        if (view.whole) check(*message, issues);
        if (message->channel) record.name = out.intern(*message->channel);
        if (!message->identifier) return;
        const std::uint64_t key = KeyHash().add(*message->identifier);
        if (message->command == "subscribe") m_subscribing.add(key, {out.nextRow(), 0, 0});
        if (message->type && message->type->ends_with("_subscription")) {
            if (const auto asked = m_subscribing.take(key)) {
                out.link({out.nextRow(), asked->row, 0, LinkKind::ResponseTo});
            }
        }
    }

private:
    PendingRows m_subscribing{256};
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<ActionCableReader>();
}

void describeMessage(const MessageView& view, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    const auto message = parse(view.asText());
    if (!message) return;
    protocols += ":actioncable";
    const FieldIndex layer = describe(*message, dissection.fields, place);
    IssueSink issues;
    if (view.whole) check(*message, issues);
    dissection.fields.attach(issues, layer);
}

std::string summariseMessage(const MessageView& view, const RowContext&, std::size_t maxChars) {
    const auto message = parse(view.asText());
    return message ? summary(*message, maxChars) : printable(view.asText(), maxChars);
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::ActionCable, recognise, makeReader,
                                       describeMessage, summariseMessage};

}  // namespace framescope::actioncable
