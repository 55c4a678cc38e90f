// One flag is enough for the commas: whatever was begun last needs none, whatever was ended does.
#include "app/cli/json_writer.h"

#include "dissector/payload/utf8.h"

namespace framescope::cli {
namespace {

constexpr std::uint64_t kFirstInexact = std::uint64_t{1} << 53;
constexpr char kDigits[] = "0123456789abcdef";

}  // namespace

void JsonWriter::key(std::string_view name) {
    separate();
    string(name);
    m_out += ':';
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
    m_out += std::to_string(value);
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

void JsonWriter::string(std::string_view value) {
    m_out += '"';
    for (const char c : value) {
        switch (c) {
            case '"':
                m_out += "\\\"";
                break;
            case '\\':
                m_out += "\\\\";
                break;
            case '\n':
                m_out += "\\n";
                break;
            case '\r':
                m_out += "\\r";
                break;
            case '\t':
                m_out += "\\t";
                break;
            default:
                if (const auto byte = static_cast<std::uint8_t>(c); byte < 0x20 || byte == 0x7f) {
                    m_out += "\\u00";
                    m_out += kDigits[byte >> 4];
                    m_out += kDigits[byte & 15];
                } else {
                    m_out += c;
                }
        }
    }
    m_out += '"';
}

}  // namespace framescope::cli
