// What is asked of a MessagePack or CBOR value: is it valid, what is at its top, a tree, one line
// of JSON. Written once over ItemReader; msgpack.h and cbor.h are the two doors to it. Every
// function takes a reader that has read nothing yet.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/item_reader.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// Nodes a tree shows; a line says that more are not shown.
inline constexpr std::size_t kMaxItemNodes = 20'000;

/// An element of an array or a member of a map. Ranges count from the value's first byte.
struct ItemNode {
    ItemToken kind = ItemToken::Null;  ///< of a container: its begin
    ByteRange range;
    ByteRange keyRange;  ///< empty in an array
};

/// The fields a format's tree is made of.
struct ItemFields {
    FieldId root = FieldId::None;
    FieldId member = FieldId::None;
    FieldId element = FieldId::None;
};

/// The first thing that is wrong; nothing if the bytes are one valid value.
std::optional<ItemError> checkItems(ItemReader&& reader);

/// The entries of an array or map at the top (tags in front of it are passed over), at most
/// `limit`; nothing if the bytes are not valid or neither of the two.
std::optional<std::vector<ItemNode>> itemChildren(ItemReader&& reader, std::size_t limit);

/// Appends the tree of a value that is valid. `label` empty: the table's label of the root.
void describeItems(ItemReader&& reader, const ItemFields& fields, FieldTree& tree, Place place,
                   std::string label, const TextHook& hook);

enum class JsonForm : std::uint8_t {
    Tagged,     ///< {"$binary":N} for N bytes, and the like
    Arguments,  ///< as arguments of an event are shown: N for N bytes; undefined as in JavaScript
};

/// One line of JSON; nothing if the bytes are not valid. See msgpackToJson() for the forms.
std::optional<std::string> itemsToJson(ItemReader&& reader, std::size_t maxChars,
                                       JsonForm form = JsonForm::Tagged);

/// How unlikely it is that bytes of another kind read as this value, in bits: each text, marker
/// and key adds what it excludes. 0 if the bytes are not valid, or a single value without
/// structure.
double itemEvidence(ItemReader&& reader);

}  // namespace framescope
