#include "dissector/engineio/jsonp.h"

#include <algorithm>
#include <array>

namespace framescope::engineio {
namespace {

constexpr std::string_view kScriptBegin = "___eio[";

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// `digits` hexadecimal digits at `at`; nothing if they are not there.
std::optional<std::uint32_t> hexAt(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int digit = hexValue(text[at + i]);
        if (digit < 0) return std::nullopt;
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
}

void appendCharacter(Unescaped& out, std::uint32_t code, std::size_t origin) {
    const auto tail = [&](unsigned shift) {
        out.append(static_cast<char>(0x80 | (code >> shift & 0x3f)), origin);
    };
    if (code < 0x80) {
        out.append(static_cast<char>(code), origin);
    } else if (code < 0x800) {
        out.append(static_cast<char>(0xc0 | code >> 6), origin);
        tail(0);
    } else if (code < 0x10000) {
        out.append(static_cast<char>(0xe0 | code >> 12), origin);
        tail(6);
        tail(0);
    } else {
        out.append(static_cast<char>(0xf0 | code >> 18), origin);
        tail(12);
        tail(6);
        tail(0);
    }
}

/// A \uXXXX escape at `at`, with the second half of its surrogate pair; returns its size, 0 if it
/// is none. Half a pair becomes U+FFFD.
std::size_t appendUnicodeEscape(std::string_view text, std::size_t at, Unescaped& out) {
    const auto unit = hexAt(text, at + 2, 4);
    if (!unit) return 0;
    std::uint32_t code = *unit;
    std::size_t size = 6;
    if (code >= 0xd800 && code < 0xe000) {
        std::optional<std::uint32_t> low;
        if (code < 0xdc00 && text.substr(at + 6, 2) == "\\u") low = hexAt(text, at + 8, 4);
        if (low && *low >= 0xdc00 && *low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (*low - 0xdc00);
            size = 12;
        } else {
            code = 0xfffd;
        }
    }
    appendCharacter(out, code, at);
    return size;
}

char plainEscape(char letter) {
    switch (letter) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'v':
            return '\v';
        case '0':
            return '\0';
        default:
            return letter;
    }
}

}  // namespace

std::size_t Unescaped::origin(std::size_t at) const {
    if (at >= text.size()) return m_end;
    const auto behind = std::ranges::upper_bound(
        m_runs, at, {}, [](const Run& run) { return std::size_t{run.text}; });
    const Run& run = *(behind - 1);
    return run.origin + (at - run.text);
}

void Unescaped::append(char byte, std::size_t origin) {
    const bool runsOn =
        !m_runs.empty() && m_runs.back().origin + (text.size() - m_runs.back().text) == origin;
    if (!runsOn) {
        m_runs.push_back(
            {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(origin)});
    }
    text.push_back(byte);
}

void Unescaped::dropLast() {
    text.pop_back();
    if (!m_runs.empty() && m_runs.back().text >= text.size()) m_runs.pop_back();
}

std::optional<ByteRange> findScriptString(std::string_view body) {
    if (!body.starts_with(kScriptBegin)) return std::nullopt;
    std::size_t at = kScriptBegin.size();
    while (at < body.size() && body[at] >= '0' && body[at] <= '9') ++at;
    constexpr std::string_view kOpen = "](\"";
    if (body.substr(at, kOpen.size()) != kOpen) return std::nullopt;
    at += kOpen.size();
    std::size_t end = at;
    while (end < body.size() && body[end] != '"') {
        end += body[end] == '\\' ? 2 : 1;
    }
    return ByteRange{at, std::min(end, body.size())};
}

std::optional<ByteRange> findFormData(std::string_view body) {
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t end = std::min(body.find('&', at), body.size());
        if (body.substr(at, 2) == "d=") return ByteRange{at + 2, end};
        at = end + 1;
    }
    return std::nullopt;
}

Unescaped unescapeScript(std::string_view escaped) {
    Unescaped out;
    std::size_t at = 0;
    while (at < escaped.size()) {
        const char c = escaped[at];
        if (c != '\\') {
            out.append(c, at++);
            continue;
        }
        if (at + 1 == escaped.size()) break;  // the escape was cut
        const char letter = escaped[at + 1];
        if (letter == 'u') {
            if (const std::size_t size = appendUnicodeEscape(escaped, at, out)) {
                at += size;
                continue;
            }
        } else if (const auto code = letter == 'x' ? hexAt(escaped, at + 2, 2) : std::nullopt) {
            appendCharacter(out, *code, at);
            at += 4;
            continue;
        }
        out.append(plainEscape(letter), at);
        at += 2;
    }
    out.setEnd(at);
    return out;
}

Unescaped unescapeForm(std::string_view escaped) {
    Unescaped out;
    std::size_t backslashes = 0;  // at the end of the text
    std::size_t at = 0;
    while (at < escaped.size()) {
        char c = escaped[at];
        std::size_t size = 1;
        if (c == '+') {
            c = ' ';
        } else if (const auto code = c == '%' ? hexAt(escaped, at + 1, 2) : std::nullopt) {
            c = static_cast<char>(*code);
            size = 3;
        }
        if (c == 'n' && backslashes > 0) {
            const std::size_t origin = out.origin(out.text.size() - 1);
            out.dropLast();
            out.append(backslashes == 1 ? '\n' : 'n', origin);
            backslashes = 0;
        } else {
            out.append(c, at);
            backslashes = c == '\\' ? backslashes + 1 : 0;
        }
        at += size;
    }
    out.setEnd(at);
    return out;
}

std::string wrapScript(std::string_view payload, unsigned index) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string body(kScriptBegin);
    body += std::to_string(index) + "](\"";
    for (std::size_t at = 0; at < payload.size(); ++at) {
        const char c = payload[at];
        const auto byte = static_cast<std::uint8_t>(c);
        const std::string_view three = payload.substr(at, 3);
        if (c == '"' || c == '\\') {
            body += '\\';
            body += c;
        } else if (c == '\n') {
            body += "\\n";
        } else if (byte < 0x20) {
            body += "\\u00";
            body += kHex[byte >> 4];
            body += kHex[byte & 15];
        } else if (three == "\u2028" || three == "\u2029") {
            // Line ends to a script, though not to JSON.
            body += three == "\u2028" ? "\\u2028" : "\\u2029";
            at += 2;
        } else {
            body += c;
        }
    }
    return body + "\");";
}

std::string wrapForm(std::string_view payload) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string body = "d=";
    const auto add = [&](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '*';
        if (plain) {
            body += c;
        } else if (c == ' ') {
            body += '+';
        } else {
            body += '%';
            body += kHex[byte >> 4];
            body += kHex[byte & 15];
        }
    };
    for (std::size_t at = 0; at < payload.size(); ++at) {
        if (payload[at] == '\n') {
            add('\\');
            add('n');
            continue;
        }
        if (payload.substr(at, 2) == "\\n") add('\\');
        add(payload[at]);
    }
    return body;
}

}  // namespace framescope::engineio
