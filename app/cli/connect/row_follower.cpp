// Once a second it is asked whether the reader of the output is still there; nothing else is asked
// for regularly.
#include "app/cli/connect/row_follower.h"

#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"
#include "app/cli/summary.h"
#include "app/cli/text_printer.h"
#include "capture/file/growing_bytes.h"
#include "capture/live/spool.h"
#include "capture/session/session_row.h"

namespace framescope::cli {
namespace {

constexpr std::chrono::seconds kTick{1};

}  // namespace

RowFollower::RowFollower(const Options& options, Output& output, transcript::Transcript& transcript,
                         std::function<void()> wake, Rows rows)
    : m_options(options),
      m_output(output),
      m_transcript(transcript),
      m_wake(std::move(wake)),
      m_rows(rows),
      m_prints(rows == Rows::Printed && !options.quiet),
      m_nextTick(Clock::now() + kTick) {}

void RowFollower::step() {
    m_status = m_transcript.status();
    if (m_status.file && !m_session) {
        m_session.emplace(m_status.file);
        m_session->setPayloadRules(m_options.payloadRules);
        if (m_prints) {
            m_printing.emplace(m_options, *m_session, m_output, RowPrinting::Flush::EveryBatch);
        }
        m_loader.emplace(m_status.file, m_wake, m_options.limits);
    }
    while (m_loader && m_wantsMore) {
        auto batch = m_loader->take();
        if (!batch) break;
        m_allRead = batch->last;
        m_session->append(*std::move(batch));
        if (m_printing && !m_printing->printNew()) m_wantsMore = false;
    }
    if (Clock::now() >= m_nextTick) {
        m_nextTick = Clock::now() + kTick;
        m_output.askForReader();
        if (m_prints && m_output.failed()) m_wantsMore = false;
    }
}

bool RowFollower::hasAllOf(transcript::Transcript& transcript) const {
    transcript.flush();
    return m_session && m_session->statistics().packets >= transcript.packets();
}

bool RowFollower::finished() const {
    return m_status.ending && (m_allRead || !m_wantsMore || !m_loader);
}

void RowFollower::complainRows(const std::vector<RecordId>& rows) const {
    if (!m_session) return;
    TextPrinter printer(false, false, false);
    for (const RecordId id : rows) {
        SessionRow row(*m_session, id);
        std::string text;
        printer.print(row, text);
        if (text.ends_with('\n')) text.pop_back();
        complain(text);
    }
}

int RowFollower::end() {
    m_loader.reset();
    const bool reports = m_rows == Rows::Printed;
    if (m_session && reports) m_output.write(reportText(m_options, *m_session));
    // Rows come before the sentences that say why there are no more.
    m_output.flush();
    const bool failed = m_status.ending && m_status.ending->cause == live::Ending::Cause::Failed;
    if (m_session && m_wantsMore && !failed) {
        for (const std::string& notice : m_session->notices()) complain(notice);
    }
    if (failed) {
        complain(m_status.ending->sentence);
        if (!m_status.ending->remedy.empty()) complain("What may help: " + m_status.ending->remedy);
    }
    settleFiles(m_status.ending && !failed && (!m_output.failed() || m_output.readerLeft()));
    return failed ? kUnreadable : kRead;
}

/// What nobody asked to keep goes away at a clean end; otherwise it is said where it is.
void RowFollower::settleFiles(bool clean) const {
    const std::shared_ptr<live::Spool> spool = m_transcript.spool();
    const bool isEmpty = !m_session || m_session->statistics().packets == 0;
    if (spool && (clean || isEmpty)) {
        spool->discard();
        return;
    }
    const auto bytes = m_transcript.bytes();
    if (!bytes || m_output.readerLeft()) return;
    std::string files;
    for (const auto& path : bytes->paths()) {
        files += (files.empty() ? "" : ", ") + printableLine(path.string());
    }
    if (!files.empty()) {
        complain((spool ? "What passed stays in " : "Written to ") + files + ".");
    }
}

}  // namespace framescope::cli
