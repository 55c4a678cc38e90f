// The parent's side of framescope-capture, for tests: starts it, hands files over, reads its lines.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <QString>

#include "capture/file/file_descriptor.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::test {

class HelperProcess {
public:
    /// Starts `program` with these arguments.
    HelperProcess(const std::string& program, const std::vector<std::string>& arguments);
    HelperProcess(const std::string& program, const helper::Request& request)
        : HelperProcess(program, helper::arguments(request)) {}
    /// Kills it if it still runs.
    ~HelperProcess();
    HelperProcess(const HelperProcess&) = delete;
    HelperProcess& operator=(const HelperProcess&) = delete;

    pid_t pid() const { return m_pid; }

    /// Reads lines until `enough` is true of one and gives it, which stays where it is. Each line
    /// is looked at once. Null when the time was over or the helper closed its pipe first.
    const helper::Message* readUntil(const std::function<bool(const helper::Message&)>& enough,
                                     int milliseconds);
    /// The same for a kind of message.
    template <typename T>
    const T* waitFor(int milliseconds = 5000) {
        const helper::Message* const message = readUntil(
            [](const helper::Message& m) { return std::holds_alternative<T>(m); }, milliseconds);
        return message != nullptr ? std::get_if<T>(message) : nullptr;
    }
    /// Reads until `packets` were written.
    bool waitForPackets(std::uint64_t packets, int milliseconds = 10000);
    /// Reads to the end of the pipe. False when the time was over.
    bool readToEnd(int milliseconds = 5000);

    const std::deque<helper::Message>& messages() const { return m_messages; }
    /// The last of a kind, or null.
    template <typename T>
    const T* last() const {
        for (auto at = m_messages.rbegin(); at != m_messages.rend(); ++at) {
            if (const T* const found = std::get_if<T>(&*at)) return found;
        }
        return nullptr;
    }
    /// Lines that are none of the protocol; none may come.
    const std::vector<std::string>& strangeLines() const { return m_strangeLines; }

    /// Creates `path` and hands it over.
    bool giveFile(const std::string& path);
    bool stop();
    /// Closes the socket, as the end of the parent does.
    void abandon() { m_socket = {}; }

    /// Its exit code; -1 if it did not end in time or by a signal.
    int exitCode(int milliseconds = 5000);
    /// What it wrote to standard error. Only after exitCode().
    std::string complaints() const;

private:
    bool command(std::string_view word, int fd);
    /// Reads what is there, waiting so long. False at the end.
    bool readMore(int milliseconds);

    pid_t m_pid = -1;
    int m_status = -1;
    bool m_ended = false;
    FileDescriptor m_socket;
    FileDescriptor m_pipe;
    FileDescriptor m_complaints;
    std::string m_unread;
    std::deque<helper::Message> m_messages;
    std::vector<std::string> m_strangeLines;
    std::size_t m_looked = 0;  ///< messages that readUntil() has looked at
};

/// Why this machine lets `program` not capture from `lo`; empty if it does.
QString captureObstacle(const std::string& program);

}  // namespace framescope::test
