// The top level of a JSON text, for protocols that are JSON objects or arrays: their members by
// name and place. Also of a text that was cut: then what stands before the cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/payload/json.h"

namespace framescope {

/// A view: `text` belongs to whoever owns what was read.
struct JsonMembers {
    std::string_view text;
    JsonKind kind = JsonKind::Object;  ///< Object or Array
    bool valid = false;                ///< the text is one value from its first byte to its last
    std::vector<JsonNode> nodes;       ///< a value that was cut reaches to the end of the text

    /// The member called `name`; the last one, as in JavaScript. Null if there is none.
    const JsonNode* find(std::string_view name) const;
    /// The element at `position`, null behind the last one.
    const JsonNode* at(std::size_t position) const;

    std::string_view raw(const JsonNode& node) const;
    /// The member's text, unescaped; nothing if it is no string.
    std::optional<std::string> string(std::string_view name) const;
    std::optional<std::string> string(const JsonNode* node) const;
    /// The member's value if it is an integer from 0 on.
    std::optional<std::uint64_t> number(std::string_view name) const;
    std::optional<std::uint64_t> number(const JsonNode* node) const;
    /// A string unescaped, anything else as it is written.
    std::string shown(const JsonNode& node) const;
};

/// Members or elements at the top of `text`, at most `limit`. Nothing if it begins neither an
/// object nor an array.
std::optional<JsonMembers> readJsonMembers(std::string_view text, std::size_t limit = 64);

}  // namespace framescope
