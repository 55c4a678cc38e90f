// Whether many bytes are UTF-8 (RFC 3629), sixteen at a time where the processor can. Says yes or
// no; where something is amiss is found by Utf8Validator.
#pragma once

#include "dissector/core/bytes.h"

namespace framescope {

/// Whether `bytes` are valid UTF-8 and end behind a character. False also where nothing but a look
/// at each byte could tell: on a processor without the instructions for more.
bool isUtf8InBulk(ByteView bytes);

}  // namespace framescope
