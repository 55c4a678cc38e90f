// The door to the functions over ItemReader, with the fields of MessagePack.
#include "dissector/payload/msgpack.h"

#include "dissector/payload/msgpack_reader.h"

namespace framescope {
namespace {

constexpr ItemFields kFields{FieldId::Msgpack, FieldId::MsgpackMember, FieldId::MsgpackElement};

}  // namespace

std::optional<ItemError> checkMsgpack(ByteView bytes) {
    return checkItems(MsgpackReader(bytes));
}

std::optional<std::vector<ItemNode>> msgpackChildren(ByteView bytes, std::size_t limit) {
    return itemChildren(MsgpackReader(bytes), limit);
}

std::optional<ItemNode> findMsgpackMember(ByteView map, std::string_view name) {
    const auto nodes = msgpackChildren(map);
    if (!nodes) return std::nullopt;
    for (const ItemNode& node : *nodes) {
        if (msgpackString(map.subspan(node.keyRange.begin, node.keyRange.size())) == name) {
            return node;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> msgpackString(ByteView bytes) {
    MsgpackReader reader(bytes);
    const Item item = reader.next();
    if (item.token != ItemToken::Text || reader.next().token != ItemToken::End) {
        return std::nullopt;
    }
    return asText(bytes.subspan(item.content.begin, item.content.size()));
}

std::optional<std::uint64_t> msgpackUnsigned(ByteView bytes) {
    MsgpackReader reader(bytes);
    const Item item = reader.next();
    if (item.token != ItemToken::Unsigned || reader.next().token != ItemToken::End) {
        return std::nullopt;
    }
    return item.number;
}

bool describeMsgpack(ByteView bytes, FieldTree& tree, Place place, std::string label,
                     const TextHook& hook) {
    if (checkMsgpack(bytes)) return false;
    describeItems(MsgpackReader(bytes), kFields, tree, place, std::move(label), hook);
    return true;
}

std::optional<std::string> msgpackToJson(ByteView bytes, std::size_t maxChars, JsonForm form) {
    return itemsToJson(MsgpackReader(bytes), maxChars, form);
}

}  // namespace framescope
