#include "app/cli/text_table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace framescope::cli {
namespace {

/// Characters, counting every code point as one column.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & '\xc0') != '\x80'; }));
}

}  // namespace

void TextTable::addColumn(std::string heading, Align align) {
    assert(m_rows.size() == 1);
    m_aligns.push_back(align);
    m_rows.front().push_back(std::move(heading));
}

void TextTable::addRow(std::vector<std::string> cells) {
    assert(cells.size() == m_aligns.size());
    m_rows.push_back(std::move(cells));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths(m_aligns.size());
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - width(row[i]), ' ');
            if (i != 0) line += "  ";
            line += m_aligns[i] == Align::Left ? row[i] + padding : padding + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

}  // namespace framescope::cli
