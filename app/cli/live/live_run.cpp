// The main thread waits on a bell that the capture, the loader and signals ring, takes what has
// come and prints it. Nothing is asked for regularly but once a second whether the reader of the
// output is still there.
#include "app/cli/live/live_run.h"

#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <unistd.h>

#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"
#include "app/cli/live/bell.h"
#include "app/cli/live/interrupts.h"
#include "app/cli/live/live_summary.h"
#include "app/cli/row_printing.h"
#include "app/cli/summary.h"
#include "capture/file/growing_bytes.h"
#include "capture/ingest/batch.h"
#include "capture/ingest/loader.h"
#include "capture/live/capture_filter.h"
#include "capture/live/interfaces.h"
#include "capture/live/live_capture.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"

namespace framescope::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};
constexpr int kInterruptedExit = 130;

/// The interface that a number of -D stands for; what is no number is a name.
Result<std::string> interfaceName(const std::string& text) {
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) return text;
    const auto interfaces = live::listInterfaces();
    if (!interfaces) return interfaces.error();
    for (const live::InterfaceEntry& entry : *interfaces) {
        if (entry.name == text) return text;
    }
    if (number >= 1 && number <= interfaces->size()) return (*interfaces)[number - 1].name;
    return Error{"There is no interface number " + text + "; -D lists " +
                 std::to_string(interfaces->size()) + "."};
}

class LiveRun {
public:
    LiveRun(const Options& options, Output& output)
        : m_options(options),
          m_output(output),
          m_counts(options.quiet && capturesItself() && isatty(STDERR_FILENO) == 1),
          m_interrupts([this] { interrupted(); }) {}
    ~LiveRun() {
        const std::lock_guard lock(m_stopMutex);
        m_stoppable = nullptr;
    }
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;

    int run();

private:
    /// Not reading what another program captures.
    bool capturesItself() const { return m_options.live.source != LiveOptions::Source::None; }
    std::optional<Error> start();
    void interrupted();
    void step();
    void takeRows();
    void checkLimits();
    bool finished() const;
    milliseconds untilNextTick() const;
    milliseconds duration() const;
    void tellRemarks();
    void tellCounters();
    int end();
    int tellEnding();
    void settleFiles(bool clean);
    LiveFigures figures() const;

    /// The second signal: nobody wants to wait for anything.
    bool abandoned() const { return m_interrupts.count() >= 2; }

    const Options& m_options;
    Output& m_output;
    const bool m_counts;  ///< somebody watches the counters
    Bell m_bell;
    std::mutex m_stopMutex;
    live::LiveCapture* m_stoppable = nullptr;  ///< m_capture, for the thread of the signals
    Interrupts m_interrupts;                   ///< before whatever makes threads
    std::unique_ptr<live::LiveCapture> m_capture;
    live::Status m_status;
    std::optional<Session> m_session;
    std::optional<RowPrinting> m_printing;
    std::optional<Loader> m_loader;
    bool m_saidRunning = false;
    bool m_allRead = false;
    bool m_enough = false;  ///< -c is reached, or nobody reads the output any more
    std::size_t m_remarksTold = 0;
    Clock::time_point m_begun = Clock::now();
    std::optional<Clock::time_point> m_ended;
    Clock::time_point m_nextTick = Clock::now() + kTick;
};

int LiveRun::run() {
    if (capturesItself()) {
        for (const std::string& left : leftCaptureSentences(live::findLeftCaptures())) {
            complain(left);
        }
    }
    if (const auto error = start()) {
        complain(error->sentence);
        return kUnreadable;
    }
    step();
    while (!finished()) {
        m_bell.wait(untilNextTick());
        step();
    }
    return end();
}

std::optional<Error> LiveRun::start() {
    const LiveOptions& live = m_options.live;
    const auto wake = [this] { m_bell.ring(); };
    switch (live.source) {
        case LiveOptions::Source::Interface: {
            live::InterfaceCapture what{live.request, live.destination, {}};
            auto name = interfaceName(live.request.interface);
            if (!name) return name.error();
            what.request.interface = *std::move(name);
            m_capture = live::captureInterface(what, wake);
            break;
        }
        case LiveOptions::Source::Remote: {
            live::RemoteCapture what = live.remote;
            what.interface = live.request.interface;
            what.filter = live.request.filter;
            what.snapLength = live.request.snapLength;
            what.packets = live.request.stop.packets;
            what.maySpeak = isatty(STDIN_FILENO) == 1;
            what.destination = live.destination;
            m_capture = live::captureRemote(what, wake);
            break;
        }
        case LiveOptions::Source::None:
            if (m_options.file == "-" && isatty(STDIN_FILENO) == 1) {
                return Error{"Standard input is a terminal; a capture is piped into it."};
            }
            m_capture = live::captureStream({m_options.file, live.destination}, wake);
            break;
    }
    {
        const std::lock_guard lock(m_stopMutex);
        m_stoppable = m_capture.get();
    }
    // A signal that came earlier found nothing to stop.
    if (m_interrupts.count() > 0) m_capture->stop();
    return std::nullopt;
}

/// On the thread of the signals, as the main thread may be waiting for the reader of the output.
void LiveRun::interrupted() {
    const std::lock_guard lock(m_stopMutex);
    if (m_stoppable != nullptr) m_stoppable->stop();
    m_bell.ring();
}

void LiveRun::step() {
    m_status = m_capture->status();
    if (m_status.phase == live::Phase::Running && !m_saidRunning) {
        m_saidRunning = true;
        if (capturesItself())
            complain("Capturing on " + printableLine(m_capture->sourceName()) + ".");
    }
    tellRemarks();
    if (m_status.file && !m_session) {
        m_begun = Clock::now();
        m_session.emplace(m_status.file);
        m_session->setPayloadRules(m_options.payloadRules);
        m_session->setChecksumVerification(m_options.verifyChecksums);
        if (!m_options.quiet) {
            m_printing.emplace(m_options, *m_session, m_output, RowPrinting::Flush::EveryBatch);
        }
        IngestOptions reading(m_options.limits, m_options.readAs);
        reading.order = m_options.order;
        m_loader.emplace(
            m_status.file, [this] { m_bell.ring(); }, reading);
    }
    if (m_status.ending && !m_ended) m_ended = Clock::now();
    if (m_loader) takeRows();
    if (Clock::now() >= m_nextTick) {
        m_nextTick = Clock::now() + kTick;
        m_output.askForReader();
        tellCounters();
    }
    if (m_printing && !m_printing->wantsMore()) m_enough = true;
    if (m_enough) m_capture->stop();
    checkLimits();
}

void LiveRun::takeRows() {
    while (!m_enough && !abandoned()) {
        auto batch = m_loader->take();
        if (!batch) return;
        m_allRead = batch->last;
        m_session->append(*std::move(batch));
        if (m_printing && !m_printing->printNew()) m_enough = true;
    }
}

/// A capture from an interface ends by itself, and tcpdump after its packets; the rest is ended
/// from here.
void LiveRun::checkLimits() {
    if (m_options.live.source == LiveOptions::Source::Interface || !m_session) return;
    const helper::Limits& stop = m_options.live.request.stop;
    const auto reached = [](std::uint64_t limit, std::uint64_t now) {
        return limit != 0 && now >= limit;
    };
    if (reached(stop.bytes, m_status.figures.spoolBytes) ||
        reached(stop.milliseconds, static_cast<std::uint64_t>(duration().count()))) {
        m_capture->stop();
    }
}

bool LiveRun::finished() const {
    if (abandoned()) return true;
    return m_status.ending && (m_enough || m_allRead || !m_loader);
}

milliseconds LiveRun::untilNextTick() const {
    auto next = m_nextTick;
    const std::uint64_t limit = m_options.live.request.stop.milliseconds;
    if (limit != 0 && m_session && !m_ended) next = std::min(next, m_begun + milliseconds(limit));
    return std::max(std::chrono::ceil<milliseconds>(next - Clock::now()), milliseconds(100));
}

milliseconds LiveRun::duration() const {
    if (!m_session) return milliseconds(0);
    return std::chrono::duration_cast<milliseconds>(m_ended.value_or(Clock::now()) - m_begun);
}

/// What ssh and the program behind it say, whole lines as they come. What is said before a packet
/// came stands in the sentence of the end, if it comes to that.
void LiveRun::tellRemarks() {
    if (!m_saidRunning) return;
    const std::string& remarks = m_status.remarks;
    for (std::size_t end = 0; m_remarksTold < remarks.size(); m_remarksTold = end + 1) {
        end = remarks.find('\n', m_remarksTold);
        if (end == std::string::npos && !m_status.ending) return;
        end = std::min(end, remarks.size());
        const std::string line = remarks.substr(m_remarksTold, end - m_remarksTold);
        if (!line.empty()) complain(m_capture->sourceName() + ": " + printableLine(line));
    }
}

void LiveRun::tellCounters() {
    // The end of the line is cleared, as the line before may have been longer.
    if (m_counts) std::cerr << "\r" + counterLine(figures()) + "\033[K" << std::flush;
}

LiveFigures LiveRun::figures() const {
    return {m_capture->sourceName(), m_status, m_session ? &*m_session : nullptr, duration()};
}

int LiveRun::end() {
    m_loader.reset();
    if (m_counts) std::cerr << "\r\033[K" << std::flush;
    if (abandoned()) {
        settleFiles(false);
        return kInterruptedExit;
    }
    if (m_session) m_output.write(reportText(m_options, *m_session));
    // Rows come before the sentences that say why there are no more.
    m_output.flush();
    const int code = tellEnding();
    const bool wasStopped = capturesItself() || m_interrupts.count() > 0;
    if (wasStopped && m_session && !m_output.readerLeft()) {
        for (const std::string& sentence : endSentences(figures())) complain(sentence);
    }
    const bool failed = m_status.ending->cause == live::Ending::Cause::Failed;
    settleFiles(!failed && (!m_output.failed() || m_output.readerLeft()));
    return code;
}

/// Why it ended, where that is not what was asked for.
int LiveRun::tellEnding() {
    const live::Ending& ending = *m_status.ending;
    const bool failed = ending.cause == live::Ending::Cause::Failed;
    if (m_session && !m_enough) {
        for (const std::string& notice : m_session->notices()) complain(notice);
    }
    // A limit is what was asked for, and so is the end of a pipe.
    const bool surprising =
        capturesItself() && ending.cause == live::Ending::Cause::SourceEnded && !m_enough;
    if (failed || (surprising && !ending.sentence.empty())) complain(ending.sentence);
    if (!ending.remedy.empty()) complain("What may help: " + ending.remedy);
    if (failed) {
        const std::string& filter = m_options.live.request.filter;
        constexpr std::uint32_t kEthernet = 1;
        const bool badFilter = !filter.empty() && live::checkCaptureFilter(filter, kEthernet);
        return badFilter ? kBadUsage : kUnreadable;
    }
    return m_session && m_session->damaged() && !m_enough ? kDamaged : kRead;
}

/// What nobody asked to keep goes away at a clean end; otherwise it is said where it is.
void LiveRun::settleFiles(bool clean) {
    const std::shared_ptr<live::Spool> spool = m_capture->spool();
    const bool isEmpty = !m_session || m_session->statistics().packets == 0;
    if (spool && (clean || (isEmpty && !abandoned()))) {
        spool->discard();
        return;
    }
    const auto bytes = m_capture->bytes();
    if (!bytes || (!spool && m_options.live.destination.file.empty())) return;
    std::string files;
    for (const auto& path : bytes->paths()) {
        files += (files.empty() ? "" : ", ") + printableLine(path.string());
    }
    if (files.empty() || m_output.readerLeft()) return;
    complain((spool ? "What was captured stays in " : "Written to ") + files + ".");
}

}  // namespace

bool readsLive(const Options& options) {
    return options.live.source != LiveOptions::Source::None || isPipe(options.file);
}

int runLive(const Options& options, Output& output) {
    return LiveRun(options, output).run();
}

}  // namespace framescope::cli
