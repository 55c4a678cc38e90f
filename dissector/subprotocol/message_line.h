// The info line of a message that carries several units: each unit's own line, as many as fit; and
// of a payload whose format nobody told: as text if it is text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "dissector/core/bytes.h"
#include "dissector/payload/utf8.h"

namespace framescope {

class MessageLine {
public:
    explicit MessageLine(std::size_t maxChars) : m_maxChars(maxChars) {}

    void add(const std::string& unit) {
        if (!m_line.empty()) m_line += "  |  ";
        m_line += unit;
    }
    bool empty() const { return m_line.empty(); }
    /// Whether what is added now could not be seen.
    bool full() const { return m_line.size() > 4 * m_maxChars; }
    std::string take() { return elided(std::move(m_line), m_maxChars); }

private:
    std::size_t m_maxChars;
    std::string m_line;
};

/// Text on one line if the payload is text, else how long it is. It may have been cut.
inline std::string shownPayload(ByteView payload, std::size_t maxChars) {
    constexpr std::size_t kLongestCharacter = 4;
    const std::string_view begin =
        asText(payload.first(std::min(payload.size(), kLongestCharacter * maxChars)));
    const auto invalid = findInvalidUtf8(begin);
    const bool cut = invalid && *invalid + kLongestCharacter > begin.size();
    const bool text = (!invalid || cut) && begin.find('\0') == std::string_view::npos;
    return text ? printable(begin, maxChars) : byteCountText(payload.size());
}

}  // namespace framescope
