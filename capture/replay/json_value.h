// JSON from the wire as values: nothing where it is none, or so deep that a walk over it could
// overflow the stack. For implementation files only, since the library's header is heavy.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "dissector/payload/json.h"

namespace framescope::replay {

/// Levels that a value may have, and bytes of its text.
inline constexpr std::size_t kMaxJsonDepth = 256;
inline constexpr std::size_t kMaxJsonText = 16U << 20;

inline std::optional<nlohmann::json> parseJsonValue(std::string_view text) {
    const auto kind =
        jsonKind(text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())));
    if (!kind || text.size() > kMaxJsonText || checkJson(text)) return std::nullopt;
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxJsonDepth) return std::nullopt;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

}  // namespace framescope::replay
