// Where a binary attachment stands in the JSON of a BINARY_EVENT or BINARY_ACK:
// {"_placeholder":true,"num":0}. Found in one pass over the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::socketio {

/// Placeholders that are looked for in one packet.
inline constexpr std::size_t kMaxPlaceholders = 10'000;

struct Placeholder {
    ByteRange range;                      ///< of the object, from the text's first byte
    std::optional<std::uint64_t> number;  ///< from 0; nothing where `num` is missing or no number
};

/// The placeholders of a JSON text in their order, at most kMaxPlaceholders. An object is one
/// whatever else is in it, as the peers have it; of one inside another the outer one counts. Of a
/// text that is not valid JSON, those before the place where it goes wrong.
std::vector<Placeholder> findPlaceholders(std::string_view json);

/// The text with the placeholders replaced by what `text` gives for a number; those for which it
/// gives nothing stay.
template <typename TextOf>
std::string replacePlaceholders(std::string_view json, const TextOf& textOf) {
    std::string result;
    std::size_t done = 0;
    for (const Placeholder& placeholder : findPlaceholders(json)) {
        if (!placeholder.number) continue;
        const std::optional<std::string> text = textOf(*placeholder.number);
        if (!text) continue;
        result += json.substr(done, placeholder.range.begin - done);
        result += *text;
        done = placeholder.range.end;
    }
    result += json.substr(done);
    return result;
}

}  // namespace framescope::socketio
