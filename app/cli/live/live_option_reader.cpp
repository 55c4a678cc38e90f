// Every sentence says which option it is about and what would be right.
#include "app/cli/live/live_option_reader.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "capture/live/remote_place.h"

namespace framescope::cli {
namespace {

using Mistake = std::optional<std::string>;

constexpr std::uint32_t kMaxSnapLength = 262144;
constexpr std::uint64_t kMaxBufferMib = 1024;

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

/// A number between the two, with nothing around it.
std::optional<std::uint64_t> number(std::string_view text, std::uint64_t least,
                                    std::uint64_t most) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < least || value > most) return std::nullopt;
    return value;
}

/// Seconds, perhaps with a fraction, as milliseconds.
std::optional<std::uint64_t> milliseconds(std::string_view text) {
    constexpr double kMostSeconds = 1e9;
    double seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (error != std::errc() || stop != end) return std::nullopt;
    if (!(seconds >= 0.001 && seconds <= kMostSeconds)) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(seconds * 1000));
}

/// Reads KEY:VALUE into the limit that it names. `files` is the only one with a meaning of its own
/// in each of -a and -b.
Mistake setLimit(const char* option, std::string_view text, helper::Limits& limits,
                 std::uint64_t& files) {
    constexpr std::uint64_t kKilobyte = 1000;  // as in tshark since version 4
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const std::size_t colon = text.find(':');
    const std::string_view key = text.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    std::optional<std::uint64_t> amount;
    if (key == "duration") {
        if ((amount = milliseconds(value))) limits.milliseconds = *amount;
    } else if (key == "filesize") {
        if ((amount = number(value, 1, kMost))) limits.bytes = *amount * kKilobyte;
    } else if (key == "packets") {
        if ((amount = number(value, 1, kMost))) limits.packets = *amount;
    } else if (key == "files") {
        if ((amount = number(value, 1, kMost))) files = *amount;
    }
    if (amount) return std::nullopt;
    return quoted(text) + " is no value for " + option +
           ": there are duration:SECONDS, filesize:KB, packets:N and files:N.";
}

}  // namespace

bool isPipe(const std::string& file) {
    struct stat info {};
    const int failed = file == "-" ? ::fstat(STDIN_FILENO, &info) : ::stat(file.c_str(), &info);
    // Also a terminal or a socket is none that could be read at random.
    return failed == 0 && (file == "-" ? !S_ISREG(info.st_mode) : S_ISFIFO(info.st_mode));
}

bool LiveOptionReader::knows(int option) {
    if (option >= kRemote && option <= kRemoteSudo) return true;
    return option > 0 && option < 128 &&
           kLiveLetters.find(static_cast<char>(option)) != std::string_view::npos;
}

Mistake LiveOptionReader::take(int option, std::string_view value) {
    helper::Request& request = m_options.request;
    switch (option) {
        case 'i':
            return setInterface(value);
        case kRemote:
            return setRemote(value);
        case 'f':
            if (m_hasFilter) return "There can be only one -f; join filters with 'and'.";
            m_hasFilter = true;
            request.filter = value;
            return std::nullopt;
        case 'a':
            return setStop(value);
        case 'b':
            return setRing(value);
        case 'w':
            if (value.empty() || value == "-") {
                return "-w takes the name of a file; standard output has the rows.";
            }
            m_options.destination.file = value;
            return std::nullopt;
        case 's': {
            const auto length = number(value, 0, kMaxSnapLength);
            if (!length) {
                return "-s takes a number of bytes up to 262144, and not " + quoted(value) + ".";
            }
            m_hasSnapLength = true;
            request.snapLength =
                *length == 0 ? kMaxSnapLength : static_cast<std::uint32_t>(*length);
            return std::nullopt;
        }
        case 'B': {
            const auto size = number(value, 1, kMaxBufferMib);
            if (!size) {
                return "-B takes a number of MiB from 1 to 1024, and not " + quoted(value) + ".";
            }
            m_hasBuffer = true;
            request.bufferBytes = static_cast<std::uint32_t>(*size << 20);
            return std::nullopt;
        }
        case 'p':
            request.promiscuous = false;
            return std::nullopt;
        case kRemotePort: {
            const auto port = number(value, 1, 65535);
            if (!port) {
                return "--remote-port takes a port from 1 to 65535, and not " + quoted(value) + ".";
            }
            m_hasPort = true;
            m_options.remote.port = static_cast<std::uint16_t>(*port);
            return std::nullopt;
        }
        default:
            m_options.remote.sudo = true;
            return std::nullopt;
    }
}

Mistake LiveOptionReader::setSource(LiveOptions::Source source) {
    if (capturesLive()) return "Only one interface is captured from at a time.";
    m_options.source = source;
    return std::nullopt;
}

Mistake LiveOptionReader::setInterface(std::string_view name) {
    if (name.empty()) return "-i takes the name of an interface, or its number in the list of -D.";
    m_options.request.interface = name;
    return setSource(LiveOptions::Source::Interface);
}

Mistake LiveOptionReader::setRemote(std::string_view text) {
    auto place = live::parseRemotePlace(text);
    if (!place) {
        return quoted(text) + " is no value for --remote: it is " +
               std::string(live::kRemotePlaceForm) + ".";
    }
    m_options.remote.host = std::move(place->host);
    m_options.request.interface = std::move(place->interface);
    return setSource(LiveOptions::Source::Remote);
}

Mistake LiveOptionReader::setStop(std::string_view text) {
    return setLimit("-a", text, m_options.request.stop, m_options.request.stop.files);
}

Mistake LiveOptionReader::setRing(std::string_view text) {
    std::uint64_t files = m_options.destination.ringFiles;
    auto mistake = setLimit("-b", text, m_options.request.ring, files);
    m_options.destination.ringFiles = static_cast<std::uint32_t>(files);
    return mistake;
}

Mistake LiveOptionReader::mistake(const std::string& file) const {
    using Source = LiveOptions::Source;
    const helper::Request& request = m_options.request;
    const bool ring = request.ring.any() || m_options.destination.ringFiles != 0;
    if (capturesLive() && !file.empty()) {
        return "What is captured and a file are not read at once; a capture filter stands behind "
               "-f.";
    }
    if (m_options.source != Source::Interface && (m_hasBuffer || !request.promiscuous || ring)) {
        return "-b, -B and -p go with a capture from an interface of this machine, -i.";
    }
    if (!capturesLive() && (m_hasFilter || m_hasSnapLength)) {
        return "-f and -s go with a live capture, -i or --remote; -Y chooses rows.";
    }
    if (!capturesLive() && !isPipe(file) &&
        (request.stop.any() || !m_options.destination.file.empty())) {
        return "-a and -w go with a live capture: -i, --remote, or a pipe that is read.";
    }
    if (m_options.source != Source::Remote && (m_options.remote.sudo || m_hasPort)) {
        return "--remote-port and --remote-sudo go with --remote.";
    }
    if (!capturesLive() && request.stop.packets != 0) {
        return "-a packets goes with -i and --remote; how many packets a pipe brings is up to who "
               "writes it, as with tcpdump -c.";
    }
    if (m_options.source != Source::Interface && request.stop.files != 0) {
        return "-a files goes with -b, and both with -i.";
    }
    if (ring && !request.ring.any()) {
        return "-b files needs another -b that says when a file is full: filesize, duration or "
               "packets.";
    }
    if (request.stop.files != 0 && !request.ring.any()) {
        return "-a files counts the files of a ring; -b says when one is full.";
    }
    return std::nullopt;
}

}  // namespace framescope::cli
