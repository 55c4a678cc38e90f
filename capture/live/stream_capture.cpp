// Captures from standard input and FIFOs. The source is only read when there is something to read,
// so that the end can be asked for at any time; its mode is left alone, since standard input is
// shared with other programs.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

#include "capture/live/capture_thread.h"
#include "capture/live/live_capture.h"
#include "capture/live/pipe_reader.h"
#include "capture/live/stream_recorder.h"
#include "capture/live/wall_clock.h"

namespace framescope::live {
namespace {

bool isStandardInput(const std::string& path) {
    return path == "-";
}

std::string nameForSentences(const std::string& path) {
    return isStandardInput(path) ? "Standard input" : '"' + path + '"';
}

Ending failure(std::string sentence) {
    return {Ending::Cause::Failed, std::move(sentence), {}};
}

/// A FIFO opens at once, without a writer too; poll() then waits for the first one.
Result<FileDescriptor> openSource(const std::string& path) {
    FileDescriptor fd(isStandardInput(path)
                          ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                          : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (fd) return fd;
    return Error{nameForSentences(path) +
                 " cannot be opened: " + std::generic_category().message(errno) + '.'};
}

Ending capture(CaptureControl& control, const StreamCapture& what) {
    auto source = openSource(what.path);
    if (!source) return failure(source.error().sentence);
    const std::string name = nameForSentences(what.path);
    StreamRecorder recorder(control, what.destination,
                            {isStandardInput(what.path) ? "pipe" : what.path, {}, wallClockNs()},
                            name);
    Bytes block(kPipeBlock);
    pollfd waits[] = {{control.stopDescriptor(), POLLIN, 0}, {source->get(), POLLIN, 0}};
    for (;;) {
        if (::poll(waits, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return failure(
                name + " cannot be waited for: " + std::generic_category().message(errno) + '.');
        }
        if (control.stopAsked()) return {};
        if (waits[1].revents == 0) continue;
        const ssize_t n = ::read(source->get(), block.data(), block.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n < 0) {
            return failure(name + " cannot be read: " + std::generic_category().message(errno) +
                           '.');
        }
        if (n == 0) {
            if (const auto error = recorder.finish()) return failure(error->sentence);
            return {Ending::Cause::SourceEnded, name + " ended.", {}};
        }
        if (const auto error = recorder.take(ByteView(block).first(static_cast<std::size_t>(n)))) {
            return failure(error->sentence);
        }
    }
}

}  // namespace

std::unique_ptr<LiveCapture> captureStream(const StreamCapture& what, Wake wake) {
    return std::make_unique<CaptureThread>(
        isStandardInput(what.path) ? "pipe" : what.path, std::move(wake),
        [what](CaptureControl& control) { return capture(control, what); });
}

}  // namespace framescope::live
