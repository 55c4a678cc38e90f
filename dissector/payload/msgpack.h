// What the protocols above ask of MessagePack: is it valid, what is at its top, a tree in which
// every node knows its bytes, and one line of JSON. Built on MsgpackReader, so any bytes are safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/item_tree.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// The first thing that is wrong; nothing if `bytes` are one valid value and nothing else.
std::optional<ItemError> checkMsgpack(ByteView bytes);

/// The elements of an array or the members of a map at the top, at most `limit`; nothing if the
/// bytes are not valid or neither of the two.
std::optional<std::vector<ItemNode>> msgpackChildren(ByteView bytes,
                                                     std::size_t limit = kMaxItemNodes);
/// The member of a map at the top whose key is the text `name`: the first one, if several.
std::optional<ItemNode> findMsgpackMember(ByteView map, std::string_view name);

/// A str as its text, an integer as its number; nothing if the bytes are another value. The text
/// lies in `bytes`.
std::optional<std::string_view> msgpackString(ByteView bytes);
std::optional<std::uint64_t> msgpackUnsigned(ByteView bytes);

/// Appends the tree of `bytes`, whose first one stands at `place`: a Msgpack field called `label`
/// (empty: the table's label) with members and elements below. False, and nothing appended, if they
/// are not valid.
bool describeMsgpack(ByteView bytes, FieldTree& tree, Place place, std::string label = {},
                     const TextHook& hook = {});

/// The value as one line of JSON; nothing if it is not valid. Longer than `maxChars` characters:
/// cut, with an ellipsis. What JSON has no form for is an object: {"$binary":N} for N bytes,
/// {"$timestamp":"2018-01-02T03:04:05Z"}, {"$extension":TYPE,"$binary":N}, {"$float":"NaN"}. Keys
/// that are no text become the text of their JSON.
std::optional<std::string> msgpackToJson(ByteView bytes, std::size_t maxChars,
                                         JsonForm form = JsonForm::Tagged);

}  // namespace framescope
