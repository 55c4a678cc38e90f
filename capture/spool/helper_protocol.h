// What the capture helper and the program that started it say to each other.
//
// The helper is started with its request as arguments, descriptor 0 as a SOCK_SEQPACKET socket from
// which it is told things, and descriptor 1 as a pipe to which it writes lines. It never opens a
// file: the descriptors to write to come over the socket. The end of the socket is the end of the
// parent, and with it of the helper.
//
//     helper: hello 1 0.1.0                   protocol and version of the program
//     helper: opened 1 262144                 LINKTYPE_ and snap length; rights are dropped by now
//     parent: file + descriptor
//     helper: file 1                          writing to the first file
//     helper: counters 12 3456 7890 0 0 0     see Counters; after every flush
//     helper: full                            the ring wants a file; writing goes on meanwhile
//     parent: file + descriptor
//     helper: file 2
//     parent: stop
//     helper: counters ...
//     helper: stopped asked                   or failed disk-full SENTENCE; then it exits
//
// Shared by the helper, which links nothing but libpcap, so this folder uses neither the rest of
// capture/ nor any library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace framescope::helper {

inline constexpr int kProtocol = 1;
/// Commands on the socket. `file` brings one descriptor along (SCM_RIGHTS).
inline constexpr std::string_view kFileCommand = "file";
inline constexpr std::string_view kStopCommand = "stop";

/// When a capture ends by itself, or its ring goes on to the next file. 0: never.
struct Limits {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  ///< as they are on disk: to stop, of all files together
    std::uint64_t milliseconds = 0;
    std::uint64_t files = 0;  ///< files that were filled; only as a reason to stop

    bool any() const { return packets != 0 || bytes != 0 || milliseconds != 0 || files != 0; }
    bool operator==(const Limits&) const = default;
};

/// What is to be captured.
struct Request {
    std::string interface;
    std::string filter = {};               ///< in libpcap's language; empty for everything
    std::uint32_t snapLength = 262144;     ///< most bytes kept of a packet, 1 to 262144
    std::uint32_t bufferBytes = 16 << 20;  ///< of the kernel's ring, from 64 KiB to 1 GiB
    bool promiscuous = true;
    Limits stop = {};  ///< of the whole capture, all its files together
    Limits ring = {};  ///< of one file; without `files`. Empty for one file only

    bool operator==(const Request&) const = default;
};

/// The arguments that make the helper do `request`, without the program's name. Texts end at a NUL,
/// as arguments of a program do.
std::vector<std::string> arguments(const Request& request);
/// The other way round; a sentence when they are none.
std::variant<Request, std::string> parseRequest(const std::vector<std::string>& arguments);

/// Why a capture failed: decides what the person is told to do.
enum class Failure : std::uint8_t {
    NoRight,  ///< the system does not let this program capture
    /// Likewise, and the interface is not up: to be let in would not be enough.
    NoRightAndDown,
    NoDevice,     ///< there is no such interface
    DeviceDown,   ///< the interface is not up, or went down
    DeviceGone,   ///< the interface disappeared while it was captured from
    BadFilter,    ///< libpcap does not take the filter
    DiskFull,     ///< a file could not be written: no room
    WriteFailed,  ///< a file could not be written for another reason
    Usage,        ///< the helper was called wrongly
    Other,
};

enum class StopReason : std::uint8_t { Asked, Packets, Bytes, Duration, Files };

/// What the helper tells. Sentences are in English, whole, and can be shown as they stand.
struct Hello {
    int protocol = 0;
    std::string version;
    bool operator==(const Hello&) const = default;
};
struct Opened {
    std::uint32_t linkType = 0;  ///< LINKTYPE_
    std::uint32_t snapLength = 0;
    bool operator==(const Opened&) const = default;
};
struct FileBegun {
    std::uint64_t number = 0;  ///< 1-based
    bool operator==(const FileBegun&) const = default;
};
/// Figures of the whole capture so far, but for `written`.
struct Counters {
    std::uint64_t packets = 0;         ///< received, and written
    std::uint64_t bytes = 0;           ///< of these packets, as captured
    std::uint64_t written = 0;         ///< bytes in the current file; always whole blocks
    std::uint64_t kernelDrops = 0;     ///< ps_drop: no room in the kernel's ring
    std::uint64_t interfaceDrops = 0;  ///< ps_ifdrop
    std::uint64_t ourDrops = 0;        ///< received, but could not be written
    bool operator==(const Counters&) const = default;
};
struct FileFull {
    bool operator==(const FileFull&) const = default;
};
struct Stopped {
    StopReason reason = StopReason::Asked;
    bool operator==(const Stopped&) const = default;
};
struct Failed {
    Failure failure = Failure::Other;
    std::string sentence;
    bool operator==(const Failed&) const = default;
};
using Message = std::variant<Hello, Opened, FileBegun, Counters, FileFull, Stopped, Failed>;

/// A line with its line end. Control characters in texts become spaces, and a text that would make
/// the line longer than a pipe takes at once (PIPE_BUF) is cut.
std::string encode(const Message& message);
/// A line without its line end; nothing if it is none of ours.
std::optional<Message> parseMessage(std::string_view line);

/// An interface as `framescope-capture list` tells it, a few lines each; see encode().
struct Interface {
    std::string name;
    std::string description = {};             ///< libpcap's; may be empty
    std::vector<std::string> addresses = {};  ///< IPv4 and IPv6 as text
    bool isUp = false;
    bool isLoopback = false;
    bool isWireless = false;
    std::optional<std::uint32_t> linkType = {};  ///< LINKTYPE_; only if it could be opened
    std::optional<Failed> closed = {};           ///< why it could not be opened

    bool operator==(const Interface&) const = default;
};
/// `list` prints a hello line, then this.
std::string encode(const std::vector<Interface>& interfaces);
/// Reads what `list` prints, with or without its hello line. Nothing if the text is damaged or cut.
std::optional<std::vector<Interface>> parseInterfaces(std::string_view text);

}  // namespace framescope::helper
