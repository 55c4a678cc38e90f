// A table for a terminal: columns as wide as their widest cell, text to the left, figures to the
// right.
#pragma once

#include <string>
#include <vector>

namespace framescope::cli {

class TextTable {
public:
    enum class Align { Left, Right };

    /// Adds a column, before the first row.
    void addColumn(std::string heading, Align align);
    /// Adds a row: UTF-8 without line ends, one cell a column.
    void addRow(std::vector<std::string> cells);
    /// The headings and the rows, each line ended, two spaces between columns.
    std::string text() const;

private:
    std::vector<Align> m_aligns;
    std::vector<std::vector<std::string>> m_rows{{}};  ///< the headings first
};

}  // namespace framescope::cli
