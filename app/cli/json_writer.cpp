// One flag is enough for the commas: whatever was begun last needs none, whatever was ended does.
#include "app/cli/json_writer.h"

#include <array>
#include <charconv>

#include "dissector/field/field_value.h"
#include "dissector/payload/utf8.h"

namespace framescope::cli {
namespace {

constexpr std::uint64_t kFirstInexact = std::uint64_t{1} << 53;
constexpr char kDigits[] = "0123456789abcdef";

/// Bytes that a string of JSON cannot have as they are, or that no terminal should get.
constexpr std::array<bool, 256> kEscaped = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = table['\\'] = table[0x7f] = true;
    return table;
}();

/// How many bytes of the text stand before the first one that is escaped.
std::size_t plainRun(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && !kEscaped[static_cast<std::uint8_t>(text[at])]) ++at;
    return at;
}

}  // namespace

void JsonWriter::key(std::string_view name) {
    separate();
    m_out += '"';
    m_out += name;
    m_out += "\":";
    m_comma = false;
}

void JsonWriter::text(std::string_view value) {
    separate();
    if (isValidUtf8(value)) {
        string(value);
    } else {
        string(replaceInvalidUtf8(value));
    }
}

void JsonWriter::number(std::uint64_t value) {
    if (value >= kFirstInexact) return text(std::to_string(value));
    separate();
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    m_out.append(digits, end);
}

void JsonWriter::boolean(bool value) {
    separate();
    m_out += value ? "true" : "false";
}

void JsonWriter::begin(char bracket) {
    separate();
    m_out += bracket;
    m_comma = false;
}

void JsonWriter::end(char bracket) {
    m_out += bracket;
    m_comma = true;
}

void JsonWriter::separate() {
    if (m_comma) m_out += ',';
    m_comma = true;
}

void JsonWriter::null() {
    separate();
    m_out += "null";
}

void JsonWriter::plain(std::string_view value) {
    separate();
    m_out += '"';
    m_out += value;
    m_out += '"';
}

void JsonWriter::hex(ByteView bytes) {
    separate();
    m_out += '"';
    m_out += formatHex(bytes);
    m_out += '"';
}

void JsonWriter::string(std::string_view value) {
    m_out += '"';
    while (!value.empty()) {
        const std::size_t run = plainRun(value);
        m_out += value.substr(0, run);
        if (run == value.size()) break;
        escape(value[run]);
        value.remove_prefix(run + 1);
    }
    m_out += '"';
}

void JsonWriter::escape(char c) {
    switch (c) {
        case '"':
            m_out += "\\\"";
            return;
        case '\\':
            m_out += "\\\\";
            return;
        case '\n':
            m_out += "\\n";
            return;
        case '\r':
            m_out += "\\r";
            return;
        case '\t':
            m_out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    m_out += "\\u00";
    m_out += kDigits[byte >> 4];
    m_out += kDigits[byte & 15];
}

}  // namespace framescope::cli
