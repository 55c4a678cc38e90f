// Bytes written down as hex digits, in any of the notations people paste: runs of digits, 0x81,
// \x81, C arrays, colons or dashes in between, and the dumps of xxd, hexdump -C, tshark -x and
// tcpdump -x with their offsets and text columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "dissector/core/bytes.h"

namespace framescope {

/// Where a text stops being hex digits; both count from 1.
struct HexTextError {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string sentence;
};

/// Reads all of `text`. Digits come in pairs; what separates them says nothing.
std::variant<Bytes, HexTextError> parseHexText(std::string_view text);

}  // namespace framescope
