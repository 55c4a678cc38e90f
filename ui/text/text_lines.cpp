#include "ui/text/text_lines.h"

#include <algorithm>

namespace framescope {
namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// How many bytes of `line` go into one of `columns` characters.
std::size_t fitting(std::string_view line, std::size_t columns) {
    std::size_t behindSpace = 0;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (continues(line[at])) continue;
        if (characters == columns) {
            // What is no UTF-8 may consist of nothing but continuations.
            return behindSpace != 0 ? behindSpace : at;
        }
        ++characters;
        if (line[at] == ' ') behindSpace = at + 1;
    }
    return line.size();
}

}  // namespace

std::vector<std::string_view> wrappedLines(std::string_view text, std::size_t columns,
                                           std::size_t most) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at < text.size();) {
        if (lines.size() + 1 >= most) {
            lines.push_back(text.substr(at));
            break;
        }
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t size = fitting(line, std::max<std::size_t>(columns, 1));
        lines.push_back(line.substr(0, size));
        at = size < line.size() ? at + size : end + 1;
    }
    return lines;
}

}  // namespace framescope
