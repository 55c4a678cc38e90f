// Lines are known by the words that ssh (OpenSSH) and tcpdump have used for decades; a line that is
// not known is a complaint. See remote_remarks.h.
#include "capture/live/remote_remarks.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "capture/live/helper_place.h"

namespace framescope::live {
namespace {

/// What tcpdump says although all is well, somewhere in a line.
constexpr std::array<std::string_view, 6> kChatter{
    "listening on ",      "packets captured",  "packet captured",
    "received by filter", "dropped privs to ", "data link type ",
};

/// Lines that say why it ended, whatever comes behind them.
constexpr std::array<std::string_view, 17> kTelling{
    "Permission denied",
    "permission",
    "Could not resolve hostname",
    "Connection refused",
    "Connection timed out",
    "Connection closed",
    "Connection reset",
    "No route to host",
    "Network is unreachable",
    "Host key verification failed",
    "REMOTE HOST IDENTIFICATION HAS CHANGED",
    "not found",
    "No such device",
    "syntax error",
    "a password is required",
    "is not up",
    "Broken pipe",
};

template <std::size_t N>
bool containsOne(std::string_view line, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return line.find(word) != std::string_view::npos;
    });
}

/// The number in front of `words` at the beginning of the line.
std::optional<std::uint64_t> figure(std::string_view line, std::string_view words) {
    std::uint64_t value = 0;
    const char* const end = line.data() + line.size();
    const auto [stopped, error] = std::from_chars(line.data(), end, value);
    if (error != std::errc()) return std::nullopt;
    const std::string_view rest(stopped, static_cast<std::size_t>(end - stopped));
    if (!rest.starts_with(" packet") || rest.find(words) == std::string_view::npos) {
        return std::nullopt;
    }
    return value;
}

std::string withoutName(std::string_view line) {
    for (const std::string_view name : {"ssh: ", "tcpdump: "}) {
        if (line.starts_with(name)) return std::string(line.substr(name.size()));
    }
    return std::string(line);
}

std::string asSentence(std::string text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
    return text + '.';
}

bool has(const RemoteRemarks& remarks, std::string_view words) {
    return remarks.text().find(words) != std::string::npos;
}

}  // namespace

void RemoteRemarks::take(std::string_view bytes) {
    m_lines.take(bytes, [this](std::string_view line) { takeLine(line); });
}

void RemoteRemarks::finish() {
    m_lines.finish([this](std::string_view line) { takeLine(line); });
}

void RemoteRemarks::takeLine(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) return;
    if (const auto dropped = figure(line, "dropped by kernel")) {
        m_kernelDrops = dropped;
        return;
    }
    if (const auto dropped = figure(line, "dropped by interface")) {
        m_interfaceDrops = dropped;
        return;
    }
    if (containsOne(line, kChatter)) return;
    const bool strong = containsOne(line, kTelling);
    // tcpdump explains a complaint on a line of its own, in brackets.
    const bool explains = line.starts_with('(') && !m_telling.empty();
    if (!explains && (strong || !m_tellingIsStrong)) {
        m_telling = withoutName(line);
        std::replace_if(
            m_telling.begin(), m_telling.end(),
            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
        m_tellingIsStrong = strong;
    }
    if (m_text.size() + line.size() + 1 > kMostBytes) return;
    m_text += line;
    m_text += '\n';
}

std::string remoteFailure(const std::string& host, const RemoteRemarks& remarks,
                          const std::string& howSshEnded) {
    if (has(remarks, "tcpdump: not found") || has(remarks, "tcpdump: command not found")) {
        return "There is no tcpdump on " + host + ": " + asSentence(remarks.tellingLine());
    }
    if (has(remarks, "a password is required")) {
        return "sudo on " + host + " wants a password, which cannot be given here: " +
               asSentence(remarks.tellingLine());
    }
    if (has(remarks, "permission to capture") || has(remarks, "permission to perform")) {
        return "tcpdump on " + host +
               " has no right to capture; run it with sudo: " + asSentence(remarks.tellingLine());
    }
    if (!remarks.tellingLine().empty()) {
        return "The capture on " + host + " failed: " + asSentence(remarks.tellingLine());
    }
    return "The capture on " + host + " failed: ssh " + howSshEnded + '.';
}

std::string remoteRemedy(const std::string& host, const RemoteRemarks& remarks) {
    // Either asks on the terminal what ssh may not ask here.
    if (has(remarks, "Host key verification failed")) return "ssh " + shellWord(host) + " true";
    if (has(remarks, "Permission denied (publickey")) return "ssh-copy-id " + shellWord(host);
    return {};
}

}  // namespace framescope::live
