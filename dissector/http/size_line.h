// The line in front of a chunk (RFC 9112 sections 7.1 and 7.1.1), as it is asked for where nobody
// knows whether a chunk begins at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace framescope::http {

struct SizeLine {
    std::uint64_t size = 0;
    bool extended = false;  ///< with chunk extensions
};

/// Reads a line without its CR LF; nothing if it is none of the grammar, or its size has more than
/// eight digits. White space behind the size is let pass, since some servers pad it.
std::optional<SizeLine> parseSizeLine(std::string_view line);

}  // namespace framescope::http
