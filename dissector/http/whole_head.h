// A head of which all bytes are at hand, as a row's are: one byte of the empty line that ends it
// may have been damaged in the capture (damagedHeadEnd() in head.h).
#pragma once

#include <optional>

#include "dissector/http/head.h"

namespace framescope::http {

/// As parseHead(), but where there is no empty line, a damaged one at the end of the bytes counts.
std::optional<Head> parseWholeHead(ByteView bytes);
/// The same of bytes up to and with the empty line that HeadEnd has found in them.
Head parseEndedHead(ByteView bytes);

}  // namespace framescope::http
