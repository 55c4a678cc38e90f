// -x: the bytes of a source, sixteen a line.
#pragma once

#include <string>

#include "dissector/field/field_tree.h"

namespace framescope::cli {

/// Appends the source's name and size and its bytes: offset, hexadecimal, ASCII. Bytes that were
/// never captured show as --.
void printHexDump(const Source& source, std::string& out);

}  // namespace framescope::cli
