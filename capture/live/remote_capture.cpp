// Captures from another machine: ssh runs tcpdump there (remote_command.h), what it writes is
// recorded like any stream, and its complaints are collected.
//
// The end: closing ssh's standard input cuts the lifeline of the script over there, tcpdump writes
// what it holds and its figures, and ssh ends. Whoever does not end in time is ended.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "capture/live/capture_thread.h"
#include "capture/live/child_process.h"
#include "capture/live/live_capture.h"
#include "capture/live/pipe_reader.h"
#include "capture/live/remote_command.h"
#include "capture/live/remote_remarks.h"
#include "capture/live/stream_recorder.h"
#include "capture/live/wall_clock.h"

namespace framescope::live {
namespace {

using Clock = CaptureControl::Clock;

/// While the end is awaited, how often it is asked whether the time is over.
constexpr std::chrono::milliseconds kStep{50};
/// ssh has this long to end by itself once its output has ended.
constexpr std::chrono::milliseconds kGrace{3000};

Ending failure(std::string sentence, std::string remedy = {}) {
    return {Ending::Cause::Failed, std::move(sentence), std::move(remedy)};
}

std::string sourceNameOf(const RemoteCapture& what) {
    return what.host + ':' + what.interface;
}

class RemoteCapturing {
public:
    RemoteCapturing(CaptureControl& control, const RemoteCapture& what, ChildProcess ssh,
                    FileDescriptor lifeline, FileDescriptor packets, FileDescriptor complaints)
        : m_control(control),
          m_host(what.host),
          m_ssh(std::move(ssh)),
          m_lifeline(std::move(lifeline)),
          m_packets(std::move(packets)),
          m_complaints(std::move(complaints)),
          m_recorder(control, what.destination, {sourceNameOf(what), what.filter, wallClockNs()},
                     "The capture on " + what.host),
          m_block(kPipeBlock) {}

    Ending run() {
        // Not for the end of its complaints: an ssh that shares its connection leaves a process
        // behind that keeps them open.
        while (m_packets && !m_failed && waitAndRead()) {
        }
        { const FileDescriptor closed = std::move(m_lifeline); }
        const ChildEnd end = m_ssh.endWithin(graceLeft());
        while (m_complaints && isReadable(m_complaints.get())) readComplaints();
        m_remarks.finish();
        tellRemarks();
        return ending(end);
    }

private:
    static bool isReadable(int fd) {
        pollfd wait{fd, POLLIN, 0};
        return ::poll(&wait, 1, 0) > 0;
    }

    /// False when the source is given up.
    bool waitAndRead() {
        pollfd waits[] = {{m_packets.get(), POLLIN, 0},
                          {m_complaints.get(), POLLIN, 0},
                          {m_lifeline ? m_control.stopDescriptor() : -1, POLLIN, 0}};
        const int ready = ::poll(waits, 3, m_lifeline ? -1 : static_cast<int>(kStep.count()));
        if (ready < 0) return errno == EINTR;
        if (waits[2].revents != 0) {
            const FileDescriptor closed = std::move(m_lifeline);
        }
        if (waits[0].revents != 0) readPackets();
        if (waits[1].revents != 0) readComplaints();
        const auto deadline = m_control.deadline();
        return !deadline || Clock::now() < *deadline;
    }

    std::chrono::milliseconds graceLeft() const {
        const auto deadline = m_control.deadline();
        // Nobody needs what it may still say.
        constexpr std::chrono::milliseconds kLeast{100};
        if (m_failed) return kLeast;
        if (!deadline) return kGrace;
        return std::max(kLeast, std::chrono::duration_cast<std::chrono::milliseconds>(
                                    *deadline - Clock::now()));
    }

    void readPackets() {
        const ssize_t n = ::read(m_packets.get(), m_block.data(), m_block.size());
        if (n < 0 && errno == EINTR) return;
        if (n <= 0) {
            const FileDescriptor closed = std::move(m_packets);
            return;
        }
        m_failed = m_recorder.take(ByteView(m_block).first(static_cast<std::size_t>(n)));
    }

    void readComplaints() {
        char block[4096];
        const ssize_t n = ::read(m_complaints.get(), block, sizeof block);
        if (n < 0 && errno == EINTR) return;
        if (n <= 0) {
            const FileDescriptor closed = std::move(m_complaints);
            return;
        }
        m_remarks.take({block, static_cast<std::size_t>(n)});
        tellRemarks();
    }

    void tellRemarks() {
        m_control.change([&](Status& status) {
            status.remarks = m_remarks.text();
            status.figures.kernelDrops = m_remarks.kernelDrops();
            status.figures.interfaceDrops = m_remarks.interfaceDrops();
        });
    }

    Ending ending(const ChildEnd& end) {
        if (m_failed) {
            std::string sentence = m_failed->sentence;
            if (!m_recorder.hasBegun()) {
                sentence += " The login shell of " + m_host + " may have written it.";
            }
            return failure(std::move(sentence));
        }
        if (m_control.stopAsked()) return {};
        if (!end.succeeded()) {
            std::string sentence = remoteFailure(m_host, m_remarks, end.words());
            if (m_recorder.hasBegun()) sentence += " What was captured until then is kept.";
            return failure(std::move(sentence), remoteRemedy(m_host, m_remarks));
        }
        if (const auto error = m_recorder.finish()) {
            return failure(m_remarks.tellingLine().empty()
                               ? error->sentence
                               : remoteFailure(m_host, m_remarks, end.words()));
        }
        return {Ending::Cause::SourceEnded, "The capture on " + m_host + " ended.", {}};
    }

    CaptureControl& m_control;
    std::string m_host;
    ChildProcess m_ssh;
    FileDescriptor m_lifeline;
    FileDescriptor m_packets;
    FileDescriptor m_complaints;
    StreamRecorder m_recorder;
    RemoteRemarks m_remarks;
    Bytes m_block;
    std::optional<Error> m_failed;
};

Ending capture(CaptureControl& control, const RemoteCapture& what) {
    const char* const askpass = std::getenv("SSH_ASKPASS");
    const auto command = remoteCommand(what, askpass != nullptr && *askpass != '\0');
    if (!command) return failure(command.error().sentence);
    auto lifeline = makePipe();
    if (!lifeline) return failure(lifeline.error().sentence);
    auto packets = makePipe();
    if (!packets) return failure(packets.error().sentence);
    widenPipe(packets->reading.get());
    auto complaints = makePipe();
    if (!complaints) return failure(complaints.error().sentence);
    auto started = ChildProcess::start({.program = what.ssh,
                                        .arguments = command->arguments,
                                        .input = lifeline->reading.get(),
                                        .output = packets->writing.get(),
                                        .errors = complaints->writing.get(),
                                        .environment = command->environment,
                                        .mayUseTerminal = what.maySpeak});
    if (const auto* error = std::get_if<StartError>(&started)) {
        return failure(error->error == ENOENT ? "The program \"" + what.ssh + "\" is not installed."
                                              : error->sentence);
    }
    // The child's ends: while we held them, the end of the child would not end the pipes.
    for (FileDescriptor* end : {&lifeline->reading, &packets->writing, &complaints->writing}) {
        const FileDescriptor closed = std::move(*end);
    }
    return RemoteCapturing(control, what, std::get<ChildProcess>(std::move(started)),
                           std::move(lifeline->writing), std::move(packets->reading),
                           std::move(complaints->reading))
        .run();
}

}  // namespace

std::unique_ptr<LiveCapture> captureRemote(const RemoteCapture& what, Wake wake) {
    return std::make_unique<CaptureThread>(
        sourceNameOf(what), std::move(wake),
        [what](CaptureControl& control) { return capture(control, what); });
}

}  // namespace framescope::live
