#include "dissector/subprotocol/wire_array.h"

#include "dissector/payload/json_members.h"
#include "dissector/payload/msgpack.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

using Kind = WireElement::Kind;

Kind kindOf(JsonKind kind) {
    switch (kind) {
        case JsonKind::Object:
            return Kind::Map;
        case JsonKind::Array:
            return Kind::List;
        case JsonKind::String:
            return Kind::Text;
        case JsonKind::Number:
            return Kind::Number;
        case JsonKind::Null:
            return Kind::Null;
        default:
            return Kind::Other;
    }
}

Kind kindOf(ItemToken token) {
    switch (token) {
        case ItemToken::Null:
            return Kind::Null;
        case ItemToken::Unsigned:
        case ItemToken::Negative:
        case ItemToken::Float:
            return Kind::Number;
        case ItemToken::Text:
            return Kind::Text;
        case ItemToken::ArrayBegin:
            return Kind::List;
        case ItemToken::MapBegin:
            return Kind::Map;
        default:
            return Kind::Other;
    }
}

std::optional<WireArray> readJson(ByteView bytes, std::size_t limit) {
    const auto members = readJsonMembers(asText(bytes), limit);
    if (!members || members->kind != JsonKind::Array) return std::nullopt;
    WireArray array{WireFormat::Json, bytes, members->valid, {}};
    for (const JsonNode& node : members->nodes) {
        WireElement element{kindOf(node.kind), node.range, members->number(&node), {}};
        if (node.kind == JsonKind::String) element.text = unescapeJson(members->raw(node));
        array.elements.push_back(std::move(element));
    }
    return array;
}

std::optional<WireArray> readMsgpack(ByteView bytes, std::size_t limit) {
    constexpr std::uint8_t kFixArray = 0x90;
    constexpr std::uint8_t kArray16 = 0xdc;
    constexpr std::uint8_t kArray32 = 0xdd;
    const bool array = !bytes.empty() && ((bytes[0] & 0xf0) == kFixArray || bytes[0] == kArray16 ||
                                          bytes[0] == kArray32);
    if (!array) return std::nullopt;
    const auto children = msgpackChildren(bytes, limit);
    if (!children) return std::nullopt;
    WireArray result{WireFormat::Msgpack, bytes, true, {}};
    for (const ItemNode& node : *children) {
        WireElement element{kindOf(node.kind), node.range, {}, {}};
        const ByteView own = bytes.subspan(node.range.begin, node.range.size());
        if (node.kind == ItemToken::Unsigned) element.number = msgpackUnsigned(own);
        if (const auto text = msgpackString(own)) element.text = *text;
        result.elements.push_back(std::move(element));
    }
    return result;
}

}  // namespace

const WireElement* WireArray::at(std::size_t position) const {
    return position < elements.size() ? &elements[position] : nullptr;
}

ByteView WireArray::bytesOf(const WireElement& element) const {
    return bytes.subspan(element.range.begin, element.range.size());
}

std::string WireArray::json(const WireElement& element, std::size_t maxChars) const {
    const ByteView own = bytesOf(element);
    if (format == WireFormat::Json) {
        // A character has at most four bytes; the rest cannot be seen.
        return std::string(asText(own).substr(0, 4 * maxChars + 4));
    }
    return msgpackToJson(own, maxChars).value_or(std::string());
}

std::optional<WireArray> readWireArray(WireFormat format, ByteView bytes, std::size_t limit) {
    return format == WireFormat::Json ? readJson(bytes, limit) : readMsgpack(bytes, limit);
}

void describeElement(const WireArray& array, const WireElement& element, FieldTree& tree,
                     Place place, std::string label) {
    const Place own = place.at(element.range.begin);
    if (array.format == WireFormat::Json) {
        describeJson(asText(array.bytesOf(element)), tree, own, std::move(label));
    } else {
        describeMsgpack(array.bytesOf(element), tree, own, std::move(label));
    }
}

}  // namespace framescope
