// Written digit by digit: with -x this is most of the output.
#include "app/cli/hex_dump.h"

#include <algorithm>
#include <cstdio>

namespace framescope::cli {
namespace {

constexpr std::size_t kBytesPerLine = 16;
constexpr char kDigits[] = "0123456789abcdef";

/// Walks the holes beside ascending positions.
class HoleCursor {
public:
    explicit HoleCursor(const std::vector<ByteRange>& holes) : m_holes(holes) {
        std::ranges::sort(m_holes, {}, &ByteRange::begin);
    }
    bool isHole(std::uint64_t position) {
        while (m_next < m_holes.size() && m_holes[m_next].end <= position) ++m_next;
        return m_next < m_holes.size() && m_holes[m_next].contains(position);
    }

private:
    std::vector<ByteRange> m_holes;
    std::size_t m_next = 0;
};

void printOffset(std::size_t offset, std::string& out) {
    char text[24];
    out.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%04zx  ", offset)));
}

}  // namespace

void printHexDump(const Source& source, std::string& out) {
    const Bytes& bytes = source.bytes;
    out += source.name + " (";
    if (source.totalSize > bytes.size()) {
        out += "the first " + std::to_string(bytes.size()) + " of ";
    }
    const std::uint64_t total = std::max<std::uint64_t>(source.totalSize, bytes.size());
    out += std::to_string(total) + (total == 1 ? " byte):\n" : " bytes):\n");
    HoleCursor holes(source.holes);
    for (std::size_t line = 0; line < bytes.size(); line += kBytesPerLine) {
        printOffset(line, out);
        std::string ascii;
        for (std::size_t i = line; i < line + kBytesPerLine; ++i) {
            if (i >= bytes.size()) {
                out += "   ";
            } else if (holes.isHole(i)) {
                out += "-- ";
                ascii += ' ';
            } else {
                const std::uint8_t byte = bytes[i];
                out += {kDigits[byte >> 4], kDigits[byte & 15], ' '};
                ascii += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
            }
        }
        out += "  " + ascii + '\n';
    }
}

}  // namespace framescope::cli
