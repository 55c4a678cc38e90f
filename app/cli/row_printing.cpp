#include "app/cli/row_printing.h"

#include <cstdlib>
#include <cstring>

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

bool RowPrinting::printNew() {
    for (; m_next < m_session.rowCount() && wantsMore(); ++m_next) {
        SessionRow row(m_session, m_next, &m_values);
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
