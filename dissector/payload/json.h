// What the protocols above ask of JSON text: is it valid, what is at its top, and a tree in which
// every node knows its bytes. Built on JsonReader, so any bytes in any depth are safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/payload/json_reader.h"
#include "dissector/payload/text_hook.h"

namespace framescope {

/// Kind of a JSON value, told by its first byte.
enum class JsonKind : std::uint8_t { Object, Array, String, Number, True, False, Null };

/// A node of the level that was asked for. Ranges count from the text's first byte.
struct JsonNode {
    JsonKind kind = JsonKind::Null;
    ByteRange range;
    ByteRange keyRange;      ///< with its quotes; empty in an array
    bool keyEscaped = true;  ///< false: there is certainly no backslash in the key
};

/// Nodes a tree shows; a line says that more are not shown.
inline constexpr std::size_t kMaxJsonNodes = 20'000;

/// The first thing that is wrong; nothing if `text` is one valid JSON value.
std::optional<JsonError> checkJson(std::string_view text);

/// The elements of an array or the members of an object at the top of `text`, at most `limit`;
/// nothing if `text` is not valid or neither of the two.
std::optional<std::vector<JsonNode>> jsonChildren(std::string_view text,
                                                  std::size_t limit = kMaxJsonNodes);
/// Kind of a value by its first token; Null for those that begin none.
JsonKind jsonKindOf(JsonToken token);
/// Kind of the value `text` begins with, by its first byte alone; nothing if that begins none.
std::optional<JsonKind> jsonKind(std::string_view text);

/// A JSON string with its quotes as the text it means; \ud800 and the like become U+FFFD.
std::string unescapeJson(std::string_view quoted);
/// Any bytes as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string quotedJson(std::string_view text);

/// The first element of an array if it is a string (unescaped) or a number (as written): the event
/// name of a Socket.IO packet. Looks at nothing behind it.
std::optional<std::string> firstStringOf(std::string_view arrayText);
/// The same without a copy, "" where there is none; where it has escapes, `unescaped` keeps it.
std::string_view firstStringOf(std::string_view arrayText, std::string& unescaped);
/// Whether there is such an element.
bool beginsWithString(std::string_view arrayText);

/// Called with the position behind an object's closing brace and its field, which is still open, so
/// that what is appended to the tree becomes its last child. May give the field another text.
/// Empty: not asked.
using ObjectHook = std::function<void(std::uint64_t end, FieldIndex field)>;

/// Appends the tree of `text`, whose first byte stands at `place`: a Json field called `label`
/// (empty: the table's label) with members and elements below. `hook` is asked about every string
/// that is no name, `objectHook` about every object. False, and nothing appended, if the text is
/// not valid JSON.
bool describeJson(std::string_view text, FieldTree& tree, Place place, std::string label = {},
                  const TextHook& hook = {}, const ObjectHook& objectHook = {});
/// The same for a text that is known to be valid.
void describeValidJson(std::string_view text, FieldTree& tree, Place place, std::string label = {},
                       const TextHook& hook = {}, const ObjectHook& objectHook = {});

}  // namespace framescope
