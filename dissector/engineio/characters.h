// Lengths in payloads of revision 3 are lengths of JavaScript strings, so text is counted in UTF-16
// code units while it stands on the wire in UTF-8; and engine.io 1.x encoded the text to UTF-8
// twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope::engineio {

/// The UTF-16 code units of a text. A stretch that is no UTF-8 counts one, as the U+FFFD that a
/// decoder makes of it.
std::uint64_t utf16Length(std::string_view text);

/// The position behind `units` code units from `from` on; nothing if the text has not that many, or
/// if the last one would be the half of a character.
std::optional<std::size_t> skipUtf16(std::string_view text, std::size_t from, std::uint64_t units);

/// Whether the text's last character may go on behind its end.
bool endsInsideCharacter(std::string_view text);

/// A text that was encoded to UTF-8 twice, decoded once. Nothing if it was not: it has a character
/// beyond U+00FF, its characters taken as bytes are no UTF-8, or it is ASCII and looks the same
/// either way.
std::optional<std::string> undoDoubleUtf8(std::string_view text);
/// Encodes a text in UTF-8 once more.
std::string doDoubleUtf8(std::string_view text);

}  // namespace framescope::engineio
