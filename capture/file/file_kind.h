// Says what a file is that is not a capture, so that a person sees at once what was taken for one.
#pragma once

#include <string>

#include "dissector/core/bytes.h"

namespace framescope {

/// A few words on what a file is that starts with these (up to 64) bytes, to follow "it is": a
/// known kind of file, text with its beginning, or the first bytes in hex.
std::string describeFileKind(ByteView start);

}  // namespace framescope
