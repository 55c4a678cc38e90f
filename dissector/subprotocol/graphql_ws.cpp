#include "dissector/subprotocol/graphql_ws.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "dissector/layer/pending_rows.h"
#include "dissector/payload/utf8.h"

namespace framescope::graphql {
namespace {

constexpr std::size_t kShownChars = 200;

struct TypeInfo {
    std::string_view name;
    Role role;
    bool needsId;
};
constexpr std::array kTypes = {
    TypeInfo{"connection_init", Role::Connection, false},
    TypeInfo{"connection_ack", Role::Connection, false},
    TypeInfo{"ping", Role::Ping, false},
    TypeInfo{"pong", Role::Pong, false},
    TypeInfo{"subscribe", Role::Request, true},
    TypeInfo{"next", Role::Response, true},
    TypeInfo{"error", Role::Response, true},
    TypeInfo{"complete", Role::End, true},
    // The older subprotocol, also with complete, error and connection_*
    TypeInfo{"start", Role::Request, true},
    TypeInfo{"data", Role::Response, true},
    TypeInfo{"stop", Role::End, true},
    TypeInfo{"ka", Role::Connection, false},
    TypeInfo{"connection_error", Role::Connection, false},
    TypeInfo{"connection_terminate", Role::Connection, false},
};

const TypeInfo* infoOf(std::string_view type) {
    const auto* const found = std::ranges::find(kTypes, type, &TypeInfo::name);
    return found == kTypes.end() ? nullptr : found;
}

bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The name behind `query`, `mutation` or `subscription` at the beginning of a document.
std::optional<std::string> nameInQuery(std::string_view query) {
    constexpr std::string_view kBlanks = " \t\r\n,";
    const auto skip = [&query, kBlanks] {
        const std::size_t at = query.find_first_not_of(kBlanks);
        query.remove_prefix(std::min(at, query.size()));
    };
    const auto word = [&query] {
        std::size_t end = 0;
        while (end < query.size() && isNameChar(query[end])) ++end;
        const std::string_view name = query.substr(0, end);
        query.remove_prefix(end);
        return name;
    };
    skip();
    const std::string_view kind = word();
    if (kind != "query" && kind != "mutation" && kind != "subscription") return std::nullopt;
    skip();
    const std::string_view name = word();
    if (name.empty()) return std::nullopt;
    return std::string(name);
}

std::optional<JsonMembers> payloadOf(const JsonMembers& members) {
    const JsonNode* const payload = members.find("payload");
    if (payload == nullptr) return std::nullopt;
    return readJsonMembers(members.raw(*payload));
}

}  // namespace

Role roleOf(std::string_view type) {
    const TypeInfo* const info = infoOf(type);
    return info == nullptr ? Role::Unknown : info->role;
}

std::optional<std::string> Message::operationName() const {
    const auto payload = payloadOf(members);
    if (!payload) return std::nullopt;
    if (auto name = payload->string("operationName"); name && !name->empty()) return name;
    const auto query = payload->string("query");
    return query ? nameInQuery(*query) : std::nullopt;
}

std::optional<Message> parse(std::string_view text) {
    auto members = readJsonMembers(text);
    if (!members || members->kind != JsonKind::Object) return std::nullopt;
    auto type = members->string("type");
    if (!type) return std::nullopt;
    return Message{std::move(*members), std::move(*type)};
}

void encode(std::string_view type, std::string_view id, std::string_view payload, ByteWriter& out) {
    out.text("{");
    if (!id.empty()) out.text("\"id\":\"" + std::string(id) + "\",");
    out.text("\"type\":\"" + std::string(type) + "\"");
    if (!payload.empty()) out.text(",\"payload\":" + std::string(payload));
    out.text("}");
}

void check(const Message& message, IssueSink& issues) {
    const auto complain = [&issues](FieldId part, std::string detail) {
        issues.add(IssueCode::GraphQlMessageMalformed, static_cast<std::uint16_t>(part),
                   std::move(detail));
    };
    if (!message.members.valid) return complain(FieldId::GraphQl, "it is not valid JSON");
    const TypeInfo* const info = infoOf(message.type);
    if (info == nullptr) return complain(FieldId::GraphQlType, "neither subprotocol has this type");
    const auto id = message.id();
    if (info->needsId && (!id || id->empty())) {
        complain(FieldId::GraphQlType, "its id is missing, empty or not a text");
    }
    if (info->role == Role::Request) {
        const auto payload = payloadOf(message.members);
        if (!payload || payload->find("query") == nullptr) {
            // Persisted queries travel by their hash.
            if (!payload || payload->find("extensions") == nullptr) {
                complain(FieldId::GraphQlType, "its payload has no query");
            }
        }
    }
}

FieldIndex describe(const Message& message, FieldTree& tree, Place place) {
    const JsonMembers& members = message.members;
    const FieldIndex layer =
        tree.open(FieldId::GraphQl, place, members.text.size(), summary(message, kShownChars));
    const auto add = [&](FieldId id, std::string_view name) {
        const JsonNode* const node = members.find(name);
        if (node == nullptr) return;
        std::string value = members.shown(*node);
        std::string shown = printable(value, kShownChars);
        tree.add(id, place.at(node->range.begin), node->range.size(), std::move(value),
                 std::move(shown));
    };
    add(FieldId::GraphQlType, "type");
    add(FieldId::GraphQlId, "id");
    if (const JsonNode* const payload = members.find("payload")) {
        const Place inner = place.at(payload->range.begin);
        const std::string_view raw = members.raw(*payload);
        if (const auto inside = readJsonMembers(raw)) {
            const JsonNode* const name = inside->find("operationName");
            if (name != nullptr && name->kind == JsonKind::String) {
                const std::string value = inside->shown(*name);
                tree.add(FieldId::GraphQlOperationName, inner.at(name->range.begin),
                         name->range.size(), value, printable(value, kShownChars));
            }
            const JsonNode* const query = inside->find("query");
            if (query != nullptr && query->kind == JsonKind::String) {
                const std::string value = inside->shown(*query);
                tree.add(FieldId::GraphQlQuery, inner.at(query->range.begin), query->range.size(),
                         value, printable(value, kShownChars));
            }
        }
        tree.open(FieldId::GraphQlPayload, inner, raw.size(), printable(raw, kShownChars),
                  std::string(raw));
        describeJson(raw, tree, inner);
        tree.close();
    }
    tree.close();
    return layer;
}

std::string summary(const Message& message, std::size_t maxChars) {
    std::string line = printable(message.type, maxChars);
    if (const auto id = message.id()) line += " #" + printable(*id, maxChars);
    if (roleOf(message.type) == Role::Request) {
        if (const auto name = message.operationName()) line += "  " + printable(*name, maxChars);
    }
    if (const JsonNode* const payload = message.members.find("payload")) {
        line += "  " + printable(message.members.raw(*payload), maxChars);
    }
    return elided(std::move(line), maxChars);
}

namespace {

/// Whether an underline or a backslash stands somewhere: without, nothing below needs to look. Most
/// messages have none, and each one is asked about.
bool hasUnderlineOrEscape(std::string_view text) {
    using Block = std::uint8_t __attribute__((vector_size(16)));
    const auto marks = [](const char* at) {
        Block block;
        std::memcpy(&block, at, sizeof block);
        return (block == '_') | (block == '\\');
    };
    if (text.size() < sizeof(Block)) return text.find_first_of("_\\") != std::string_view::npos;
    const std::size_t last = text.size() - sizeof(Block);
    auto seen = marks(text.data() + last);
    for (std::size_t at = 0; at < last; at += sizeof(Block)) seen |= marks(text.data() + at);
    std::array<std::uint64_t, 2> words;
    static_assert(sizeof words == sizeof seen);
    std::memcpy(words.data(), &seen, sizeof words);
    return (words[0] | words[1]) != 0;
}

/// Whether "connection_init" stands somewhere; sought by what is rarest in it.
bool mentionsInit(std::string_view text) {
    constexpr std::string_view kBefore = "connection";
    constexpr std::string_view kBehind = "init";
    for (auto at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
        if (text.substr(0, at).ends_with(kBefore) && text.substr(at + 1).starts_with(kBehind)) {
            return true;
        }
    }
    return false;
}

/// Agreed on; or the client's first message, which neither a person nor another protocol would
/// send.
bool recognise(const MessageView& message, const ConnectionView& connection) {
    if (!message.text) return false;
    if (connection.subprotocol == "graphql-transport-ws" ||
        connection.subprotocol == "graphql-ws") {
        return true;
    }
    if (message.direction != Direction::ClientToServer) return false;
    // The type as it is written as a rule, or else an escape that may stand for some of it.
    const std::string_view text = message.asText();
    if (!hasUnderlineOrEscape(text) || jsonKind(text) != JsonKind::Object) return false;
    if (!mentionsInit(text) && text.find('\\') == std::string_view::npos) return false;
    const auto parsed = parse(text);
    return parsed && parsed->type == "connection_init" && parsed->members.valid;
}

class GraphQlReader : public MessageReader {
public:
    void read(const MessageView& view, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        if (!view.text) return;
        const auto message = parse(view.asText());
        if (!message) {
            // It has no type: whoever gets it closes with 4400.
            return;
        }
        record.protocol = Protocol::GraphQlWs;
        if (view.whole) check(*message, issues);
        const RecordId row = out.nextRow();
        const Role role = roleOf(message->type);
        const auto key = [&](Direction sender, std::string_view kind) {
            return KeyHash().add(sender).add(kind).add(message->id().value_or(""));
        };
        const Direction sender = view.direction;
        const Direction other = opposite(sender);
        switch (role) {
            case Role::Request: {
                const auto name = message->operationName();
                record.name = name ? out.intern(*name) : 0;
                m_waiting.add(key(sender, "operation"), {row, record.name, 0});
                m_running.add(key(sender, "operation"), {row, record.name, 0});
                break;
            }
            case Role::Response:
            case Role::End: {
                // Either side may end an operation; only what the other side asked is answered.
                if (const auto asked = m_waiting.take(key(other, "operation"))) {
                    out.link({row, asked->row, 0, LinkKind::ResponseTo});
                }
                auto running = m_running.find(key(other, "operation"));
                if (!running) running = m_running.find(key(sender, "operation"));
                if (running) record.name = running->name;
                break;
            }
            case Role::Ping:
                m_waiting.add(key(sender, "ping"), {row, 0, 0});
                break;
            case Role::Pong:
                if (const auto ping = m_waiting.take(key(other, "ping"))) {
                    out.link({row, ping->row, 0, LinkKind::PongOf});
                }
                break;
            case Role::Connection:
                if (message->type == "connection_init") {
                    m_waiting.add(key(sender, "init"), {row, 0, 0});
                } else if (const auto init = m_waiting.take(key(other, "init"))) {
                    out.link({row, init->row, 0, LinkKind::ResponseTo});
                }
                break;
            case Role::Unknown:
                break;
        }
    }

private:
    PendingRows m_waiting;
    PendingRows m_running;  ///< names of operations, also of those that were answered
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<GraphQlReader>();
}

void describeMessage(const MessageView& view, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    const auto message = parse(view.asText());
    if (!message) return;
    protocols += ":graphql";
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

const MessageProtocol kMessageProtocol{Protocol::GraphQlWs, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::graphql
