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
    if (fd) {
        widenPipe(fd.get());
        return fd;
    }
    return Error{nameForSentences(path) +
                 " cannot be opened: " + std::generic_category().message(errno) + '.'};
}

class StreamCapturing {
public:
    StreamCapturing(CaptureControl& control, const StreamCapture& what, FileDescriptor source)
        : m_control(control),
          m_name(nameForSentences(what.path)),
          m_source(std::move(source)),
          m_recorder(control, what.destination,
                     {isStandardInput(what.path) ? "pipe" : what.path, {}, wallClockNs()}, m_name),
          m_block(kPipeBlock) {}

    Ending run() {
        pollfd waits[] = {{m_control.stopDescriptor(), POLLIN, 0}, {m_source.get(), POLLIN, 0}};
        for (;;) {
            if (::poll(waits, 2, -1) < 0) {
                if (errno == EINTR) continue;
                return failure(m_name + " cannot be waited for: " +
                               std::generic_category().message(errno) + '.');
            }
            if (m_control.stopAsked()) return drain();
            if (waits[1].revents == 0) continue;
            if (auto ending = read()) return *ending;
        }
    }

private:
    /// Reads once; the ending, if that was the end.
    std::optional<Ending> read() {
        const ssize_t n = ::read(m_source.get(), m_block.data(), m_block.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) return std::nullopt;
        if (n < 0) {
            return failure(m_name + " cannot be read: " + std::generic_category().message(errno) +
                           '.');
        }
        if (n == 0) {
            if (const auto error = m_recorder.finish()) return failure(error->sentence);
            return Ending{Ending::Cause::SourceEnded, m_name + " ended.", {}};
        }
        const auto error = m_recorder.take(ByteView(m_block).first(static_cast<std::size_t>(n)));
        if (error) return failure(error->sentence);
        return std::nullopt;
    }

    /// What lies in the pipe already belongs to the capture. A writer that is faster than we are
    /// does not keep it from ending.
    Ending drain() {
        constexpr int kMostReads = 16;
        pollfd wait{m_source.get(), POLLIN, 0};
        for (int i = 0; i<kMostReads&& ::poll(&wait, 1, 0)> 0; ++i) {
            const auto ending = read();
            if (ending && ending->cause == Ending::Cause::Failed && m_recorder.hasBegun()) {
                return *ending;
            }
            if (ending) break;
        }
        return {};
    }

    CaptureControl& m_control;
    std::string m_name;
    FileDescriptor m_source;
    StreamRecorder m_recorder;
    Bytes m_block;
};

Ending capture(CaptureControl& control, const StreamCapture& what) {
    auto source = openSource(what.path);
    if (!source) return failure(source.error().sentence);
    return StreamCapturing(control, what, *std::move(source)).run();
}

}  // namespace

std::unique_ptr<LiveCapture> captureStream(const StreamCapture& what, Wake wake) {
    return std::make_unique<CaptureThread>(
        isStandardInput(what.path) ? "pipe" : what.path, std::move(wake),
        [what](CaptureControl& control) { return capture(control, what); });
}

}  // namespace framescope::live
