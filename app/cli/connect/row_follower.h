// Prints the rows of a transcript as they come, and sums up and tidies away at its end, in the
// same way as a live capture. Lives on the main thread; whoever owns it waits for the bell.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/row_printing.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "capture/transcript/transcript.h"

namespace framescope::cli {

class RowFollower {
public:
    using Clock = std::chrono::steady_clock;

    /// Whether rows are printed unless -q is given.
    enum class Rows : std::uint8_t { Printed, Kept };

    /// All three must outlive it. `wake` is called from another thread when step() has to do.
    RowFollower(const Options& options, Output& output, transcript::Transcript& transcript,
                std::function<void()> wake, Rows rows = Rows::Printed);

    /// Takes what has come, and prints it.
    void step();
    /// When step() has to be called the latest.
    Clock::time_point nextTime() const { return m_nextTick; }

    /// Null before the transcript's file is there.
    const Session* session() const { return m_session ? &*m_session : nullptr; }
    /// Everything that was written so far stands in the session. Waits for the transcript's file.
    bool hasAllOf(transcript::Transcript& transcript) const;
    /// False when -c is reached, or nobody reads the output any more.
    bool wantsMore() const { return m_wantsMore; }
    /// The transcript has ended, and all of it was read.
    bool finished() const;

    /// A few rows for people, on standard error.
    void complainRows(const std::vector<RecordId>& rows) const;
    /// Behind the rows: what -q and -z print, notices, and where the transcript lies if it stays.
    /// The exit code, kRead unless the transcript failed.
    int end();

private:
    void settleFiles(bool clean) const;

    const Options& m_options;
    Output& m_output;
    transcript::Transcript& m_transcript;
    std::function<void()> m_wake;
    const Rows m_rows;
    const bool m_prints;
    live::Status m_status;
    std::optional<Session> m_session;
    std::optional<RowPrinting> m_printing;
    std::optional<Loader> m_loader;
    bool m_allRead = false;
    bool m_wantsMore = true;
    Clock::time_point m_nextTick;
};

}  // namespace framescope::cli
