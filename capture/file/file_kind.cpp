// A table of magic numbers, then a guess at text; see file_kind.h.
#include "capture/file/file_kind.h"

#include <algorithm>
#include <string_view>

#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

using namespace std::string_view_literals;

struct Kind {
    std::string_view magic;
    const char* words;
};

// Other capture formats first: these are what people most likely meant to open.
constexpr Kind kinds[] = {
    {"btsnoop\0"sv, "a Bluetooth snoop capture, a format that is not read"},
    {"GMBU"sv, "a Microsoft Network Monitor capture, a format that is not read"},
    {"RTSS"sv, "a Microsoft Network Monitor 1 capture, a format that is not read"},
    {"XCP\0"sv, "a NetXRay or Windows Sniffer capture, a format that is not read"},
    {"TRSNIFF data"sv, "a Sniffer capture, a format that is not read"},
    {"\xfd"
     "7zXZ\0"sv,
     "compressed with xz; what is read as it is are gzip, zstd and lz4"},
    {"BZh"sv, "compressed with bzip2; what is read as it is are gzip, zstd and lz4"},
    {"PK\x03\x04"sv, "a ZIP archive"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"\x89PNG"sv, "a picture"},
    {"\xff\xd8\xff"sv, "a picture"},
    {"%PDF"sv, "a PDF document"},
    {"SQLite format 3\0"sv, "an SQLite database"},
};

bool isTextByte(std::uint8_t byte) {
    return byte >= 0x20 ? byte != 0x7f : byte == '\t' || byte == '\n' || byte == '\r';
}

/// UTF-8 without control characters. The last character may be cut.
bool isText(ByteView start) {
    Utf8Validator validator;
    return std::ranges::all_of(start, isTextByte) && validator.feed(start);
}

std::string quotedLine(std::string_view text) {
    constexpr std::size_t most = 32;
    text = text.substr(0, text.find_first_of("\r\n"));
    std::string line(text.substr(0, most));
    // Bytes above 0x7f may be cut within a character, and a tab moves the line about.
    for (char& c : line) {
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
        if (c == '\t') c = ' ';
    }
    return '"' + line + (text.size() > most ? "...\"" : "\"");
}

std::string hex(ByteView bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) {
        if (!out.empty()) out += ' ';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace

std::string describeFileKind(ByteView start) {
    const std::string_view text = asText(start);
    for (const Kind& kind : kinds) {
        if (text.starts_with(kind.magic)) return kind.words;
    }
    if (isText(start)) return "text that begins with " + quotedLine(text);
    return "an unknown kind of file that begins with the bytes " +
           hex(start.first(std::min<std::size_t>(start.size(), 8)));
}

}  // namespace framescope
