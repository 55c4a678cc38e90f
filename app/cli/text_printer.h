// -T text: a line a row, with -V its tree and with -x its bytes below.
#pragma once

#include "app/cli/row_printer.h"

namespace framescope::cli {

class TextPrinter final : public RowPrinter {
public:
    TextPrinter(bool tree, bool bytes, bool colour)
        : m_tree(tree), m_bytes(bytes), m_colour(colour) {}

    void print(SessionRow& row, std::string& out) override;

private:
    void printLine(const SessionRow& row, std::string& out) const;

    bool m_tree;
    bool m_bytes;
    bool m_colour;
};

}  // namespace framescope::cli
