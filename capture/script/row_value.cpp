// Protocols and groups have no value; their line in the tree stands for it. What a pointer names is
// looked for among the tokens, without values being made of them: the text came from the wire, and
// may be deep, or have many members.
#include "capture/script/row_value.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "dissector/payload/json.h"
#include "dissector/payload/json_reader.h"
#include "dissector/payload/utf8.h"

namespace framescope::script {
namespace {

/// An index of an array as a pointer writes it (RFC 6901 section 4); nothing if it is none.
std::optional<std::size_t> indexOf(std::string_view text) {
    std::size_t index = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, index);
    const bool leadingZero = text.size() > 1 && text.front() == '0';
    if (error != std::errc() || stop != end || leadingZero) return std::nullopt;
    return index;
}

/// The text of a member of an object, or of an element of an array; nothing if there is none. Of
/// members of the same name the last one counts.
std::optional<std::string_view> childOf(std::string_view json, std::string_view name) {
    JsonReader reader(json);
    const JsonToken kind = reader.next();
    const bool object = kind == JsonToken::ObjectBegin;
    const auto wanted = object ? std::nullopt : indexOf(name);
    if (!object && (kind != JsonToken::ArrayBegin || !wanted)) return std::nullopt;
    std::optional<std::string_view> found;
    bool named = false;
    std::size_t index = 0;
    std::size_t begin = 0;
    for (JsonToken token = reader.next(); reader.depth() > 0; token = reader.next()) {
        if (token == JsonToken::Error) return std::nullopt;
        const std::size_t depth = reader.depth();
        const ByteRange range = reader.range();
        if (token == JsonToken::Key) {
            if (depth == 1) named = unescapeJson(json.substr(range.begin, range.size())) == name;
            continue;
        }
        const bool opens = token == JsonToken::ObjectBegin || token == JsonToken::ArrayBegin;
        const bool closes = token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd;
        if (!closes && depth == (opens ? 2U : 1U)) begin = range.begin;
        if (opens || depth != 1) continue;
        if (object ? named : index == *wanted) found = json.substr(begin, range.end - begin);
        ++index;
    }
    return found;
}

std::string unescapedToken(std::string_view token) {
    std::string name;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool escape = token[i] == '~' && i + 1 < token.size();
        name += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
    }
    return name;
}

/// The text of the value at a pointer.
std::optional<std::string_view> valueAt(std::string_view json, std::string_view pointer) {
    std::optional<std::string_view> value = json;
    while (value && !pointer.empty()) {
        pointer.remove_prefix(1);  // the slash
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        value = childOf(*value, unescapedToken(token));
        pointer.remove_prefix(token.size());
    }
    return value;
}

}  // namespace

Result<std::string> rowValue(const FieldTree& tree, FieldId field, const std::string& pointer) {
    const FieldInfo& info = fieldInfo(field);
    const FieldIndex index = tree.find(field);
    if (index == kNoField) {
        return Error{"The row that was found has no field " + std::string(info.name) + "."};
    }
    const bool hasValue = tree[index].value.index() != 0;
    std::string text = hasValue ? formatValue(info.type, tree[index].value) : tree.line(index);
    if (pointer.empty()) return text;
    if (checkJson(text) || !isValidUtf8(text)) {
        return Error{"The field " + std::string(info.name) +
                     " of the row that was found holds no "
                     "JSON."};
    }
    const auto value = valueAt(text, pointer);
    if (!value) {
        return Error{"The JSON in " + std::string(info.name) + " has nothing at " + pointer + "."};
    }
    return value->starts_with('"') ? unescapeJson(*value) : std::string(*value);
}

}  // namespace framescope::script
