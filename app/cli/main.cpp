// framescope-cli: a capture in, lines out. Rows are printed batch by batch while the capture is
// read, so the first line comes at once whatever the size of the file.
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

#include "app/cli/exit_code.h"
#include "app/cli/heap.h"
#include "app/cli/hex/hex_input.h"
#include "app/cli/listing.h"
#include "app/cli/live/interface_listing.h"
#include "app/cli/live/live_run.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/row_printer.h"
#include "app/cli/row_printing.h"
#include "app/cli/summary.h"
#include "capture/file/capture_file.h"
#include "capture/ingest/batches_ahead.h"
#include "capture/payload/proto_files.h"
#include "capture/session/session.h"
#include "capture/session/session_row.h"

namespace framescope::cli {
namespace {

/// The exit code when everything is written, which ends with `code` unless that failed.
int outcome(Output& output, int code) {
    output.flush();
    if (!output.failed() || output.readerLeft()) return code;
    complain(std::string("The output cannot be written: ") + std::strerror(output.error()) + '.');
    return kUnreadable;
}

int readCapture(const Options& options, Output& output) {
    const bool standardInput = options.file == "-";
    const auto file = CaptureFile::open(standardInput ? "/dev/stdin" : options.file);
    if (!file) {
        complain(file.error().sentence);
        return kUnreadable;
    }
    std::optional<Session> session;
    const auto begin = [&] {
        session.emplace(*file);
        session->setPayloadRules(options.payloadRules);
        session->setChecksumVerification(options.verifyChecksums);
    };
    begin();
    std::optional<RowPrinting> printing;
    if (!options.quiet) {
        printing.emplace(options, *session, output, RowPrinting::Flush::InBlocks);
    }
    IngestOptions reading(options.limits, options.readAs);
    reading.order = options.order;
    // What is printed is out.
    reading.mayBeginAgain = options.quiet;
    bool enough = false;
    BatchesAhead ahead(*file, reading);
    while (!enough) {
        auto batch = ahead.next();
        if (!batch) break;
        if (batch->beginsAgain) begin();
        session->append(*std::move(batch));
        enough = printing && !printing->printNew();
    }
    output.write(reportText(options, *session));
    // Rows come before the notices that say why there are no more.
    output.flush();
    if (!enough) {
        for (const std::string& notice : session->notices()) complain(notice);
    }
    const int code = !enough && session->damaged() ? kDamaged : kRead;
#ifdef FRAMESCOPE_ENDS_AT_ONCE
    // With the program, the system frees in one go what would be freed piece by piece.
    std::_Exit(outcome(output, code));
#else
    return code;
#endif
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
            output.write(options.help);
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
        case Action::ListInterfaces:
            return listInterfaces(output);
        case Action::RunCommand:
            return options.command(options, output);
        case Action::ReadCapture:
            break;
    }
    if (readsLive(options)) return runLive(options, output);
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
    return outcome(output, run(*options, output));
}

}  // namespace
}  // namespace framescope::cli

int main(int argc, char** argv) {
    framescope::cli::takeHeapInLargeSteps();
    return framescope::cli::runProgram(argc, argv);
}
