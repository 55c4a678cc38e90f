// framescope-cli: a capture in, lines out. Rows are printed batch by batch while the capture is
// read, so the first line comes at once whatever the size of the file.
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "app/cli/hex/hex_input.h"
#include "app/cli/listing.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/row_printer.h"
#include "app/cli/summary.h"
#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/payload/proto_files.h"
#include "capture/session/session.h"
#include "capture/session/session_row.h"

namespace framescope::cli {
namespace {

enum ExitCode { kRead = 0, kBadUsage = 1, kUnreadable = 2, kDamaged = 3 };

void complain(const std::string& sentence) {
    std::cerr << "framescope-cli: " << sentence << '\n';
}

bool wantsColour(const Output& output) {
    const char* const noColour = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    return output.isTerminal() && (noColour == nullptr || *noColour == '\0') &&
           (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

/// Prints the rows that match as they arrive in the session.
class RowPrinting {
public:
    RowPrinting(const Options& options, const Session& session, Output& output)
        : m_options(options),
          m_session(session),
          m_output(output),
          m_printer(makeRowPrinter(options, wantsColour(output))) {
        m_printer->begin(m_text);
        m_output.write(m_text);
    }

    /// Prints what is new. False when nothing more is wanted or can be written.
    bool printNew() {
        for (; m_next < m_session.rowCount() && wantsMore(); ++m_next) {
            SessionRow row(m_session, m_next);
            if (!m_options.filter.matches(row)) continue;
            m_text.clear();
            m_printer->print(row, m_text);
            m_output.write(m_text);
            ++m_printed;
        }
        if (m_output.isTerminal()) m_output.flush();
        return wantsMore();
    }

private:
    bool wantsMore() const { return m_printed < m_options.maxRows && !m_output.failed(); }

    const Options& m_options;
    const Session& m_session;
    Output& m_output;
    std::unique_ptr<RowPrinter> m_printer;
    std::string m_text;
    RecordId m_next = 0;
    std::uint64_t m_printed = 0;
};

int readCapture(const Options& options, Output& output) {
    const auto file = CaptureFile::open(options.file);
    if (!file) {
        complain(file.error().sentence);
        return kUnreadable;
    }
    Session session(*file);
    session.setPayloadRules(options.payloadRules);
    std::optional<RowPrinting> printing;
    if (!options.quiet) printing.emplace(options, session, output);
    bool enough = false;
    const auto take = [&](Batch&& batch) {
        session.append(std::move(batch));
        enough = printing && !printing->printNew();
        return !enough;
    };
    readAll(*file, take, options.limits);
    if (options.quiet && options.tables.empty()) output.write(summaryText(session));
    bool above = !options.quiet;
    for (const StatisticsTable* const table : options.tables) {
        // An empty line keeps a table apart from what stands above it.
        if (std::exchange(above, true)) output.write("\n");
        output.write(table->text(session));
    }
    // Rows come before the notices that say why there are no more.
    output.flush();
    if (enough) return kRead;
    for (const std::string& notice : session.notices()) complain(notice);
    return session.damaged() ? kDamaged : kRead;
}

int decodeHex(const Options& options, Output& output) {
    const auto decoded = decodeHexInput(options);
    if (!decoded) {
        complain(decoded.error().sentence);
        return kUnreadable;
    }
    decoded->session->setPayloadRules(options.payloadRules);
    for (const std::string& remark : decoded->remarks) complain(remark);
    const auto printer = makeRowPrinter(options, wantsColour(output));
    std::string text;
    printer->begin(text);
    std::uint64_t printed = 0;
    for (RecordId id = 0; id < decoded->session->rowCount() && printed < options.maxRows; ++id) {
        if (!decoded->shows(id)) continue;
        SessionRow row(*decoded->session, id);
        if (!options.filter.matches(row)) continue;
        printer->print(row, text);
        ++printed;
    }
    output.write(text);
    return kRead;
}

int run(const Options& options, Output& output) {
    switch (options.action) {
        case Action::ShowHelp:
            output.write(helpText());
            return kRead;
        case Action::ShowVersion:
            output.write("framescope-cli " FRAMESCOPE_VERSION "\n");
            return kRead;
        case Action::ListFields:
            output.write(fieldListing());
            return kRead;
        case Action::ListIssues:
            output.write(issueListing());
            return kRead;
        case Action::DecodeHex:
            return decodeHex(options, output);
        case Action::ReadCapture:
            break;
    }
    return readCapture(options, output);
}

int runProgram(int argc, char** argv) {
    auto options = parseOptions(argc, argv);
    if (!options) {
        complain(options.error().sentence);
        return kBadUsage;
    }
    if (const auto error = loadSchemas(options->payloadRules)) {
        complain(error->sentence);
        return kBadUsage;
    }
    Output output(STDOUT_FILENO);
    const int code = run(*options, output);
    output.flush();
    if (!output.failed() || output.readerLeft()) return code;
    complain(std::string("The output cannot be written: ") + std::strerror(output.error()) + '.');
    return kUnreadable;
}

}  // namespace
}  // namespace framescope::cli

int main(int argc, char** argv) {
    return framescope::cli::runProgram(argc, argv);
}
