// A file is made only for what starts like a capture, so that a wrong command in front of the pipe
// neither leaves rubbish nor empties the file that was to be written.
#include "capture/live/stream_recorder.h"

#include <cerrno>
#include <unistd.h>
#include <utility>

#include "capture/file/decompressor.h"
#include "capture/file/file_kind.h"
#include "capture/file/pcap_format.h"
#include "capture/file/pcapng_format.h"
#include "capture/file/snoop_format.h"
#include "capture/live/capture_thread.h"

namespace framescope::live {
namespace {

/// Enough to say what something is that is no capture; less is judged at the end of the stream.
constexpr std::size_t kJudged = 64;
constexpr std::size_t kMagicLength = 4;

enum class Start { TooShort, Pcap, Pcapng, Snoop, Other };

Start judge(ByteView start) {
    if (start.size() < kMagicLength) return Start::TooShort;
    if (startsLikePcap(start)) {
        return start.size() < pcapFileHeaderLength ? Start::TooShort : Start::Pcap;
    }
    if (pcapng::startsLikePcapng(start)) {
        return start.size() < pcapFileHeaderLength ? Start::TooShort : Start::Pcapng;
    }
    if (startsLikeSnoop(start)) {
        return start.size() < pcapFileHeaderLength ? Start::TooShort : Start::Snoop;
    }
    return start.size() < kJudged ? Start::TooShort : Start::Other;
}

const char* extensionOf(ByteView start) {
    if (startsLikePcap(start)) return ".pcap";
    return startsLikeSnoop(start) ? ".snoop" : ".pcapng";
}

}  // namespace

StreamRecorder::StreamRecorder(CaptureControl& control, Destination destination,
                               SpoolDescription description, std::string name)
    : m_control(control),
      m_destination(std::move(destination)),
      m_description(std::move(description)),
      m_name(std::move(name)) {}

std::optional<Error> StreamRecorder::take(ByteView bytes) {
    if (m_recording) return write(bytes);
    m_start.insert(m_start.end(), bytes.begin(), bytes.end());
    if (const auto codec = codecOf(m_start)) {
        return Error{m_name + " brings " + codecName(*codec) +
                     "-compressed data. Decompress it on the way, for example with \"" +
                     codecTool(*codec) + " FILE | framescope-cli -r -\"."};
    }
    switch (judge(m_start)) {
        case Start::TooShort:
            return std::nullopt;
        case Start::Other:
            return Error{m_name + " brings no pcap or pcapng capture: it is " +
                         describeFileKind(ByteView(m_start).first(kJudged)) + '.'};
        default:
            return begin();
    }
}

std::optional<Error> StreamRecorder::begin() {
    m_recording.emplace(m_control, m_destination, m_description, false, extensionOf(m_start));
    auto file = m_recording->nextFile();
    if (!file) return file.error();
    m_file = *std::move(file);
    if (auto error = m_recording->begin()) return error;
    return write(m_start);
}

std::optional<Error> StreamRecorder::write(ByteView bytes) {
    std::optional<Error> failed;
    while (!bytes.empty() && !failed) {
        const ssize_t n = ::write(m_file.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            failed = Error{writeFailure(m_recording->path(), errno)};
        } else {
            m_written += static_cast<std::uint64_t>(n);
            bytes = bytes.subspan(static_cast<std::size_t>(n));
        }
    }
    auto unreadable = m_recording->grewTo(m_written);
    return failed ? failed : unreadable;
}

std::optional<Error> StreamRecorder::finish() {
    if (m_recording) return std::nullopt;
    if (m_start.empty()) return Error{m_name + " ended without a byte."};
    const bool cut = m_start.size() < kMagicLength || startsLikePcap(m_start) ||
                     pcapng::startsLikePcapng(m_start) || startsLikeSnoop(m_start);
    if (cut) {
        return Error{m_name + " ended after " + std::to_string(m_start.size()) +
                     " bytes, within the header of a capture."};
    }
    return Error{m_name + " brings no pcap or pcapng capture: it is " + describeFileKind(m_start) +
                 '.'};
}

}  // namespace framescope::live
