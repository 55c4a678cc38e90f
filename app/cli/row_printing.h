// Prints the rows of a session that match, as they arrive in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/row_printer.h"
#include "app/cli/slice_printing.h"
#include "capture/session/plain_values.h"
#include "capture/session/session.h"

namespace framescope::cli {

/// Whether rows are coloured: for a terminal that can, unless NO_COLOR says no.
bool wantsColour(const Output& output);

class RowPrinting {
public:
    /// When lines reach the reader: in large blocks (a terminal gets them at once all the same), or
    /// after every batch, as somebody waits for what comes live.
    enum class Flush : std::uint8_t { InBlocks, EveryBatch };

    /// All three must outlive it.
    RowPrinting(const Options& options, const Session& session, Output& output, Flush flush);

    /// Prints what is new. False when nothing more is wanted or can be written.
    bool printNew();
    bool wantsMore() const { return m_printed < m_options.maxRows && !m_output.failed(); }

private:
    bool areManyAndPlain() const;

    const Options& m_options;
    const Session& m_session;
    Output& m_output;
    PlainValues m_values;
    const bool m_flushes;
    std::unique_ptr<RowPrinter> m_printer;
    std::unique_ptr<SlicePrinting> m_together;  ///< once it was of use
    std::string m_text;
    RecordId m_next = 0;
    std::uint64_t m_printed = 0;
};

}  // namespace framescope::cli
