// The helper's end of what connects it with its parent: commands come from a socket, lines go into
// a pipe. Neither ever makes the capture wait.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "capture/file/file_descriptor.h"
#include "capture/spool/helper_protocol.h"

namespace framescope::helper {

struct Command {
    enum class Kind : std::uint8_t { File, Stop, ParentGone };
    Kind kind = Kind::Stop;
    FileDescriptor file;  ///< only for File
};

class ParentLink {
public:
    /// True if `socket` and `pipe` are what a parent connects its helper with.
    static bool isPossible(int socket, int pipe);

    ParentLink(int socket, int pipe);

    /// The next command that has come; nothing if there is none. Does not wait.
    std::optional<Command> nextCommand();
    /// Readable when a command has come.
    int socket() const { return m_socket; }

    /// A line that must arrive; those that the pipe does not take yet are kept in their order.
    void say(const Message& message);
    /// A line that is worth something only now. False if it was not taken.
    bool sayIfPossible(const Message& message);
    /// Tries again to send what is kept.
    void sendKept();
    bool keepsLines() const { return !m_kept.empty(); }
    int pipe() const { return m_pipe; }

    /// Waits until all was sent, but not longer than this.
    void sendAll(std::int64_t mostNs);

private:
    bool send(const std::string& line);

    int m_socket;
    int m_pipe;
    bool m_pipeBroken = false;
    std::deque<std::string> m_kept;
};

}  // namespace framescope::helper
