// The info line of a message that carries several units: each unit's own line, as many as fit.
#pragma once

#include <cstddef>
#include <string>

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

}  // namespace framescope
