// What is asked of CBOR (RFC 8949): is it well-formed, what is at its top, a tree in which every
// node knows its bytes, and one line of JSON. Built on CborReader, so any bytes are safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/item_tree.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// The first thing that is wrong; nothing if `bytes` are one well-formed data item and nothing
/// else.
std::optional<ItemError> checkCbor(ByteView bytes);

/// The elements of an array or the members of a map at the top, behind any tags, at most `limit`;
/// nothing if the bytes are not well-formed or neither of the two.
std::optional<std::vector<ItemNode>> cborChildren(ByteView bytes,
                                                  std::size_t limit = kMaxItemNodes);

/// Appends the tree of `bytes`, whose first one stands at `place`: a Cbor field called `label`
/// (empty: the table's label) with members, elements and tagged values below. False, and nothing
/// appended, if they are not well-formed.
bool describeCbor(ByteView bytes, FieldTree& tree, Place place, std::string label = {},
                  const TextHook& hook = {});

/// The value as one line of JSON, in the forms of msgpackToJson() and also {"$tag":N,"value":V},
/// {"$undefined":true} and {"$simple":N}; nothing if it is not well-formed.
std::optional<std::string> cborToJson(ByteView bytes, std::size_t maxChars);

}  // namespace framescope
