// The parent's half of helper_protocol.h: reads the helper's lines, hands it the files to write to,
// and turns what it says into a status. The helper's word on how much it has written counts while
// it lives; once it is gone, however that came, what stands in the file counts.
#include <algorithm>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <string>
#include <type_traits>
#include <unistd.h>
#include <utility>

#include "capture/live/capture_thread.h"
#include "capture/live/helper_link.h"
#include "capture/live/helper_place.h"
#include "capture/live/live_capture.h"
#include "capture/live/pipe_reader.h"
#include "capture/live/recording.h"
#include "capture/live/wall_clock.h"

namespace framescope::live {
namespace {

using Clock = CaptureControl::Clock;

/// A program that does not greet within this time is no helper.
constexpr std::chrono::seconds kGreeting{5};
/// While the end is awaited, how often it is asked whether the time is over.
constexpr std::chrono::milliseconds kStep{50};
constexpr std::size_t kMostRemarks = std::size_t{64} * 1024;

Ending failure(std::string sentence, std::string remedy = {}) {
    return {Ending::Cause::Failed, std::move(sentence), std::move(remedy)};
}

Ending limitReached(helper::StopReason reason) {
    switch (reason) {
        case helper::StopReason::Packets:
            return {Ending::Cause::Limit, "The number of packets to capture is reached.", {}};
        case helper::StopReason::Bytes:
            return {Ending::Cause::Limit, "The capture has reached its greatest size.", {}};
        case helper::StopReason::Duration:
            return {Ending::Cause::Limit, "The time to capture is over.", {}};
        case helper::StopReason::Files:
            return {Ending::Cause::Limit, "The number of files to capture is reached.", {}};
        case helper::StopReason::Asked:
            break;
    }
    return {};
}

class InterfaceCapturing {
public:
    InterfaceCapturing(CaptureControl& control, const InterfaceCapture& what,
                       std::filesystem::path helper, HelperLink link)
        : m_control(control),
          m_interface(what.request.interface),
          m_helper(std::move(helper)),
          m_link(std::move(link)),
          m_recording(control, what.destination,
                      {what.request.interface, what.request.filter, wallClockNs()},
                      what.request.ring.any(), ".pcapng"),
          m_greetBefore(Clock::now() + kGreeting) {}

    Ending run() {
        while (m_linesOpen && waitAndRead()) {
        }
        m_link.hangUp();
        const ChildEnd end = m_link.process().endWithin(graceLeft());
        readComplaints();
        m_recording.finish();
        if (m_ending) return *m_ending;
        if (m_control.stopAsked()) return {};
        return died(end);
    }

private:
    /// False when the helper is given up.
    bool waitAndRead() {
        pollfd waits[] = {{m_link.lines(), POLLIN, 0},
                          {m_complaintsOpen ? m_link.complaints() : -1, POLLIN, 0},
                          {m_stopSent ? -1 : m_control.stopDescriptor(), POLLIN, 0}};
        const int ready = ::poll(waits, 3, timeout());
        if (ready < 0) return errno == EINTR;
        if (waits[2].revents != 0) {
            m_stopSent = true;
            m_link.send(helper::kStopCommand);
        }
        if (waits[1].revents != 0) readComplaints();
        if (waits[0].revents != 0) readLines();
        const auto deadline = m_control.deadline();
        if (deadline && Clock::now() >= *deadline) return false;
        if (!m_greeted && Clock::now() >= m_greetBefore && !m_ending) {
            m_ending = failure(noHelper(m_helper, {}).sentence);
            return false;
        }
        return !m_givenUp;
    }

    int timeout() const {
        if (m_stopSent) return static_cast<int>(kStep.count());
        if (m_greeted) return -1;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(m_greetBefore - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    /// How long a helper that was hung up on may take to write what it still holds.
    std::chrono::milliseconds graceLeft() const {
        constexpr std::chrono::milliseconds kMost{2000};
        const auto deadline = m_control.deadline();
        if (!deadline) return kMost;
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now());
        return std::clamp(left, std::chrono::milliseconds(100), kMost);
    }

    void readLines() {
        char block[kPipeBlock];
        const ssize_t n = ::read(m_link.lines(), block, sizeof block);
        if (n < 0 && errno == EINTR) return;
        if (n <= 0) {
            m_linesOpen = false;
            return;
        }
        m_newCounters.reset();
        m_lines.take({block, static_cast<std::size_t>(n)},
                     [this](std::string_view line) { take(line); });
        tellCounters();
    }

    void readComplaints() {
        char block[4096];
        pollfd wait{m_link.complaints(), POLLIN, 0};
        while (m_complaintsOpen && ::poll(&wait, 1, 0) > 0) {
            const ssize_t n = ::read(m_link.complaints(), block, sizeof block);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) {
                m_complaintsOpen = false;
                return;
            }
            const std::string_view text(block, static_cast<std::size_t>(n));
            m_complaint.assign(text.substr(0, text.find('\n')));
            m_control.change([&](Status& status) {
                if (status.remarks.size() + text.size() <= kMostRemarks) status.remarks += text;
            });
        }
    }

    void take(std::string_view line) {
        if (m_ending && m_givenUp) return;
        const auto message = helper::parseMessage(line);
        const bool greets = message && std::holds_alternative<helper::Hello>(*message);
        if (!message || greets == m_greeted) {
            giveUp(failure(noHelper(m_helper, std::string(line)).sentence));
            return;
        }
        std::visit([this](const auto& told) { hear(told); }, *message);
    }

    void hear(const helper::Hello& hello) {
        m_greeted = true;
        if (const auto fault = helperFault(m_helper, hello)) giveUp(failure(fault->sentence));
    }

    void hear(const helper::Opened&) { giveNextFile(); }

    void hear(const helper::FileBegun&) {
        // Figures of the file before belong to the file before.
        tellCounters();
        if (const auto error = m_recording.begin()) giveUp(failure(error->sentence));
    }

    void hear(const helper::Counters& counters) { m_newCounters = counters; }

    void hear(const helper::FileFull&) { giveNextFile(); }

    void hear(const helper::Stopped& stopped) { m_ending = limitReached(stopped.reason); }

    void hear(const helper::Failed& failed) {
        m_ending =
            failure(failed.sentence + kept(), remedyFor(failed.failure, m_interface, m_helper));
    }

    void giveNextFile() {
        const auto file = m_recording.nextFile();
        if (!file) {
            giveUp(failure(file.error().sentence));
            return;
        }
        // Where the helper is gone already, its pipe says so next.
        m_link.send(helper::kFileCommand, file->get());
    }

    /// Several lines of figures may have come at once; the last one tells all.
    void tellCounters() {
        if (!m_newCounters) return;
        const helper::Counters counters = *std::exchange(m_newCounters, std::nullopt);
        // The bytes first: whoever knows of a packet finds it in them.
        if (const auto error = m_recording.grewTo(counters.written)) {
            giveUp(failure(error->sentence));
        }
        m_control.change([&](Status& status) {
            status.figures.packets = counters.packets;
            status.figures.bytes = counters.bytes;
            status.figures.countsPackets = true;
            status.figures.kernelDrops = counters.kernelDrops;
            status.figures.interfaceDrops = counters.interfaceDrops;
            status.figures.ourDrops = counters.ourDrops;
        });
    }

    void giveUp(Ending ending) {
        if (!m_ending) m_ending = std::move(ending);
        m_givenUp = true;
    }

    /// Its pipe ended without a last word.
    Ending died(const ChildEnd& end) const {
        std::string sentence = "The capture helper " + end.words();
        if (!m_complaint.empty()) sentence += " and said \"" + m_complaint + '"';
        return failure(sentence + '.' + kept());
    }

    const char* kept() const {
        return m_recording.begun() ? " What was captured until then is kept." : "";
    }

    CaptureControl& m_control;
    std::string m_interface;
    std::filesystem::path m_helper;
    HelperLink m_link;
    Recording m_recording;
    LineSplitter m_lines;
    std::optional<helper::Counters> m_newCounters;
    std::optional<Ending> m_ending;
    std::string m_complaint;
    Clock::time_point m_greetBefore;
    bool m_greeted = false;
    bool m_linesOpen = true;
    bool m_complaintsOpen = true;
    bool m_stopSent = false;
    bool m_givenUp = false;
};

Ending capture(CaptureControl& control, const InterfaceCapture& what) {
    const auto helper = helperOr(what.helper);
    if (!helper) return failure(helper.error().sentence);
    auto link = HelperLink::start(*helper, what.request);
    if (auto* ending = std::get_if<Ending>(&link)) return std::move(*ending);
    return InterfaceCapturing(control, what, *helper, std::get<HelperLink>(std::move(link))).run();
}

}  // namespace

std::unique_ptr<LiveCapture> captureInterface(const InterfaceCapture& what, Wake wake) {
    return std::make_unique<CaptureThread>(
        what.request.interface, std::move(wake),
        [what](CaptureControl& control) { return capture(control, what); });
}

}  // namespace framescope::live
