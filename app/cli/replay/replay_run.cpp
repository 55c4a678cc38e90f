// The capture is read whole before the first byte is sent: what a conversation is can only be told
// from all of it.
#include "app/cli/replay/replay_run.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/connect/row_follower.h"
#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"
#include "app/cli/live/bell.h"
#include "app/cli/live/interrupts.h"
#include "app/cli/replay/replay_choice.h"
#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/net/reactor.h"
#include "capture/replay/replayer.h"
#include "capture/replay/report_text.h"

namespace framescope::cli {
namespace {

using std::chrono::milliseconds;

void complainLines(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        complain(printableLine(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// How wide the comparison may be: as the terminal, if there is one.
std::size_t widthOf(const Output& output) {
    constexpr std::size_t kUsual = 120;
    constexpr std::size_t kLeast = 60;
    winsize size{};
    if (!output.isTerminal() || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return kUsual;
    return std::max<std::size_t>(size.ws_col, kLeast);
}

int codeOf(replay::Verdict verdict) {
    switch (verdict) {
        case replay::Verdict::Same:
            return kAsExpected;
        case replay::Verdict::Different:
            return kUnexpected;
        case replay::Verdict::Failed:
            break;
    }
    return kNoConnection;
}

class ReplayRun {
public:
    ReplayRun(const Options& options, const ReplayCommandOptions& command, Output& output)
        : m_options(options), m_command(command), m_output(output) {}

    int run();

private:
    int play(replay::Plan plan, replay::ReplayOptions options);
    void waitUntil(RowFollower::Clock::time_point time) {
        const auto left = std::chrono::ceil<milliseconds>(time - RowFollower::Clock::now());
        m_bell.wait(std::max(left, milliseconds(0)));
    }

    const Options& m_options;
    const ReplayCommandOptions& m_command;
    Output& m_output;
    Bell m_bell;
    std::optional<Interrupts> m_interrupts;
};

int ReplayRun::run() {
    const auto file = CaptureFile::open(m_command.file == "-" ? "/dev/stdin" : m_command.file);
    if (!file) {
        complain(file.error().sentence);
        return kUnreadable;
    }
    Session session(*file);
    const auto take = [&](Batch&& batch) {
        session.append(std::move(batch));
        return true;
    };
    readAll(*file, take, {m_options.limits, m_options.readAs});
    for (const std::string& notice : session.notices()) complain(notice);
    const auto chosen = chooseConversation(session, m_command);
    if (!chosen) {
        complainLines(chosen.error().sentence);
        return kBadUsage;
    }
    if (const auto good = replay::checkOptions(*chosen); !good) {
        complain(good.error().sentence);
        return kBadUsage;
    }
    auto plan = replay::planOf(session, *chosen);
    if (!plan) {
        complain(plan.error().sentence);
        return kBadUsage;
    }
    return play(*std::move(plan), *chosen);
}

int ReplayRun::play(replay::Plan plan, replay::ReplayOptions options) {
    // Reading the capture can be ended as any program is; from here on a connection is closed
    // first.
    m_interrupts.emplace([this] { m_bell.ring(); });
    net::Reactor reactor;
    const auto ring = [this] { m_bell.ring(); };
    const auto transcript =
        transcript::begin("replay of " + m_command.file, m_options.live.destination, ring);
    RowFollower rows(m_options, m_output, *transcript, ring, RowFollower::Rows::Kept);
    auto replayer =
        replay::Replayer::start(reactor, transcript, std::move(plan), std::move(options), ring);
    bool stopped = false;
    while (!replayer->progress().finished && m_interrupts->count() < 2) {
        waitUntil(rows.nextTime());
        rows.step();
        if (!stopped && (m_interrupts->count() > 0 || rows.finished())) {
            stopped = true;
            replayer->stop();
        }
    }
    const replay::Report report = replayer->report();
    replayer.reset();
    transcript->flush();
    transcript->stop();
    rows.step();
    while (!rows.finished() && m_interrupts->count() < 2) {
        waitUntil(rows.nextTime());
        rows.step();
    }
    std::string text =
        m_command.json ? replay::reportJson(report) : replay::reportText(report, widthOf(m_output));
    if (!text.ends_with('\n')) text += '\n';
    m_output.write(text);
    m_output.flush();
    const int ended = rows.end();
    if (m_interrupts->count() > 0) return kInterrupted;
    if (report.verdict == replay::Verdict::Failed) complain(report.sentence);
    return ended != kRead ? ended : codeOf(report.verdict);
}

}  // namespace

int runReplay(const Options& options, const ReplayCommandOptions& command, Output& output) {
    return ReplayRun(options, command, output).run();
}

}  // namespace framescope::cli
