#include "app/cli/row_printing.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include "capture/session/session_row.h"

namespace framescope::cli {

bool wantsColour(const Output& output) {
    const char* const noColour = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return output.isTerminal() && (noColour == nullptr || *noColour == '\0') &&
           (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

RowPrinting::RowPrinting(const Options& options, const Session& session, Output& output,
                         Flush flush)
    : m_options(options),
      m_session(session),
      m_output(output),
      m_values(session),
      m_flushes(flush == Flush::EveryBatch || output.isTerminal()),
      m_printer(makeRowPrinter(options, wantsColour(output))) {
    m_printer->begin(m_text);
    m_output.write(m_text);
}

/// Whether two threads are quicker: not where somebody counts or waits for each row, and not with
/// compressed messages, which one thread inflates one behind the other.
bool RowPrinting::areManyAndPlain() const {
    if (m_flushes || m_options.maxRows != std::numeric_limits<std::uint64_t>::max() ||
        m_session.rowCount() - m_next < SlicePrinting::kWorthwhile) {
        return false;
    }
    static const bool alone = std::thread::hardware_concurrency() < 2;
    for (RecordId row = m_next; row < m_session.rowCount() && !alone; ++row) {
        if (m_session.record(row).has(kFlagCompressed)) return false;
    }
    return !alone;
}

bool RowPrinting::printNew() {
    if (wantsMore() && areManyAndPlain()) {
        if (m_together == nullptr) {
            m_together = std::make_unique<SlicePrinting>(m_options, m_session, m_output);
        }
        m_together->print(m_next, m_session.rowCount());
        m_next = m_session.rowCount();
        return wantsMore();
    }
    for (; m_next < m_session.rowCount() && wantsMore(); ++m_next) {
        SessionRow row(m_session, m_next, &m_values, m_printer->texts());
        if (!m_options.filter.matches(row)) continue;
        m_text.clear();
        m_printer->print(row, m_text);
        m_output.write(m_text);
        ++m_printed;
    }
    if (m_flushes) m_output.flush();
    return wantsMore();
}

}  // namespace framescope::cli
