// A text that is valid, as nearly all are, is skimmed; any other is read token by token up to what
// is wrong with it. What is deeper than the top level is passed over.
#include "dissector/payload/json_members.h"

#include <algorithm>
#include <charconv>
#include <ranges>

#include "dissector/payload/json_skim.h"

namespace framescope {
namespace {

bool opens(JsonToken token) {
    return token == JsonToken::ObjectBegin || token == JsonToken::ArrayBegin;
}

bool closes(JsonToken token) {
    return token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd;
}

/// The string in which the text was cut, if that is what stands behind the last member or element;
/// `key` is that of an object's.
void appendCutString(JsonMembers& members, ByteRange key) {
    const bool object = members.kind == JsonKind::Object;
    if (object && key.empty()) return;
    std::size_t at = members.text.find('[') + 1;
    if (!members.nodes.empty()) at = members.nodes.back().range.end;
    if (object) at = key.end;
    at = members.text.find_first_not_of(object ? " \t\r\n:" : " \t\r\n,", at);
    if (at == std::string_view::npos || members.text[at] != '"') return;
    members.nodes.push_back({JsonKind::String, {at, members.text.size()}, key});
}

/// What stands before the place where the text is cut or malformed.
void readUpToFault(JsonMembers& members, std::size_t limit) {
    const std::string_view text = members.text;
    JsonReader reader(text);
    reader.next();
    ByteRange key;
    bool keyEscaped = false;
    std::optional<JsonNode> open;
    for (;;) {
        const JsonToken token = reader.next();
        if (token == JsonToken::End || token == JsonToken::Error) {
            // Cut, or malformed: the value that had begun stands as far as it goes.
            if (open && members.nodes.size() < limit) {
                open->range.end = text.size();
                members.nodes.push_back(*open);
            } else if (members.nodes.size() < limit) {
                appendCutString(members, key);
            }
            break;
        }
        // Depth counts behind the token: 1 behind a plain child, 2 behind the opening of one.
        if (token == JsonToken::Key) {
            if (reader.depth() == 1) {
                key = reader.range();
                keyEscaped = reader.escaped();
            }
            continue;
        }
        if (opens(token)) {
            if (reader.depth() == 2) {
                open = JsonNode{jsonKindOf(token), reader.range(), key, keyEscaped};
            }
            continue;
        }
        if (reader.depth() != 1) continue;
        JsonNode node =
            closes(token) ? *open : JsonNode{jsonKindOf(token), reader.range(), key, keyEscaped};
        node.range.end = reader.range().end;
        open.reset();
        key = {};
        if (members.nodes.size() < limit) members.nodes.push_back(node);
    }
}

}  // namespace

const JsonNode* JsonMembers::find(std::string_view name) const {
    if (kind != JsonKind::Object) return nullptr;
    for (const JsonNode& node : nodes | std::views::reverse) {
        const std::string_view key = text.substr(node.keyRange.begin, node.keyRange.size());
        // With its quotes, and whatever is escaped in it, a key is longer than the name it stands
        // for.
        if (key.size() < name.size() + 2) continue;
        // One that is longer than that by more than its quotes is only the same if it is escaped.
        if (!node.keyEscaped && key.size() != name.size() + 2) continue;
        const bool escaped = node.keyEscaped && key.find('\\') != std::string_view::npos;
        const bool same = escaped ? unescapeJson(key) == name
                                  : key.size() >= 2 && key.substr(1, key.size() - 2) == name;
        if (same) return &node;
    }
    return nullptr;
}

const JsonNode* JsonMembers::at(std::size_t position) const {
    return position < nodes.size() ? &nodes[position] : nullptr;
}

std::string_view JsonMembers::raw(const JsonNode& node) const {
    return text.substr(node.range.begin, node.range.size());
}

std::optional<std::string> JsonMembers::string(std::string_view name) const {
    return string(find(name));
}

std::optional<std::string> JsonMembers::string(const JsonNode* node) const {
    if (node == nullptr || node->kind != JsonKind::String) return std::nullopt;
    return unescapeJson(raw(*node));
}

std::optional<std::uint64_t> JsonMembers::number(std::string_view name) const {
    return number(find(name));
}

std::optional<std::uint64_t> JsonMembers::number(const JsonNode* node) const {
    if (node == nullptr || node->kind != JsonKind::Number) return std::nullopt;
    const std::string_view digits = raw(*node);
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string JsonMembers::shown(const JsonNode& node) const {
    if (node.kind == JsonKind::String) return unescapeJson(raw(node));
    return std::string(raw(node));
}

std::optional<JsonMembers> readJsonMembers(std::string_view text, std::size_t limit) {
    const auto kind = jsonKind(text);
    if (kind != JsonKind::Object && kind != JsonKind::Array) return std::nullopt;
    constexpr std::size_t kUsual = 8;
    JsonMembers members{text, *kind, false, {}};
    members.nodes.reserve(std::min(limit, kUsual));
    members.valid = skimJson(text, [&members, limit](const JsonNode& node) {
        if (members.nodes.size() < limit) members.nodes.push_back(node);
    });
    if (!members.valid) {
        members.nodes.clear();
        readUpToFault(members, limit);
    }
    return members;
}

}  // namespace framescope
