// Cuts a text that people wrote into lines short enough to be read whole where there is room for
// one line only. Nothing is copied: a line's place in the text says where its bytes are.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace framescope {

/// The lines of `text`, without their ends (LF or CR LF); a longer one is cut behind a space, or
/// inside of a word that is longer itself, so that each has at most `columns` characters. A
/// character of UTF-8 is never cut, nor the empty line behind a last line end given. The last of at
/// most `most` lines holds all the rest as it stands. Both limits are at least 1.
std::vector<std::string_view> wrappedLines(std::string_view text, std::size_t columns,
                                           std::size_t most);

}  // namespace framescope
