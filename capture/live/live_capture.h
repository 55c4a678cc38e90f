// A capture that is running: from an interface through the helper, from a pipe, or from another
// machine through ssh. Whatever it comes from, it goes to a spool (or straight to the file the
// person named) and is read from there by a Loader like any other capture.
//
//     auto capture = live::captureInterface(options, wake);   // returns at once
//     ... woken: const live::Status now = capture->status();
//     if (now.file && !loader) loader.emplace(now.file, ...);  // rows come from here
//     if (now.ending) show(now.ending->sentence);
//
// One thread of its own looks after the pipes; it never waits for the ingest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/live/capture_options.h"

namespace framescope {

class CaptureFile;

namespace live {

/// Figures of a running capture. Drops are known only where something counts them.
struct Figures {
    std::uint64_t packets = 0;     ///< 0 and unknown for pipes: there the rows' packets count
    std::uint64_t bytes = 0;       ///< of packets
    std::uint64_t spoolBytes = 0;  ///< written since the start, also to files a ring let go of
    std::uint64_t files = 0;
    bool countsPackets = false;
    std::optional<std::uint64_t> kernelDrops;
    std::optional<std::uint64_t> interfaceDrops;
    std::uint64_t ourDrops = 0;
};

enum class Phase : std::uint8_t {
    Starting,  ///< the source is being opened, nothing has come
    Running,
    Stopping,  ///< stop() was called
    Ended,     ///< final; `ending` says how
};

/// How a capture ended. What was captured until then is there in any case.
struct Ending {
    enum class Cause : std::uint8_t { Asked, Limit, SourceEnded, Failed };
    Cause cause = Cause::Asked;
    /// Whole sentences for a person; for `Failed` what happened and what can be done. Empty for
    /// Asked.
    std::string sentence;
    /// A shell command that may put it right, for copying; mostly empty.
    std::string remedy;
};

struct Status {
    Phase phase = Phase::Starting;
    std::shared_ptr<CaptureFile> file;  ///< null until its header was written
    Figures figures;
    std::optional<Ending> ending;
    /// What the source says beside its packets: ssh's and tcpdump's complaints, line by line.
    std::string remarks;
};

class LiveCapture {
public:
    /// Stops the capture if it runs and waits for its end, at most a second, then makes it end.
    virtual ~LiveCapture() = default;
    LiveCapture(const LiveCapture&) = delete;
    LiveCapture& operator=(const LiveCapture&) = delete;

    /// As it is now. Thread-safe.
    virtual Status status() const = 0;
    /// Asks for the end. Cheap; what the kernel still holds is written first. Thread-safe.
    virtual void stop() = 0;
    /// What it captures from, for titles: "lo", "pipe", "user@host:eth0".
    virtual std::string sourceName() const = 0;
    /// Where the captured bytes lie: shared with the CaptureFile. Null before `file` is there.
    virtual std::shared_ptr<GrowingBytes> bytes() const = 0;
    /// The spool that holds them; null where the person named a file.
    virtual std::shared_ptr<Spool> spool() const = 0;

protected:
    LiveCapture() = default;
};

/// Called from another thread when status() has something new; not again before status() was asked.
/// It must only post an event.
using Wake = std::function<void()>;

/// Captures from a local interface through the helper.
std::unique_ptr<LiveCapture> captureInterface(const InterfaceCapture& what, Wake wake);
/// Reads a capture (pcap or pcapng) that somebody writes into a pipe: "-" for standard input, or
/// the path of a FIFO, which may have no writer yet.
std::unique_ptr<LiveCapture> captureStream(const StreamCapture& what, Wake wake);
/// Runs tcpdump on another machine through the user's own ssh.
std::unique_ptr<LiveCapture> captureRemote(const RemoteCapture& what, Wake wake);

}  // namespace live
}  // namespace framescope
