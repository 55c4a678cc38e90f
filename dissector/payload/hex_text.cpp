// Line by line. A line is one of a dump when it begins with an offset that equals the bytes read so
// far; then the offset and the text column are left out. Anything else is tokens between
// separators.
#include "dissector/payload/hex_text.h"

#include <algorithm>
#include <optional>

namespace framescope {
namespace {

constexpr std::string_view kSeparators = " \t\r,:;-+{}[]()<>\"'`|";
/// Bytes in a line of a dump.
constexpr std::size_t kDumpLine = 16;

int digitValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool isDigits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return digitValue(c) >= 0; });
}

std::size_t skipBlanks(std::string_view line, std::size_t at) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    return at;
}

/// Where the bytes of a dump's line begin, behind an offset that equals `expected`.
std::optional<std::size_t> behindOffset(std::string_view line, std::size_t expected) {
    std::size_t at = skipBlanks(line, 0);
    if (line.substr(at).starts_with("0x")) at += 2;
    const std::size_t begin = at;
    std::size_t value = 0;
    while (at < line.size() && digitValue(line[at]) >= 0 && at - begin < 16) {
        value = value << 4 | static_cast<std::size_t>(digitValue(line[at]));
        ++at;
    }
    if (at - begin < 4 || value != expected) return std::nullopt;
    if (line.substr(at).starts_with(": ")) return skipBlanks(line, at + 1);
    if (line.substr(at).starts_with("  ")) return skipBlanks(line, at);
    return std::nullopt;
}

/// The part of a dump's line that holds digits: up to its text column.
std::string_view withoutTextColumn(std::string_view bytes) {
    std::size_t digits = 0;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t end = std::min(bytes.find(' ', at), bytes.size());
        const std::string_view token = bytes.substr(at, end - at);
        if (!isDigits(token) || token.size() % 2 != 0) break;
        digits += token.size();
        const std::size_t next = skipBlanks(bytes, end);
        at = next;
        if (digits >= 2 * kDumpLine) break;
        // Wide gaps stand in front of the text, and in the middle of the line.
        const bool middle = digits == kDumpLine;
        if (next - end >= 2 && !middle) break;
    }
    return bytes.substr(0, at);
}

class HexTextReader {
public:
    std::variant<Bytes, HexTextError> read(std::string_view text) {
        while (!text.empty()) {
            ++m_line;
            const std::size_t end = std::min(text.find('\n'), text.size());
            if (!readLine(text.substr(0, end))) return m_error;
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return std::move(m_bytes);
    }

private:
    bool readLine(std::string_view line) {
        if (const auto begin = behindOffset(line, m_bytes.size())) {
            m_isDump = true;
            return readTokens(line, *begin, *begin + withoutTextColumn(line.substr(*begin)).size());
        }
        // A dump may end with the offset behind its last byte.
        if (m_isDump && behindOffset(std::string(line) + "  ", m_bytes.size())) return true;
        return readTokens(line, 0, line.size());
    }

    bool readTokens(std::string_view line, std::size_t at, std::size_t end) {
        // As Node.js prints its buffers.
        constexpr std::string_view kBuffer = "<Buffer ";
        if (line.substr(skipBlanks(line, at)).starts_with(kBuffer)) {
            at = skipBlanks(line, at) + kBuffer.size();
        }
        while (at < end) {
            if (kSeparators.find(line[at]) != std::string_view::npos) {
                ++at;
                continue;
            }
            const std::string_view rest = line.substr(at, end - at);
            if (rest.starts_with("0x") || rest.starts_with("0X") || rest.starts_with("\\x")) {
                at += 2;
            }
            const std::size_t begin = at;
            while (at < end && digitValue(line[at]) >= 0) {
                // "0x" begins the next value where digits stand close together.
                if (line[at] == '0' && at + 1 < end && (line[at + 1] | 0x20) == 'x') break;
                ++at;
            }
            const std::string_view digits = line.substr(begin, at - begin);
            if (digits.empty()) return fail(at, "This is no hex digit.");
            const std::string_view behind = line.substr(at, end - at);
            const bool goesOn = !behind.empty() && behind[0] != '0' && behind[0] != '\\' &&
                                kSeparators.find(behind[0]) == std::string_view::npos;
            if (digits.size() % 2 != 0 && goesOn) return fail(at, "This is no hex digit.");
            if (!append(digits)) return fail(begin, "Hex digits come in pairs; one is missing.");
        }
        return true;
    }

    bool append(std::string_view digits) {
        if (digits.size() % 2 != 0) return false;
        for (std::size_t i = 0; i < digits.size(); i += 2) {
            m_bytes.push_back(
                static_cast<std::uint8_t>(digitValue(digits[i]) << 4 | digitValue(digits[i + 1])));
        }
        return true;
    }

    bool fail(std::size_t at, std::string sentence) {
        m_error = {m_line, at + 1, std::move(sentence)};
        return false;
    }

    Bytes m_bytes;
    std::size_t m_line = 0;
    bool m_isDump = false;  ///< a line with an offset was seen
    HexTextError m_error;
};

}  // namespace

std::variant<Bytes, HexTextError> parseHexText(std::string_view text) {
    return HexTextReader().read(text);
}

}  // namespace framescope
