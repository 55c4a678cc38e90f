// The ways of printing rows: each makes the text of one row.
#pragma once

#include <memory>
#include <string>

#include "app/cli/options.h"
#include "capture/session/session_row.h"

namespace framescope::cli {

class RowPrinter {
public:
    virtual ~RowPrinter() = default;
    /// Appends what stands before the first row.
    virtual void begin(std::string& out) { static_cast<void>(out); }
    /// Whether it looks at lines of a row's tree, or at values alone.
    virtual TreeTexts texts() const { return TreeTexts::With; }
    /// Appends the text of a row, with its line ends.
    virtual void print(SessionRow& row, std::string& out) = 0;
};

/// The printer for -T and what goes with it. `colour`: the reader is a terminal that likes it.
std::unique_ptr<RowPrinter> makeRowPrinter(const Options& options, bool colour);

}  // namespace framescope::cli
