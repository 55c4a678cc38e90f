// What bytes without a schema can be taken for in Protocol Buffers: the contents of a
// length-delimited field, and a whole payload.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

enum class LengthGuess : std::uint8_t { Empty, Text, Message, Packed, ByteString };

/// What a length-delimited field holds. Printable UTF-8 is text, unless it begins with a line break
/// or tab and reads as fields too; what reads as plausible fields is a message; two or more small
/// varints in their shortest form are a packed list; the rest is bytes.
LengthGuess guessLength(ByteView content);
/// The evidence in a few words: "printable UTF-8".
std::string_view whyLengthGuess(LengthGuess guess);

/// Valid as a message of at least one field, every number in its shortest form, no field number
/// that the language reserves (19000 to 19999) or that hardly anybody uses (20000 and above).
bool isPlausibleProtobuf(ByteView bytes);

/// How unlikely it is that bytes of another kind read as this message, in bits; 0 if they are no
/// plausible message.
double protobufEvidence(ByteView bytes);

}  // namespace framescope
