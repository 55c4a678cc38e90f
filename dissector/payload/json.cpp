// What is only asked whether it is valid is skimmed. The tree is built in one run over the tokens,
// after another one that made sure of the text.
#include "dissector/payload/json.h"

#include "dissector/payload/json_skim.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::size_t kShownChars = 200;

std::string_view slice(std::string_view text, ByteRange range) {
    return text.substr(range.begin, range.size());
}

/// The first element of an array as it is written, if it is a string or a number; empty otherwise.
std::string_view firstElement(std::string_view arrayText, bool& escaped) {
    const char* const end = arrayText.data() + arrayText.size();
    const char* at = json_scan::endOfBlanks(arrayText.data(), end);
    if (at == end || *at != '[') return {};
    at = json_scan::endOfBlanks(at + 1, end);
    if (at == end) return {};
    escaped = false;
    const char* const behind =
        *at == '"' ? json_skim::skipString(at, end, escaped) : json_skim::skipNumber(at, end);
    if (behind == nullptr) return {};
    return {at, static_cast<std::size_t>(behind - at)};
}

/// Why a text is refused, or that it is not.
std::optional<JsonError> explainJson(std::string_view text) {
    JsonReader reader(text);
    for (;;) {
        const JsonToken token = reader.next();
        if (token == JsonToken::Error) return reader.error();
        if (token == JsonToken::End) break;
    }
    // Section 8.1: the text is UTF-8. Outside of strings the grammar sees to that already.
    if (const auto at = findInvalidUtf8(text)) return JsonError{*at, "not UTF-8"};
    return std::nullopt;
}

bool opens(JsonToken token) {
    return token == JsonToken::ObjectBegin || token == JsonToken::ArrayBegin;
}

bool closes(JsonToken token) {
    return token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd;
}

unsigned hexValue(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits) {
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value << 4 | static_cast<unsigned>(digit & 15);
    }
    return value;
}

void appendUtf8(std::string& out, char32_t code) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

/// Builds the tree from tokens of a text that is valid.
class TreeBuilder {
public:
    TreeBuilder(std::string_view text, FieldTree& tree, Place place, const TextHook& hook,
                const ObjectHook& objectHook)
        : m_text(text), m_tree(tree), m_place(place), m_hook(hook), m_objectHook(objectHook) {}

    void build(std::string label) {
        JsonReader reader(m_text);
        for (JsonToken token = reader.next(); token != JsonToken::End; token = reader.next()) {
            if (token == JsonToken::Key) {
                m_key = reader.range();
            } else if (closes(token)) {
                closeNode(reader.range().end);
            } else {
                addNode(token, reader.range(), label);
                m_key = {};
            }
        }
    }

private:
    /// A container that is open.
    struct Level {
        FieldIndex field = kNoField;  ///< kNoField: not shown
        bool object = false;
        std::size_t children = 0;
    };

    void addNode(JsonToken token, ByteRange range, std::string& label) {
        Level* const parent = m_levels.empty() ? nullptr : &m_levels.back();
        const std::size_t number = parent == nullptr ? 0 : parent->children++;
        const bool shown = mayShow(parent, range);
        if (shown) {
            const bool member = parent != nullptr && parent->object;
            const FieldId id = parent == nullptr ? FieldId::Json
                               : member          ? FieldId::JsonMember
                                                 : FieldId::JsonElement;
            const std::uint64_t begin = member ? m_key.begin : range.begin;
            std::string text;
            FieldValue value;
            if (!opens(token)) {
                text = m_tree.text([&] { return printable(slice(m_text, range), kShownChars); });
                value = token == JsonToken::String ? unescapeJson(slice(m_text, range))
                                                   : std::string(slice(m_text, range));
            }
            const FieldIndex field = m_tree.open(id, m_place.at(begin), range.end - begin,
                                                 std::move(text), std::move(value));
            if (!m_tree.wantsTexts()) {
                // It has no label either.
            } else if (parent == nullptr) {
                m_tree.setLabel(field, std::move(label));
            } else if (member) {
                m_tree.setLabel(field, printable(unescapeJson(slice(m_text, m_key)), kShownChars));
            } else {
                m_tree.setLabel(field, std::to_string(number));
            }
            if (m_hook && token == JsonToken::String) m_hook(unescapeJson(slice(m_text, range)));
            if (!opens(token)) m_tree.close();
            if (opens(token)) m_levels.push_back({field, token == JsonToken::ObjectBegin, 0});
        } else if (opens(token)) {
            m_levels.push_back({kNoField, token == JsonToken::ObjectBegin, 0});
        }
    }

    /// Counts a node; puts a line in the place of the first one that is too many.
    bool mayShow(const Level* parent, ByteRange range) {
        if (m_nodes == kMaxJsonNodes) {
            if (!m_cut && parent != nullptr && parent->field != kNoField) {
                const FieldIndex more = m_tree.add(FieldId::JsonElement, m_place.at(range.begin), 0,
                                                   {}, "more is there but not shown");
                m_tree.setLabel(more, "\u2026");
                m_cut = true;
            }
            return false;
        }
        ++m_nodes;
        return true;
    }

    void closeNode(std::uint64_t end) {
        const Level level = m_levels.back();
        m_levels.pop_back();
        if (level.field == kNoField) return;
        const std::uint64_t begin = m_tree[level.field].range.begin - m_place.offset;
        m_tree.setSize(level.field, end - begin);
        if (m_tree.wantsTexts()) m_tree.setText(level.field, countText(level));
        if (m_objectHook && level.object) m_objectHook(end, level.field);
        m_tree.close();
    }

    static std::string countText(const Level& level) {
        const std::string count = groupedDigits(level.children);
        const bool one = level.children == 1;
        return level.object ? "{" + count + (one ? " member}" : " members}")
                            : "[" + count + (one ? " element]" : " elements]");
    }

    std::string_view m_text;
    FieldTree& m_tree;
    Place m_place;
    const TextHook& m_hook;
    const ObjectHook& m_objectHook;
    std::vector<Level> m_levels;
    ByteRange m_key;
    std::size_t m_nodes = 0;
    bool m_cut = false;
};

}  // namespace

JsonKind jsonKindOf(JsonToken token) {
    switch (token) {
        case JsonToken::ObjectBegin:
            return JsonKind::Object;
        case JsonToken::ArrayBegin:
            return JsonKind::Array;
        case JsonToken::String:
            return JsonKind::String;
        case JsonToken::Number:
            return JsonKind::Number;
        case JsonToken::True:
            return JsonKind::True;
        case JsonToken::False:
            return JsonKind::False;
        default:
            return JsonKind::Null;
    }
}

std::optional<JsonError> checkJson(std::string_view text) {
    if (skimJson(text, [](const JsonNode&) {}) && isValidUtf8(text)) return std::nullopt;
    return explainJson(text);
}

std::optional<std::vector<JsonNode>> jsonChildren(std::string_view text, std::size_t limit) {
    const auto kind = jsonKind(text);
    if (kind != JsonKind::Object && kind != JsonKind::Array) return std::nullopt;
    std::vector<JsonNode> nodes;
    const auto keep = [&nodes, limit](const JsonNode& node) {
        if (nodes.size() < limit) nodes.push_back(node);
    };
    if (!skimJson(text, keep)) return std::nullopt;
    return nodes;
}

std::optional<JsonKind> jsonKind(std::string_view text) {
    const char* const end = text.data() + text.size();
    const char* const at = json_scan::endOfBlanks(text.data(), end);
    if (at == end) return std::nullopt;
    switch (*at) {
        case '{':
            return JsonKind::Object;
        case '[':
            return JsonKind::Array;
        case '"':
            return JsonKind::String;
        case 't':
            return JsonKind::True;
        case 'f':
            return JsonKind::False;
        case 'n':
            return JsonKind::Null;
        default:
            if (*at == '-' || json_scan::isDigit(*at)) return JsonKind::Number;
            return std::nullopt;
    }
}

std::string unescapeJson(std::string_view quoted) {
    if (quoted.starts_with('"')) quoted.remove_prefix(1);
    if (quoted.ends_with('"')) quoted.remove_suffix(1);
    const std::size_t begin = quoted.find('\\');
    if (begin == std::string_view::npos) return std::string(quoted);
    std::string out;
    out.reserve(quoted.size());
    out.append(quoted, 0, begin);
    for (std::size_t i = begin; i < quoted.size(); ++i) {
        if (quoted[i] != '\\' || i + 1 == quoted.size()) {
            out += quoted[i];
            continue;
        }
        constexpr std::string_view kLetters = "bfnrt";
        constexpr std::string_view kMeanings = "\b\f\n\r\t";
        const char kind = quoted[++i];
        if (const std::size_t at = kLetters.find(kind); at != std::string_view::npos) {
            out += kMeanings[at];
        } else if (kind == 'u' && i + 4 < quoted.size()) {
            char32_t code = hexValue(quoted.substr(i + 1, 4));
            i += 4;
            const bool high = code >= 0xd800 && code < 0xdc00;
            if (high && i + 6 < quoted.size() && quoted.substr(i + 1, 2) == "\\u") {
                const char32_t low = hexValue(quoted.substr(i + 3, 4));
                if (low >= 0xdc00 && low < 0xe000) {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    i += 6;
                }
            }
            appendUtf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
        } else {
            out += kind;
        }
    }
    return out;
}

std::optional<std::string> firstStringOf(std::string_view arrayText) {
    bool escaped = false;
    const std::string_view first = firstElement(arrayText, escaped);
    if (first.empty()) return std::nullopt;
    return first[0] == '"' ? unescapeJson(first) : std::string(first);
}

std::string_view firstStringOf(std::string_view arrayText, std::string& unescaped) {
    bool escaped = false;
    const std::string_view first = firstElement(arrayText, escaped);
    if (escaped) return unescaped = unescapeJson(first);
    return first.starts_with('"') ? first.substr(1, first.size() - 2) : first;
}

bool beginsWithString(std::string_view arrayText) {
    bool escaped = false;
    return !firstElement(arrayText, escaped).empty();
}

std::string quotedJson(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : replaceInvalidUtf8(text)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

bool describeJson(std::string_view text, FieldTree& tree, Place place, std::string label,
                  const TextHook& hook, const ObjectHook& objectHook) {
    if (checkJson(text)) return false;
    describeValidJson(text, tree, place, std::move(label), hook, objectHook);
    return true;
}

void describeValidJson(std::string_view text, FieldTree& tree, Place place, std::string label,
                       const TextHook& hook, const ObjectHook& objectHook) {
    TreeBuilder(text, tree, place, hook, objectHook).build(std::move(label));
}

}  // namespace framescope
