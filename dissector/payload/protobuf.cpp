// Nested messages are walked by recursion down to kMaxProtobufDepth, groups by a stack of their
// own, since they end in the stream of their parent.
#include "dissector/payload/protobuf.h"

#include <bit>
#include <vector>

#include "dissector/field/field_value.h"
#include "dissector/payload/item_text.h"
#include "dissector/payload/protobuf_guess.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

constexpr std::size_t kShownChars = 200;
/// Numbers of a packed list that stand in its own line.
constexpr std::size_t kShownNumbers = 8;

std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string fieldsText(std::size_t count) {
    return "{" + groupedDigits(count) + (count == 1 ? " field}" : " fields}");
}

/// A number of the wire as the type of the schema means it.
std::string numberText(std::uint64_t value, const ProtobufFieldType& field,
                       const ProtobufTypes& types) {
    const auto low = static_cast<std::uint32_t>(value);
    switch (field.kind) {
        case ProtobufKind::Double:
            return floatText(std::bit_cast<double>(value));
        case ProtobufKind::Float:
            return floatText(static_cast<double>(std::bit_cast<float>(low)), 4);
        case ProtobufKind::Int32:
        case ProtobufKind::Sfixed32:
            return std::to_string(static_cast<std::int32_t>(low));
        case ProtobufKind::Int64:
        case ProtobufKind::Sfixed64:
            return std::to_string(static_cast<std::int64_t>(value));
        case ProtobufKind::Uint32:
        case ProtobufKind::Fixed32:
            return std::to_string(low);
        case ProtobufKind::Sint32:
            return std::to_string(static_cast<std::int32_t>(unzigzag(low)));
        case ProtobufKind::Sint64:
            return std::to_string(unzigzag(value));
        case ProtobufKind::Bool:
            return value != 0 ? "true" : "false";
        case ProtobufKind::Enum: {
            const auto number = static_cast<std::int32_t>(low);
            const std::string_view name = types.enums[field.type].valueName(number);
            return name.empty() ? std::to_string(number) : std::string(name);
        }
        default:
            return std::to_string(value);
    }
}

/// What else the bits of a number without a schema can mean: "varint, as sint -75".
std::string otherMeanings(const ProtobufWireField& field) {
    std::string text(wireTypeName(field.type));
    if (field.type == WireType::Varint) {
        if (field.value > INT64_MAX) {
            text += ", as int64 " + std::to_string(static_cast<std::int64_t>(field.value));
        }
        text += ", as sint " + std::to_string(unzigzag(field.value));
    } else if (field.type == WireType::Fixed32) {
        const auto low = static_cast<std::uint32_t>(field.value);
        text += ", as float " + floatText(static_cast<double>(std::bit_cast<float>(low)), 4);
    } else {
        text += ", as double " + floatText(std::bit_cast<double>(field.value));
    }
    return text;
}

bool packable(ProtobufKind kind) {
    const WireType type = wireTypeOf(kind);
    return type != WireType::Length && type != WireType::GroupBegin;
}

bool wireFits(const ProtobufWireField& field, const ProtobufFieldType& type) {
    if (wireTypeOf(type.kind) == field.type) return true;
    // Readers accept both forms of a repeated field, whichever the schema asks for.
    return type.repeated && packable(type.kind) && field.type == WireType::Length;
}

class TreeBuilder {
public:
    TreeBuilder(ByteView bytes, const ProtobufTypes* types, FieldTree& tree, Place place,
                const TextHook& hook)
        : m_bytes(bytes), m_types(types), m_tree(tree), m_place(place), m_hook(hook) {}

    void build(const ProtobufMessageType* message, std::string label) {
        const FieldIndex root = m_tree.open(FieldId::Protobuf, m_place, m_bytes.size());
        m_tree.setLabel(root, std::move(label));
        std::string text = fieldsText(fields({0, m_bytes.size()}, message, 0));
        if (message != nullptr) text += "  (message " + message->name + ")";
        m_tree.setText(root, std::move(text));
        m_tree.close();
    }

private:
    /// A group that is open.
    struct Group {
        FieldIndex field = kNoField;  ///< kNoField: not shown
        const ProtobufMessageType* outside = nullptr;
        std::size_t outsideCount = 0;
        std::string note;
    };

    /// Appends the fields of the message in `range`; returns how many there are.
    std::size_t fields(ByteRange range, const ProtobufMessageType* message, std::size_t depth) {
        std::vector<Group> groups;
        std::size_t count = 0;
        ProtobufReader reader(m_bytes.subspan(range.begin, range.size()));
        for (;;) {
            const ProtobufToken token = reader.next();
            if (token == ProtobufToken::Error || token == ProtobufToken::End) return count;
            ProtobufWireField field = reader.field();
            shift(field.range, range.begin);
            shift(field.content, range.begin);
            if (token == ProtobufToken::GroupEnd) {
                if (groups.empty()) return count;
                closeGroup(groups.back(), field.range.end, count);
                message = groups.back().outside;
                count = groups.back().outsideCount;
                groups.pop_back();
                continue;
            }
            ++count;
            const ProtobufFieldType* type =
                message == nullptr ? nullptr : message->field(field.number);
            if (token == ProtobufToken::GroupBegin) {
                groups.push_back(openGroup(field, type, message, count));
                const bool known = type != nullptr && type->kind == ProtobufKind::Group;
                message = known ? &m_types->messages[type->type] : nullptr;
                count = 0;
            } else if (mayShow(field.range)) {
                addField(field, type, message != nullptr, depth + groups.size());
            }
        }
    }

    static void shift(ByteRange& range, std::uint64_t by) {
        range.begin += by;
        range.end += by;
    }

    Group openGroup(const ProtobufWireField& field, const ProtobufFieldType* type,
                    const ProtobufMessageType* outside, std::size_t count) {
        Group group{kNoField, outside, count, "  (group)"};
        if (!mayShow(field.range)) return group;
        group.field = m_tree.open(FieldId::ProtobufField, m_place.at(field.range.begin), 0);
        m_tree.setLabel(group.field, type != nullptr ? type->name : std::to_string(field.number));
        if (type == nullptr && outside != nullptr) group.note = "  (group; not in the schema)";
        return group;
    }

    void closeGroup(const Group& group, std::uint64_t end, std::size_t count) {
        if (group.field == kNoField) return;
        m_tree.setSize(group.field, end - (m_tree[group.field].range.begin - m_place.offset));
        m_tree.setText(group.field, fieldsText(count) + group.note);
        m_tree.close();
    }

    void addField(const ProtobufWireField& field, const ProtobufFieldType* type, bool schema,
                  std::size_t depth) {
        const FieldIndex index =
            m_tree.open(FieldId::ProtobufField, m_place.at(field.range.begin), field.range.size());
        m_tree.setLabel(index, type != nullptr ? type->name : std::to_string(field.number));
        std::string note;
        if (type != nullptr && wireFits(field, *type)) {
            addTyped(index, field, *type, depth);
        } else {
            if (type != nullptr) {
                note = "; the schema says " + std::string(protobufKindName(type->kind));
            } else if (schema) {
                note = "; not in the schema";
            }
            addGuessed(index, field, note, depth);
        }
        m_tree.close();
    }

    void finish(FieldIndex index, std::string value, const std::string& shown,
                const std::string& note) {
        m_tree.setValue(index, std::move(value));
        m_tree.setText(index, shown + "  (" + note + ")");
    }

    ByteView bytesOf(ByteRange range) const { return m_bytes.subspan(range.begin, range.size()); }

    void addText(FieldIndex index, ByteRange range, const std::string& note) {
        const std::string_view text = asText(bytesOf(range));
        finish(index, std::string(text), "\"" + printable(text, kShownChars) + "\"", note);
        if (m_hook) m_hook(text);
    }

    void addTyped(FieldIndex index, const ProtobufWireField& field, const ProtobufFieldType& type,
                  std::size_t depth) {
        std::string note(protobufKindName(type.kind));
        if (type.kind == ProtobufKind::Enum) note += " " + m_types->enums[type.type].name;
        if (type.kind == ProtobufKind::Message) note += " " + m_types->messages[type.type].name;
        if (!type.oneof.empty()) note += ", of oneof " + type.oneof;
        if (field.type != WireType::Length) {
            std::string text = numberText(field.value, type, *m_types);
            if (type.kind == ProtobufKind::Enum) {
                const std::string number = std::to_string(static_cast<std::int32_t>(field.value));
                note = number == text ? "no value of " + note : number + ", " + note;
            }
            const std::string shown = text;
            return finish(index, std::move(text), shown, note);
        }
        switch (type.kind) {
            case ProtobufKind::String:
                if (!isValidUtf8(asText(bytesOf(field.content)))) note += ", but not UTF-8";
                return addText(index, field.content, note);
            case ProtobufKind::ByteString: {
                const ByteView content = bytesOf(field.content);
                return finish(index, formatHex(content), binaryText(content), note);
            }
            case ProtobufKind::Message:
                return addMessage(index, field, type, note, depth);
            default:
                return addPacked(index, field.content, type, note);
        }
    }

    void addMessage(FieldIndex index, const ProtobufWireField& field, const ProtobufFieldType& type,
                    const std::string& note, std::size_t depth) {
        const ByteView content = bytesOf(field.content);
        if (depth + 1 >= kMaxProtobufDepth || checkProtobuf(content)) {
            return finish(index, formatHex(content), binaryText(content),
                          note + ", but its bytes are no message");
        }
        const std::size_t count = fields(field.content, &m_types->messages[type.type], depth + 1);
        if (!type.map) {
            m_tree.setText(index, fieldsText(count) + "  (" + note + ")");
            return;
        }
        // An entry's fields are its key and its value (the "Maps" section of the encoding).
        constexpr std::uint32_t kKey = 1;
        const ProtobufFieldType* const key = m_types->messages[type.type].field(kKey);
        for (FieldIndex i = index + 1; key != nullptr && i < m_tree.size(); ++i) {
            if (m_tree[i].parent != index || m_tree[i].label != key->name) continue;
            if (const auto* text = std::get_if<std::string>(&m_tree[i].value)) {
                m_tree.setLabel(index, type.name + "[" + printable(*text, kShownChars) + "]");
            }
        }
        m_tree.setText(index, fieldsText(count) + "  (entry of a map)");
    }

    void addPacked(FieldIndex index, ByteRange content, const ProtobufFieldType& type,
                   const std::string& note) {
        const ByteView bytes = bytesOf(content);
        const WireType wire = wireTypeOf(type.kind);
        const std::size_t width = wire == WireType::Fixed64 ? 8 : wire == WireType::Fixed32 ? 4 : 0;
        std::string line;
        std::size_t count = 0;
        for (std::size_t at = 0; at < bytes.size(); ++count) {
            const std::size_t begin = at;
            std::uint64_t value = 0;
            if (width == 0) {
                const auto number = readVarint(bytes, at);
                if (!number) return cutPacked(index, bytes, note);
                value = *number;
            } else {
                if (bytes.size() - at < width) return cutPacked(index, bytes, note);
                for (std::size_t i = width; i > 0; --i) value = value << 8 | bytes[at + i - 1];
                at += width;
            }
            std::string text = numberText(value, type, *m_types);
            if (count < kShownNumbers) line += (count == 0 ? "" : ", ") + text;
            addNumber({content.begin + begin, content.begin + at}, count, std::move(text));
        }
        if (count > kShownNumbers) line += ", \u2026";
        finish(index, "[" + line + "]", "[" + line + "]",
               "packed " + note + ", " + groupedDigits(count));
    }

    void cutPacked(FieldIndex index, ByteView bytes, const std::string& note) {
        finish(index, formatHex(bytes), binaryText(bytes),
               "packed " + note + ", but the last number is cut off");
    }

    void addNumber(ByteRange range, std::size_t number, std::string text) {
        if (!mayShow(range)) return;
        const FieldIndex element = m_tree.add(FieldId::ProtobufElement, m_place.at(range.begin),
                                              range.size(), std::move(text));
        m_tree.setLabel(element, std::to_string(number));
    }

    void addGuessed(FieldIndex index, const ProtobufWireField& field, const std::string& note,
                    std::size_t depth) {
        if (field.type != WireType::Length) {
            std::string value = std::to_string(field.value);
            const std::string shown = value;
            return finish(index, std::move(value), shown, otherMeanings(field) + note);
        }
        const ByteView content = bytesOf(field.content);
        LengthGuess guess = guessLength(content);
        if (guess == LengthGuess::Message && depth + 1 >= kMaxProtobufDepth) {
            guess = LengthGuess::ByteString;
        }
        const std::string why = std::string(whyLengthGuess(guess)) + note;
        switch (guess) {
            case LengthGuess::Text:
                return addText(index, field.content, why);
            case LengthGuess::Message: {
                const std::size_t count = fields(field.content, nullptr, depth + 1);
                m_tree.setText(index, fieldsText(count) + "  (" + why + ")");
                return;
            }
            case LengthGuess::Packed: {
                std::string line = packedLine(field.content);
                const std::string shown = line;
                return finish(index, std::move(line), shown, why);
            }
            default:
                return finish(index, formatHex(content), binaryText(content), why);
        }
    }

    std::string packedLine(ByteRange content) {
        const ByteView bytes = bytesOf(content);
        std::string line = "[";
        std::size_t count = 0;
        for (std::size_t at = 0; at < bytes.size(); ++count) {
            const std::size_t begin = at;
            const auto value = readVarint(bytes, at);
            if (!value) break;
            std::string text = std::to_string(*value);
            if (count < kShownNumbers) line += (count == 0 ? "" : ", ") + text;
            addNumber({content.begin + begin, content.begin + at}, count, std::move(text));
        }
        return line + (count > kShownNumbers ? ", \u2026]" : "]");
    }

    /// Counts a node; puts a line in the place of the first one that is too many.
    bool mayShow(ByteRange range) {
        if (m_nodes < kMaxProtobufNodes) {
            ++m_nodes;
            return true;
        }
        if (!m_cut) {
            const FieldIndex more = m_tree.add(FieldId::ProtobufElement, m_place.at(range.begin), 0,
                                               {}, "more is there but not shown");
            m_tree.setLabel(more, "\u2026");
            m_cut = true;
        }
        return false;
    }

    ByteView m_bytes;
    const ProtobufTypes* m_types;
    FieldTree& m_tree;
    Place m_place;
    const TextHook& m_hook;
    std::size_t m_nodes = 0;
    bool m_cut = false;
};

}  // namespace

bool describeProtobuf(ByteView bytes, const ProtobufShape& shape, FieldTree& tree, Place place,
                      std::string label, const TextHook& hook) {
    if (checkProtobuf(bytes)) return false;
    TreeBuilder(bytes, shape.types, tree, place, hook).build(shape.message, std::move(label));
    return true;
}

bool fitsProtobufShape(ByteView bytes, const ProtobufShape& shape) {
    if (shape.message == nullptr) return false;
    ProtobufReader reader(bytes);
    std::size_t known = 0;
    for (;;) {
        const ProtobufToken token = reader.next();
        if (token == ProtobufToken::Error) return false;
        if (token == ProtobufToken::End) return known > 0;
        // Fields inside a group belong to another type.
        const bool top = reader.depth() == (token == ProtobufToken::GroupBegin ? 1U : 0U);
        if (!top || token == ProtobufToken::GroupEnd) continue;
        const ProtobufFieldType* const type = shape.message->field(reader.field().number);
        if (type == nullptr) continue;
        if (!wireFits(reader.field(), *type)) return false;
        ++known;
    }
}

}  // namespace framescope
